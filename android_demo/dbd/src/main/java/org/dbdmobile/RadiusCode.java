package org.dbdmobile;

/** What the bytes that a model that measures blur gives stand for, by the code 0 to 255. */
final class RadiusCode {
    private static final int CODES = 256;

    /** The radius in pixels of what was looked at; a crisp photo has 1 to 1.5. */
    static final float[] RADIUS_PX = new float[CODES];

    // The same in the photo's pixels, by log2 of the level that was looked at.
    private static final float[][] IN_PHOTO_PX =
            new float[1 + Integer.numberOfTrailingZeros(JudgeConstants.COARSEST_LEVEL)][CODES];

    /** The probability that the radius is right to a factor of 1.41. */
    static final float[] CONFIDENCE = new float[CODES];

    /** The probability that the blur is one of motion. */
    static final float[] MOTION = new float[CODES];

    static {
        for (int code = 0; code < CODES; code++) {
            double radius =
                    between(
                            JudgeConstants.LOWEST_LOG2_RADIUS,
                            JudgeConstants.HIGHEST_LOG2_RADIUS,
                            code);
            double spread =
                    between(
                            JudgeConstants.LOWEST_LOG2_SPREAD,
                            JudgeConstants.HIGHEST_LOG2_SPREAD,
                            code);
            double deviations = JudgeConstants.TOLERANCE / Math.pow(2, spread);
            RADIUS_PX[code] = (float) Math.pow(2, radius);
            CONFIDENCE[code] = (float) errorFunction(deviations / Math.sqrt(2));
            MOTION[code] = (float) code / CODES;
            for (int i = 0; i < IN_PHOTO_PX.length; i++) {
                IN_PHOTO_PX[i][code] = inPhoto(RADIUS_PX[code], 1 << i);
            }
        }
    }

    private RadiusCode() {}

    /** The radii in the photo's pixels of what was looked at reduced by 1, 2, 4 or 8. */
    static float[] inPhoto(int level) {
        return IN_PHOTO_PX[Integer.numberOfTrailingZeros(level)];
    }

    /**
     * A radius that was measured in a level's pixels in those of the photo. A crisp edge has the same
     * radius on every level: only what the lens added is larger in the photo.
     */
    static float inPhoto(double radiusPx, int level) {
        double crisp = JudgeConstants.CRISP_PX * JudgeConstants.CRISP_PX;
        double square = radiusPx * radiusPx;
        return (float) Math.sqrt(Math.max(crisp + level * level * (square - crisp), square));
    }

    private static double between(double low, double high, int code) {
        return low + (high - low) * code / CODES;
    }

    /** erf(x) for x of 0 or more, by the series whose terms are all positive. */
    private static double errorFunction(double x) {
        if (x > 6) {
            return 1;
        }
        double term = x;
        double sum = x;
        for (int n = 1; term > sum * 1e-17; n++) {
            term *= 2 * x * x / (2 * n + 1);
            sum += term;
        }
        return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
    }
}
