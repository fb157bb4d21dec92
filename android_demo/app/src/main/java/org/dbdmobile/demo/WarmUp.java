package org.dbdmobile.demo;

import java.util.Arrays;

/**
 * What photo after photo takes in; whether the phone has got to a steady pace out.
 *
 * <p>It has once the photos of the last second, and at least ten of them, fall into an earlier and a later
 * half whose medians differ by at most 3 %. After 15 seconds it is over, steady or not. A number of photos
 * alone would not do: a processor's clock rises over tenths of a second, however fast a model is.
 */
final class WarmUp {
    static final double WINDOW_MS = 1000;
    static final int LEAST_RUNS = 10;
    static final double TOLERANCE = 0.03;
    static final double LIMIT_MS = 15_000;

    // Sorting a window after every photo could take longer than a small model.
    private static final double BETWEEN_LOOKS_MS = 100;

    private double[] times = new double[256];
    private int runs;
    private double milliseconds;
    private double nextLookMs = WINDOW_MS;
    private boolean isSteady;

    /** Adds a photo. */
    void add(double photoMs) {
        if (runs == times.length) {
            times = Arrays.copyOf(times, 2 * runs);
        }
        times[runs++] = photoMs;
        milliseconds += photoMs;
        if (milliseconds >= nextLookMs) {
            nextLookMs = milliseconds + BETWEEN_LOOKS_MS;
            isSteady = look();
        }
    }

    private boolean look() {
        int first = runs;
        double window = 0;
        while (first > 0 && (window < WINDOW_MS || runs - first < LEAST_RUNS)) {
            window += times[--first];
        }
        if (runs - first < LEAST_RUNS) {
            return false;
        }
        int middle = (first + runs) >>> 1;
        double earlier = median(first, middle);
        double later = median(middle, runs);
        return Math.abs(later - earlier) <= TOLERANCE * Math.min(earlier, later);
    }

    private double median(int from, int to) {
        return new Percentiles(Arrays.copyOfRange(times, from, to)).p50;
    }

    /** Whether measuring may begin. */
    boolean isOver() {
        return isSteady || milliseconds >= LIMIT_MS;
    }

    /** Whether it got to a steady pace, or its time ran out. */
    boolean isSteady() {
        return isSteady;
    }

    /** Photos so far. */
    int runs() {
        return runs;
    }

    /** What they took. */
    double milliseconds() {
        return milliseconds;
    }
}
