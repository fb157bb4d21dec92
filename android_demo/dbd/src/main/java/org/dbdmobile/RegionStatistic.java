package org.dbdmobile;

import java.util.Arrays;

/** What a region's cells come to: the Python runtime's, for the same measurements. */
final class RegionStatistic {
    /** Measured radius in pixels; NaN where too little is known. */
    double radiusPx;

    /** Whether most of what is blurred is blurred by motion. */
    boolean isMotion;

    /** Mean confidence of the cells that count, 0 where none does. */
    double confidence;

    private long[] order = new long[0];

    /**
     * Sums up a look at a region, of so many cells in all: its radius is the one that a share of the
     * region falls below.
     */
    void sumUp(CoarseToFine look, int cells, double share) {
        if (order.length < cells) {
            order = new long[cells];
        }
        int count = 0;
        double all = 0;
        double known = 0;
        double sure = 0;
        double blurred = 0;
        double moved = 0;
        for (int i = 0; i < cells; i++) {
            double weight = look.weight[i];
            all += weight;
            if (!look.isMeasured[i] || weight <= 0) {
                continue;
            }
            known += weight;
            sure += weight * look.confidence[i];
            if (look.radius[i] > (float) JudgeConstants.MAX_RADIUS_PX) {
                blurred += weight;
                moved += look.motion[i] > JudgeConstants.IS_MOTION ? weight : 0;
            }
            // Radii are above 0: their bits are in their order, those that are equal in the cells'.
            order[count++] = (long) Float.floatToIntBits(look.radius[i]) << 32 | i;
        }
        confidence = known > 0 ? sure / known : 0;
        radiusPx = Double.NaN;
        isMotion = false;
        double nearly = 1 - JudgeConstants.ROUNDING;
        double least = JudgeConstants.MIN_SHARE * all * nearly;
        if (count >= JudgeConstants.MIN_CELLS && known >= least) {
            Arrays.sort(order, 0, count);
            radiusPx = look.radius[quantile(look.weight, count, share * known * nearly)];
            double half = blurred / 2 * (1 + JudgeConstants.ROUNDING);
            isMotion = radiusPx > JudgeConstants.MAX_RADIUS_PX && moved > half;
        }
    }

    /** Whether so large a share of what was looked at, known or not, is crisp for certain. */
    static boolean isCrisp(CoarseToFine look, int cells, double share) {
        int count = 0;
        double all = 0;
        double crisp = 0;
        for (int i = 0; i < cells; i++) {
            all += look.weight[i];
            if (look.weight[i] > 0
                    && look.isMeasured[i]
                    && look.radius[i] <= (float) JudgeConstants.MAX_RADIUS_PX) {
                crisp += look.weight[i];
                count++;
            }
        }
        return count >= JudgeConstants.MIN_CELLS && crisp >= share * all;
    }

    /** The cell at which so much of what is known is reached. */
    private int quantile(double[] weight, int count, double enough) {
        double sum = 0;
        for (int i = 0; i < count; i++) {
            sum += weight[(int) order[i]];
            if (sum >= enough) {
                return (int) order[i];
            }
        }
        return (int) order[count - 1];
    }
}
