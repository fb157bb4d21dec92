package org.dbdmobile.demo;

import org.dbdmobile.BlurDetector;
import org.dbdmobile.BlurMap;
import org.dbdmobile.Frame;
import org.dbdmobile.Framing;

/**
 * A camera's frame in; its overlay, the subject's sharpness and the time out, all in the same memory
 * for every frame. Not safe for several threads at once.
 */
final class LiveBlur implements AutoCloseable {
    /** What {@link #sharpnessPercent} says without a subject. */
    static final int NO_SUBJECT = -1;

    // The share of the newest frame in the time that is shown: steady enough to be read.
    private static final float NEWEST = 0.1f;

    private final BlurDetector detector;
    private final BlurMap map;
    private final byte[] mask;
    private final int[] pixels;
    private int sharpnessPercent = NO_SUBJECT;
    private boolean isInFocus;
    private float milliseconds;

    /** Takes the detector over. */
    LiveBlur(BlurDetector detector) {
        this.detector = detector;
        map = detector.newMap();
        mask = new byte[map.width() * map.height()];
        pixels = new int[map.width() * map.height()];
    }

    /**
     * Finds the blur of a frame.
     *
     * @param subject null for none
     * @throws org.dbdmobile.DbdException the frame cannot be read, or TensorFlow Lite failed
     */
    void look(Frame frame, Framing framing, OverlayMode mode, Subject subject) {
        long start = System.nanoTime();
        detector.detect(frame, framing, map);
        draw(mode, subject);
        float took = (System.nanoTime() - start) / 1e6f;
        milliseconds = milliseconds == 0 ? took : milliseconds + NEWEST * (took - milliseconds);
    }

    /** Draws the last frame once more. */
    void draw(OverlayMode mode, Subject subject) {
        mode.paint(map, mask, pixels);
        if (subject == null) {
            sharpnessPercent = NO_SUBJECT;
        } else {
            double sharpness = subject.sharpness(map);
            isInFocus = sharpness >= BlurMap.IN_FOCUS_FROM;
            // Rounded down, so that 50 and more always stands beside "in focus".
            sharpnessPercent = (int) (sharpness * 100);
        }
    }

    /** The map of the last frame. */
    BlurMap map() {
        return map;
    }

    /** The last frame's overlay: the map's pixels, row by row, 0xAARRGGBB. */
    int[] pixels() {
        return pixels;
    }

    /** The subject's sharpness in the last frame, 0 to 100. */
    int sharpnessPercent() {
        return sharpnessPercent;
    }

    /** The verdict on the subject in the last frame. */
    boolean isInFocus() {
        return isInFocus;
    }

    /** What a frame costs, from its pixels to its overlay: a running mean. */
    float milliseconds() {
        return milliseconds;
    }

    @Override
    public void close() {
        detector.close();
    }
}
