package org.dbdmobile.demo;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import org.junit.Test;

/** How long a phone is left to get to its pace, by what its photos take. */
public class WarmUpTest {
    /** Photos that take so long after so many milliseconds, until it is over. */
    private static WarmUp warmedUp(DoubleUnaryOperator photoMs) {
        WarmUp warmUp = new WarmUp();
        while (!warmUp.isOver()) {
            warmUp.add(photoMs.applyAsDouble(warmUp.milliseconds()));
            assertTrue(warmUp.runs() < 1_000_000);
        }
        return warmUp;
    }

    @Test
    public void steadyPhone_isWarmAfterASecond() {
        WarmUp warmUp = warmedUp(ms -> 20);
        assertTrue(warmUp.isSteady());
        assertEquals(50, warmUp.runs());
        assertEquals(1000, warmUp.milliseconds(), 1e-9);
    }

    @Test
    public void clockThatRises_isWaitedFor() {
        WarmUp warmUp = warmedUp(ms -> ms < 3000 ? 40 - ms / 150 : 20);
        assertTrue(warmUp.isSteady());
        assertTrue(warmUp.milliseconds() > 3000);
        assertTrue(warmUp.milliseconds() < 5000);
    }

    @Test
    public void slowModel_isRunTenTimes() {
        WarmUp warmUp = warmedUp(ms -> 400);
        assertTrue(warmUp.isSteady());
        assertEquals(10, warmUp.runs());
    }

    @Test
    public void modelThatIsVerySlow_isGivenUpOnAtTheLimit() {
        WarmUp warmUp = warmedUp(ms -> 4000);
        assertFalse(warmUp.isSteady());
        assertEquals(4, warmUp.runs());
    }

    @Test
    public void phoneThatNeverSettles_isMeasuredAsItIs() {
        // Slower and slower: five per cent in half a second.
        WarmUp warmUp = warmedUp(ms -> 10 * Math.exp(ms / 8000));
        assertFalse(warmUp.isSteady());
        assertTrue(warmUp.milliseconds() >= WarmUp.LIMIT_MS);
        assertTrue(warmUp.milliseconds() < WarmUp.LIMIT_MS + 100);
    }

    @Test
    public void photosThatAreDisturbedNowAndThen_doNotKeepItWaiting() {
        Random random = new Random(2);
        WarmUp warmUp = warmedUp(ms -> random.nextInt(5) == 0 ? 60 : 20 + random.nextDouble());
        assertTrue(warmUp.isSteady());
        assertTrue(warmUp.milliseconds() < 2000);
    }

    @Test
    public void quickModel_isWarmAfterASecondToo() {
        WarmUp warmUp = warmedUp(ms -> 0.05);
        assertTrue(warmUp.isSteady());
        assertEquals(1000, warmUp.milliseconds(), 0.1);
    }
}
