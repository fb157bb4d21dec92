package org.dbdmobile;

import org.jspecify.annotations.Nullable;

/**
 * Which part of a frame to look at, and how to turn it upright. Immutable: make one when the camera
 * or the device's orientation changes, not for every frame.
 *
 * <p>The order is fixed: cut out the crop (in the frame's own pixels, before any turn), turn it
 * clockwise, then mirror it left to right. The result is the <em>photo</em>: the upright picture
 * whose pixels the boxes of {@link BlurMap} count.
 */
public final class Framing {
    /** The whole frame as it is. */
    public static final Framing WHOLE = new Framing(0, 0, 0, 0, 0, false);

    final int left;
    final int top;
    /** 0 = to the frame's edge. */
    final int width;

    final int height;
    final int rotation;
    final boolean mirrored;

    private Framing(int left, int top, int width, int height, int rotation, boolean mirrored) {
        this.left = left;
        this.top = top;
        this.width = width;
        this.height = height;
        this.rotation = rotation;
        this.mirrored = mirrored;
    }

    /**
     * The whole frame, turned.
     *
     * @param rotationDegrees 0, 90, 180 or 270: how far the frame has to be turned clockwise to be
     *     upright on the screen, as camera libraries report it
     * @param mirrored whether to mirror it left to right afterwards, as a front camera's preview is
     * @return the framing
     * @throws DbdException.Argument {@code rotationDegrees} is none of the four
     */
    public static Framing upright(int rotationDegrees, boolean mirrored) {
        if (rotationDegrees != 0
                && rotationDegrees != 90
                && rotationDegrees != 180
                && rotationDegrees != 270) {
            throw new DbdException.Argument(
                    "A rotation is 0, 90, 180 or 270 degrees, got " + rotationDegrees + ".");
        }
        return new Framing(0, 0, 0, 0, rotationDegrees, mirrored);
    }

    /**
     * The whole frame, turned as a camera's frames lie to the screen: what Camera2 and {@code
     * Display} say goes in as it is. Make another one when the screen is turned.
     *
     * @param sensorOrientation 0, 90, 180 or 270: {@code CameraCharacteristics.SENSOR_ORIENTATION}
     * @param displayRotation {@code Surface.ROTATION_0} to {@code ROTATION_270}, which are 0 to 3, as
     *     {@code Display.getRotation()} returns it; not degrees
     * @param frontFacing whether {@code CameraCharacteristics.LENS_FACING} is {@code
     *     LENS_FACING_FRONT}; its photo is mirrored, as its preview is
     * @return the framing
     * @throws DbdException.Argument {@code sensorOrientation} or {@code displayRotation} is none of
     *     its four
     */
    public static Framing ofCamera(
            int sensorOrientation, int displayRotation, boolean frontFacing) {
        if (displayRotation < 0 || displayRotation > 3) {
            throw new DbdException.Argument(
                    "A display's rotation is Surface.ROTATION_0 to ROTATION_270, so 0 to 3, as"
                            + " Display.getRotation() returns it, got " + displayRotation + ".");
        }
        // Checked before it is added up, where a wrong one might come right.
        int sensor = upright(sensorOrientation, frontFacing).rotation;
        int display = 90 * displayRotation;
        int turned = frontFacing ? sensor + display : sensor - display;
        return upright(Math.floorMod(turned, 360), frontFacing);
    }

    /**
     * The same turn of a part of the frame, such as an image's crop rectangle. That the part lies in the frame is checked when a frame
     * is there, by {@link BlurDetector#detect} and {@link FrameConverter#convert}.
     *
     * @param left first column, in the frame's own pixels
     * @param top first row
     * @param width columns, at least 1
     * @param height rows, at least 1
     * @return the framing
     * @throws DbdException.Argument the part is empty or starts outside of any frame
     */
    public Framing crop(int left, int top, int width, int height) {
        if (left < 0 || top < 0 || width < 1 || height < 1) {
            throw new DbdException.Argument(
                    "A crop has its corner at 0,0 or more and at least 1x1 pixels, got "
                            + width + "x" + height + " at " + left + "," + top + ".");
        }
        return new Framing(left, top, width, height, rotation, mirrored);
    }

    /**
     * How far the frame is turned.
     *
     * @return 0, 90, 180 or 270 degrees, clockwise
     */
    public int rotationDegrees() {
        return rotation;
    }

    /**
     * Whether the frame is mirrored left to right after it was turned.
     *
     * @return true as for a front camera's preview
     */
    public boolean isMirrored() {
        return mirrored;
    }

    /** Whether columns of the photo are rows of the frame. */
    boolean isTransposed() {
        return rotation == 90 || rotation == 270;
    }

    /** Whether the frame's columns are walked from right to left. */
    boolean isColumnsReversed() {
        return rotation == 270 || (rotation == 180 && !mirrored) || (rotation == 0 && mirrored);
    }

    /** Whether the frame's rows are walked from bottom to top. */
    boolean isRowsReversed() {
        return rotation == 180 || (rotation == 90 && !mirrored) || (rotation == 270 && mirrored);
    }

    int width(Frame frame) {
        return width == 0 ? frame.width() : width;
    }

    int height(Frame frame) {
        return height == 0 ? frame.height() : height;
    }

    /** Columns of the upright photo. */
    int photoWidth(Frame frame) {
        return isTransposed() ? height(frame) : width(frame);
    }

    /** Rows of the upright photo. */
    int photoHeight(Frame frame) {
        return isTransposed() ? width(frame) : height(frame);
    }

    void check(Frame frame) {
        if (frame.width() < 1 || frame.height() < 1) {
            throw new DbdException.Image("The frame is empty: set its pixels first.");
        }
        // Added as long: a crop may be as far out as an int goes.
        if ((long) left + width > frame.width() || (long) top + height > frame.height()) {
            throw new DbdException.Image(
                    "The crop " + width + "x" + height + " at " + left + "," + top
                            + " is not in the frame of " + frame.width() + "x" + frame.height()
                            + ".");
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        if (!(other instanceof Framing)) {
            return false;
        }
        Framing framing = (Framing) other;
        return left == framing.left
                && top == framing.top
                && width == framing.width
                && height == framing.height
                && rotation == framing.rotation
                && mirrored == framing.mirrored;
    }

    @Override
    public int hashCode() {
        int hash = ((left * 31 + top) * 31 + width) * 31 + height;
        return (hash * 31 + rotation) * 2 + (mirrored ? 1 : 0);
    }

    @Override
    public String toString() {
        String part = width == 0 ? "whole" : width + "x" + height + "+" + left + "+" + top;
        return "Framing(" + part + ", " + rotation + (mirrored ? " degrees, mirrored)" : " degrees)");
    }
}
