package org.dbdmobile.demo;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;

import org.junit.Test;

/** Numbers written without strings. */
public class ReadoutTest {
    @Test
    public void numbers_shorterAndLonger_replaceEachOther() {
        Readout readout = new Readout("In focus, %d %", '.');
        for (int number : new int[] {100, 7, 0, Integer.MAX_VALUE, 10, 99}) {
            readout.set(number);
            assertEquals("In focus, " + number + " %", readout.toString());
        }
    }

    @Test
    public void tenths_haveThePointThatWasGiven() {
        Readout readout = new Readout("Blurred, %d px", ',');
        for (int tenths : new int[] {16, 5, 0, 100, 12345, Integer.MAX_VALUE}) {
            readout.setTenths(tenths);
            String number = tenths / 10 + "," + tenths % 10;
            assertEquals("Blurred, " + number + " px", readout.toString());
        }
        readout.set(7);
        assertEquals("Blurred, 7 px", readout.toString());
    }

    @Test
    public void fixedText_isItself() {
        assertEquals("Cannot tell", Readout.fixed("Cannot tell").toString());
    }

    @Test
    public void patternWithoutAPlace_isRefused() {
        assertThrows(IllegalArgumentException.class, () -> new Readout("In focus", '.'));
    }
}
