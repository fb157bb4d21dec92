package org.dbdmobile.demo;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;

import org.junit.Test;

/** Numbers written without strings. */
public class ReadoutTest {
    @Test
    public void numbers_shorterAndLonger_replaceEachOther() {
        Readout readout = new Readout("In focus, %d %");
        for (int number : new int[] {100, 7, 0, Integer.MAX_VALUE, 10, 99}) {
            readout.set(number);
            assertEquals("In focus, " + number + " %", readout.toString());
        }
    }

    @Test
    public void patternWithoutAPlace_isRefused() {
        assertThrows(IllegalArgumentException.class, () -> new Readout("In focus"));
    }
}
