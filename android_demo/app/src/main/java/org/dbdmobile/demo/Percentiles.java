package org.dbdmobile.demo;

import java.util.Arrays;
import org.json.JSONException;
import org.json.JSONObject;

/** What repeated timings of one stage come to, as {@code dbd_mobile/timing.py} sums them up. */
final class Percentiles {
    final int runs;
    final double mean;
    final double p50;
    final double p90;
    final double p99;

    /**
     * Nearest-rank percentiles: each is a time that was really measured.
     *
     * @param milliseconds at least one, in any order; left as they are
     */
    Percentiles(double[] milliseconds) {
        double[] ordered = milliseconds.clone();
        Arrays.sort(ordered);
        double sum = 0;
        for (double value : ordered) {
            sum += value;
        }
        runs = ordered.length;
        mean = sum / runs;
        p50 = rank(ordered, 50);
        p90 = rank(ordered, 90);
        p99 = rank(ordered, 99);
    }

    private static double rank(double[] ordered, int percent) {
        // Rounded up in whole numbers: 0.9 * 10 would be a little more than 9.
        return ordered[(percent * ordered.length + 99) / 100 - 1];
    }

    /** As it stands in a report. */
    JSONObject toJson() throws JSONException {
        return new JSONObject()
                .put("runs", runs)
                .put("mean", mean)
                .put("p50", p50)
                .put("p90", p90)
                .put("p99", p99);
    }
}
