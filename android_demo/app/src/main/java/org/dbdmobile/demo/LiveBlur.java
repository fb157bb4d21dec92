package org.dbdmobile.demo;

import org.dbdmobile.BlurDetector;
import org.dbdmobile.BlurMap;
import org.dbdmobile.Focus;
import org.dbdmobile.Frame;
import org.dbdmobile.Framing;
import org.dbdmobile.Region;
import org.dbdmobile.Strictness;

/**
 * A camera's frame in; its overlay, the verdict on the subject and the time out, all in the same memory
 * for every frame, but for the verdict. Not safe for several threads at once.
 */
final class LiveBlur implements AutoCloseable {
    // The share of the newest frame in the time that is shown: steady enough to be read.
    private static final float NEWEST = 0.1f;

    private final BlurDetector detector;
    private final BlurMap map;
    private final byte[] mask;
    private final int[] pixels;
    private Subject subject;
    private Focus focus;
    private float milliseconds;

    // The last subject's square, made anew only for another subject or another size.
    private Region square;
    private Subject squared;
    private int squaredWidth;
    private int squaredHeight;

    /** Takes the detector over. */
    LiveBlur(BlurDetector detector) {
        this.detector = detector;
        map = detector.newMap();
        mask = new byte[map.width() * map.height()];
        pixels = new int[map.width() * map.height()];
    }

    /**
     * Finds the blur of a frame, and judges the subject in the frame's own pixels.
     *
     * @param subject null for none
     * @throws org.dbdmobile.DbdException the frame cannot be read, or TensorFlow Lite failed
     */
    void look(Frame frame, Framing framing, OverlayMode mode, Subject subject) {
        long start = System.nanoTime();
        detector.detect(frame, framing, map);
        focus = subject == null ? null : judge(frame, framing, subject);
        this.subject = subject;
        draw(mode);
        float took = (System.nanoTime() - start) / 1e6f;
        milliseconds = milliseconds == 0 ? took : milliseconds + NEWEST * (took - milliseconds);
    }

    /**
     * Judges a subject of the last frame at 100 %. Leaves {@link #focus} as it is.
     *
     * @param subject null for the one that the map shows
     * @throws org.dbdmobile.DbdException as {@link #look} does
     */
    Focus judge(Frame frame, Framing framing, Subject subject) {
        return subject == null
                ? detector.judge(frame, framing, map, Strictness.PIXEL)
                : detector.judge(frame, framing, square(subject), Strictness.PIXEL);
    }

    private Region square(Subject subject) {
        int width = map.photoWidth();
        int height = map.photoHeight();
        if (subject != squared || width != squaredWidth || height != squaredHeight) {
            square = subject.square(width, height);
            squared = subject;
            squaredWidth = width;
            squaredHeight = height;
        }
        return square;
    }

    /** Draws the last frame once more. */
    void draw(OverlayMode mode) {
        mode.paint(map, mask, pixels);
    }

    /** Why it runs on the CPU and not as it was asked to; null where it runs as asked. */
    String fallbackReason() {
        return detector.fallbackReason();
    }

    /** The map of the last frame. */
    BlurMap map() {
        return map;
    }

    /** The last frame's overlay: the map's pixels, row by row, 0xAARRGGBB. */
    int[] pixels() {
        return pixels;
    }

    /** The subject in the last frame; null where there was none. */
    Subject subject() {
        return subject;
    }

    /** The verdict on the subject in the last frame; null where there was none. */
    Focus focus() {
        return focus;
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
