package org.dbdmobile;

/** What the bytes that a model that measures blur gives stand for, by the code 0 to 255. */
final class RadiusCode {
    private static final int CODES = 256;

    /** The radius in pixels; a crisp photo has about 1. */
    static final float[] RADIUS_PX = new float[CODES];

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
        }
    }

    private RadiusCode() {}

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
