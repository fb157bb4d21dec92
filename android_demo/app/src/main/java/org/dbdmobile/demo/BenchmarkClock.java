package org.dbdmobile.demo;

/** What a benchmark's times are read from, and what it waits by. */
interface BenchmarkClock {
    /** The phone's own. */
    BenchmarkClock SYSTEM =
            new BenchmarkClock() {
                @Override
                public long nanoTime() {
                    return System.nanoTime();
                }

                @Override
                public void sleep(long milliseconds) {
                    try {
                        Thread.sleep(milliseconds);
                    } catch (InterruptedException error) {
                        // Nobody ends a benchmark so; who asked still finds that it was asked.
                        Thread.currentThread().interrupt();
                    }
                }
            };

    /** Nanoseconds since some moment. */
    long nanoTime();

    /** Waits. */
    void sleep(long milliseconds);
}
