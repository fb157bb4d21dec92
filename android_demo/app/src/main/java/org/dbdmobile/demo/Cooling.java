package org.dbdmobile.demo;

/**
 * The pause before a measurement, so that it does not pay for the heat of those before it.
 *
 * <p>It ends once the phone is back near where it started: its thermal headroom within 0.03 or, where that is
 * not told, its temperature within 1 °C, and nothing slows it down that did not at the start; after a
 * minute at the latest. Where neither is told it takes ten seconds.
 */
final class Cooling {
    static final long LIMIT_MS = 60_000;
    static final long BLIND_MS = 10_000;
    // Android tells the headroom once a second, and no oftener.
    static final long STEP_MS = 2_000;
    private static final double HEADROOM = 0.03;
    private static final double DEGREES = 1;

    private final BenchmarkRun.Phone phone;
    private final BenchmarkClock clock;
    private final PhoneState start;

    /** Pauses on a phone that was in this state at the start. */
    Cooling(BenchmarkRun.Phone phone, BenchmarkClock clock, PhoneState start) {
        this.phone = phone;
        this.clock = clock;
        this.start = start;
    }

    /**
     * Waits.
     *
     * @param progress asked after every step
     * @return milliseconds; negative where {@code progress} stopped it
     */
    double pause(Benchmark.Progress progress) {
        long begin = clock.nanoTime();
        while (progress.goOn()) {
            clock.sleep(STEP_MS);
            double waited = (clock.nanoTime() - begin) / 1e6;
            if (waited >= LIMIT_MS || isOver(phone.state(), waited)) {
                return waited;
            }
        }
        return -1;
    }

    private boolean isOver(PhoneState now, double waited) {
        if (now.isThrottled() && !now.throttling.equals(start.throttling)) {
            return false;
        }
        if (now.headroom != null && start.headroom != null) {
            return now.headroom <= start.headroom + HEADROOM;
        }
        if (now.temperature != null && start.temperature != null) {
            return now.temperature <= start.temperature + DEGREES;
        }
        return waited >= BLIND_MS;
    }
}
