package org.dbdmobile;

/**
 * What a model takes and gives, read from its file. Immutable.
 *
 * <p>The input is one photo, [1, height, width, 3] uint8, RGB bytes as they are. The output is one
 * blur map, [1, height, width, 1] uint8, whose values mean {@code (value - outputZeroPoint) *
 * outputScale}: the probability of blur.
 */
public final class ModelFacts {
    private final int inputWidth;
    private final int inputHeight;
    private final int outputWidth;
    private final int outputHeight;
    private final float outputScale;
    private final int outputZeroPoint;

    ModelFacts(
            int inputWidth,
            int inputHeight,
            int outputWidth,
            int outputHeight,
            float outputScale,
            int outputZeroPoint) {
        this.inputWidth = inputWidth;
        this.inputHeight = inputHeight;
        this.outputWidth = outputWidth;
        this.outputHeight = outputHeight;
        this.outputScale = outputScale;
        this.outputZeroPoint = outputZeroPoint;
    }

    /**
     * Columns of the photo.
     *
     * @return pixels
     */
    public int inputWidth() {
        return inputWidth;
    }

    /**
     * Rows of the photo.
     *
     * @return pixels
     */
    public int inputHeight() {
        return inputHeight;
    }

    /**
     * Columns of the map.
     *
     * @return places
     */
    public int outputWidth() {
        return outputWidth;
    }

    /**
     * Rows of the map.
     *
     * @return places
     */
    public int outputHeight() {
        return outputHeight;
    }

    /**
     * Difference in probability between neighbouring values of the map.
     *
     * @return above 0
     */
    public float outputScale() {
        return outputScale;
    }

    /**
     * The value of the map that means probability 0.
     *
     * @return 0 to 255
     */
    public int outputZeroPoint() {
        return outputZeroPoint;
    }

    @Override
    public String toString() {
        return "ModelFacts(input " + inputWidth + "x" + inputHeight + ", output " + outputWidth
                + "x" + outputHeight + ")";
    }
}
