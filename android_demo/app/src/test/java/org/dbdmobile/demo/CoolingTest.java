package org.dbdmobile.demo;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleFunction;
import org.junit.Test;

/** How long a phone is left to cool, by what it tells of itself. */
public class CoolingTest {
    private static final List<String> LIGHT = Collections.singletonList("thermal status light");
    private static final List<String> NONE = Collections.emptyList();

    /** A phone whose state follows from the time, which only waiting lets pass. */
    private static final class FakePhone implements BenchmarkRun.Phone, BenchmarkClock {
        private final DoubleFunction<PhoneState> states;
        private double seconds;

        FakePhone(DoubleFunction<PhoneState> states) {
            this.states = states;
        }

        @Override
        public PhoneState state() {
            return states.apply(seconds);
        }

        @Override
        public long nanoTime() {
            return Math.round(seconds * 1e9);
        }

        @Override
        public void sleep(long milliseconds) {
            seconds += milliseconds / 1000.0;
        }

        @Override
        public BenchmarkReport.Machine machine() {
            throw new AssertionError();
        }

        @Override
        public int threadPriority() {
            throw new AssertionError();
        }

        @Override
        public Double loadAverage() {
            throw new AssertionError();
        }

        @Override
        public Map<String, String> versions() {
            throw new AssertionError();
        }

        @Override
        public Long peakMemoryBytes() {
            throw new AssertionError();
        }
    }

    private static PhoneState state(Double temperature, List<String> throttling, Double headroom) {
        return new PhoneState(temperature, throttling, headroom, null, null);
    }

    private static double pauseSeconds(PhoneState start, DoubleFunction<PhoneState> states) {
        FakePhone phone = new FakePhone(states);
        return new Cooling(phone, phone, start).pause(() -> true) / 1000;
    }

    @Test
    public void headroomThatComesBack_endsThePause() {
        PhoneState start = state(30.0, NONE, 0.5);
        double pause = pauseSeconds(start, s -> state(50.0, NONE, 0.7 - s / 100));
        assertEquals("0.53 after 17 seconds", 18, pause, 1e-9);
    }

    @Test
    public void temperatureThatComesBack_endsThePauseWhereThereIsNoHeadroom() {
        PhoneState start = state(30.0, null, null);
        assertEquals(10, pauseSeconds(start, s -> state(36 - s / 2, null, null)), 1e-9);
        assertEquals(10, pauseSeconds(start, s -> state(36 - s / 2, null, 0.1)), 1e-9);
    }

    @Test
    public void phoneAsCoolAsAtTheStart_pausesForOneStep() {
        assertEquals(2, pauseSeconds(state(30.0, NONE, 0.5), s -> state(30.0, NONE, 0.5)), 1e-9);
    }

    @Test
    public void phoneThatSlowsItselfDown_isWaitedForHoweverCoolItIs() {
        PhoneState start = state(30.0, NONE, null);
        double pause = pauseSeconds(start, s -> state(30.0, s < 20 ? LIGHT : NONE, null));
        assertEquals(20, pause, 1e-9);
    }

    @Test
    public void phoneThatWasSlowedDownFromTheStart_isNot() {
        PhoneState start = state(30.0, LIGHT, null);
        assertEquals(2, pauseSeconds(start, s -> state(30.0, LIGHT, null)), 1e-9);
    }

    @Test
    public void phoneThatStaysHot_isWaitedForAMinute() {
        assertEquals(60, pauseSeconds(state(30.0, NONE, null), s -> state(40.0, NONE, null)), 1e-9);
    }

    @Test
    public void phoneThatTellsNothing_pausesForTenSeconds() {
        assertEquals(10, pauseSeconds(state(null, null, null), s -> state(null, null, null)), 1e-9);
    }

    @Test
    public void stop_endsThePause() {
        FakePhone phone = new FakePhone(s -> state(40.0, NONE, null));
        List<Boolean> answers = Arrays.asList(true, true, false);
        int[] asked = {0};
        double pause =
                new Cooling(phone, phone, state(30.0, NONE, null))
                        .pause(() -> answers.get(asked[0]++));
        assertTrue(pause < 0);
        assertEquals(4, phone.seconds, 1e-9);
    }
}
