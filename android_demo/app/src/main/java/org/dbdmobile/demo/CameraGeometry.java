package org.dbdmobile.demo;

import org.dbdmobile.Framing;

/** How a camera's frames lie to the screen, and which of its sizes to take. */
final class CameraGeometry {
    /** More pixels than a preview shows cost time and give the model nothing. */
    static final int MAX_PIXELS = 1280 * 720;

    private CameraGeometry() {}

    /**
     * Where on the sensor a subject lies, as a camera is told to focus and expose there: left, top,
     * width, height, moved into the sensor where it would reach out. A frame of another shape than
     * the sensor is the largest part of that shape around its middle.
     *
     * @param framing how frames are turned upright; of the whole frame
     */
    static int[] aim(
            Subject subject,
            Framing framing,
            int frameWidth,
            int frameHeight,
            int sensorWidth,
            int sensorHeight) {
        int rotation = framing.rotationDegrees();
        float x = framing.isMirrored() ? 1 - subject.x() : subject.x();
        float y = subject.y();
        float frameX = rotation == 0 ? x : rotation == 90 ? y : rotation == 180 ? 1 - x : 1 - y;
        float frameY = rotation == 0 ? y : rotation == 90 ? 1 - x : rotation == 180 ? 1 - y : x;
        float scale =
                Math.min((float) sensorWidth / frameWidth, (float) sensorHeight / frameHeight);
        float centerX = sensorWidth / 2f + (frameX - 0.5f) * frameWidth * scale;
        float centerY = sensorHeight / 2f + (frameY - 0.5f) * frameHeight * scale;
        int side = Math.round(subject.side(frameWidth, frameHeight) * scale);
        return new int[] {
            Math.min(Math.max(Math.round(centerX - side / 2f), 0), sensorWidth - side),
            Math.min(Math.max(Math.round(centerY - side / 2f), 0), sensorHeight - side),
            side,
            side
        };
    }

    /**
     * The index of the largest size of at most {@link #MAX_PIXELS}; of the smallest where all are
     * larger.
     *
     * @param widths of the sizes, at least one
     * @param heights of the sizes
     */
    static int chooseSize(int[] widths, int[] heights) {
        int best = 0;
        for (int i = 1; i < widths.length; i++) {
            long pixels = (long) widths[i] * heights[i];
            long bestPixels = (long) widths[best] * heights[best];
            boolean isBetter =
                    bestPixels > MAX_PIXELS
                            ? pixels < bestPixels
                            : pixels <= MAX_PIXELS && pixels > bestPixels;
            if (isBetter) {
                best = i;
            }
        }
        return best;
    }
}
