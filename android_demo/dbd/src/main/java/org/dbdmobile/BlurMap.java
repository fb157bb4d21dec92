package org.dbdmobile;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * How likely each part of one photo is to be out of focus: 1 = blurred, 0 = in focus.
 *
 * <p>Made once by {@link BlurDetector#newMap} and filled again and again by {@link
 * BlurDetector#detect}; a new one says nothing: its pictures are clear, its shares are NaN, and no box
 * of it is in focus. It has the model's own size ({@link #width} by
 * {@link #height}) and covers the photo whole; boxes are given in the photo's pixels. For the same
 * map, {@link #sharpness} and {@link #isInFocus} are the Python runtime's to the last bit. So are mask,
 * share and pictures for a photo of the map's own size; Python brings the map to the photo's size
 * before it makes them, which a preview has no use for.
 *
 * <p>No method allocates. Not safe for several threads at once: show one map while another is filled.
 */
public final class BlurMap {
    /** The {@link #sharpness} from which on {@link #isInFocus} calls a box in focus. */
    public static final double IN_FOCUS_FROM = 0.5;

    private static final int TINT = 0xFF3000;
    private static final int TINT_OPACITY = 153;
    private static final int PEAKING_COLOR = 0xFF00E676;

    private final int width;
    private final int height;
    private final float[] levels = new float[256];
    private final int[] tints = new int[256];
    private final byte[] values;
    private final byte @Nullable [] rgb;
    private final int @Nullable [] luma;
    private final ModelFacts facts;
    private final double scale;
    private final int zeroPoint;
    private int photoWidth;
    private int photoHeight;
    private boolean isFilled;

    BlurMap(ModelFacts facts) {
        this.facts = facts;
        width = facts.outputWidth();
        height = facts.outputHeight();
        scale = facts.outputScale();
        zeroPoint = facts.outputZeroPoint();
        values = new byte[width * height];
        boolean hasPhoto = width == facts.inputWidth() && height == facts.inputHeight();
        rgb = hasPhoto ? new byte[width * height * 3] : null;
        luma = hasPhoto ? new int[3 * width] : null;
        photoWidth = width;
        photoHeight = height;
        for (int i = 0; i < 256; i++) {
            levels[i] = (i - zeroPoint) * (float) scale;
            float opacity = Math.min(Math.max(levels[i], 0), 1) * TINT_OPACITY;
            tints[i] = (int) Math.rint(opacity) << 24 | TINT;
        }
        Arrays.fill(values, (byte) Math.min(Math.max(zeroPoint, 0), 255));
    }

    boolean isOf(ModelFacts facts) {
        return this.facts == facts;
    }

    /** Takes over a photo's map, from the buffer's position on, and the photo as the model saw it. */
    void fill(ByteBuffer map, byte[] photoRgb, int photoWidth, int photoHeight) {
        int position = map.position();
        map.get(values, 0, values.length);
        map.position(position);
        if (rgb != null) {
            System.arraycopy(photoRgb, 0, rgb, 0, rgb.length);
        }
        this.photoWidth = photoWidth;
        this.photoHeight = photoHeight;
        isFilled = true;
    }

    /**
     * Columns of the map.
     *
     * @return the model's own output width
     */
    public int width() {
        return width;
    }

    /**
     * Rows of the map.
     *
     * @return the model's own output height
     */
    public int height() {
        return height;
    }

    /**
     * Columns of the photo that the map is of.
     *
     * @return pixels, after crop and turn; boxes count in these. A new map has its own size
     */
    public int photoWidth() {
        return photoWidth;
    }

    /**
     * Rows of the photo that the map is of.
     *
     * @return pixels, after crop and turn; boxes count in these. A new map has its own size
     */
    public int photoHeight() {
        return photoHeight;
    }

    /**
     * Copies the map as the model gave it.
     *
     * @param values where {@code width() * height()} bytes go, row by row, each 0 to 255 unsigned;
     *     {@link ModelFacts} says what they mean
     * @throws DbdException.Argument {@code values} has another size
     */
    public void copyValues(byte[] values) {
        Given.check(values, "An array of bytes");
        checkLength(values.length, "bytes");
        System.arraycopy(this.values, 0, values, 0, values.length);
    }

    /**
     * Probability of blur at one place of the map.
     *
     * @param column 0 to {@code width() - 1}
     * @param row 0 to {@code height() - 1}
     * @return 0 = in focus to 1 = blurred
     * @throws DbdException.Argument the place is outside of the map
     */
    public float probability(int column, int row) {
        if (column < 0 || row < 0 || column >= width || row >= height) {
            throw new DbdException.Argument(
                    "The map has " + width + "x" + height + " places, got " + column + "," + row
                            + ".");
        }
        return levels[values[row * width + column] & 0xFF];
    }

    /**
     * Share of the map that is blurred.
     *
     * @return the share of places with probability 0.5 or more, 0 to 1; NaN before the first photo
     */
    public double blurredFraction() {
        if (!isFilled) {
            return Double.NaN;
        }
        int first = firstLevel(0.5f);
        int blurred = 0;
        for (byte value : values) {
            blurred += (value & 0xFF) >= first ? 1 : 0;
        }
        return (double) blurred / values.length;
    }

    /**
     * How sharp the whole photo is.
     *
     * @return the mean probability of being in focus, 0 = all blurred to 1 = all in focus; NaN before
     *     the first photo
     */
    public double sharpness() {
        return sharpness(0, 0, photoWidth, photoHeight);
    }

    /**
     * How sharp a box of the photo is: the mean, over the places of the map that the box touches, of
     * the probability of being in focus.
     *
     * @param left first column of the box, in the photo's pixels, 0 or more
     * @param top first row
     * @param right column after the last one, more than {@code left}, at most {@link #photoWidth}
     * @param bottom row after the last one, more than {@code top}, at most {@link #photoHeight}
     * @return 0 = all blurred to 1 = all in focus; NaN before the first photo
     * @throws DbdException.Argument the box is empty or not in the photo
     */
    public double sharpness(int left, int top, int right, int bottom) {
        if (left < 0
                || top < 0
                || left >= right
                || top >= bottom
                || right > photoWidth
                || bottom > photoHeight) {
            throw new DbdException.Argument(
                    "A box has at least one pixel and lies in the photo of " + photoWidth + "x"
                            + photoHeight + ", got " + left + "," + top + " to " + right + ","
                            + bottom + ".");
        }
        if (!isFilled) {
            return Double.NaN;
        }
        int firstColumn = (int) ((long) left * width / photoWidth);
        int firstRow = (int) ((long) top * height / photoHeight);
        int endColumn = (int) (((long) right * width + photoWidth - 1) / photoWidth);
        int endRow = (int) (((long) bottom * height + photoHeight - 1) / photoHeight);
        long sum = 0;
        for (int row = firstRow; row < endRow; row++) {
            for (int column = firstColumn; column < endColumn; column++) {
                sum += values[row * width + column] & 0xFF;
            }
        }
        double count = (double) (endColumn - firstColumn) * (endRow - firstRow);
        double blurred = (sum / count - zeroPoint) * scale;
        return 1 - Math.min(Math.max(blurred, 0), 1);
    }

    /**
     * Whether a box of the photo is in focus: its {@link #sharpness(int, int, int, int)} is 0.5 or
     * more. Take the box within the subject: background in its corners counts too.
     *
     * @param left first column of the box, in the photo's pixels
     * @param top first row
     * @param right column after the last one
     * @param bottom row after the last one
     * @return whether the box is in focus; false before the first photo
     * @throws DbdException.Argument the box is empty or not in the photo
     */
    public boolean isInFocus(int left, int top, int right, int bottom) {
        return sharpness(left, top, right, bottom) >= IN_FOCUS_FROM;
    }

    /**
     * Says which places are blurred.
     *
     * @param threshold probability from which on a place counts as blurred, 0 to 1
     * @param mask where {@code width() * height()} bytes go, row by row: 255 (-1) = blurred, 0 = in
     *     focus
     * @throws DbdException.Argument {@code threshold} is out of range, or {@code mask} has another
     *     size
     */
    public void mask(float threshold, byte[] mask) {
        Given.check(mask, "An array of bytes");
        checkLength(mask.length, "bytes");
        int first = firstLevel(threshold);
        for (int i = 0; i < mask.length; i++) {
            mask[i] = (byte) ((values[i] & 0xFF) >= first ? 255 : 0);
        }
    }

    /**
     * Draws the map to lay over the photo: clear where in focus, the redder the more likely blurred.
     *
     * @param argb where {@code width() * height()} pixels go, row by row, each 0xAARRGGBB, not
     *     premultiplied, as {@code Bitmap.setPixels} takes them
     * @throws DbdException.Argument {@code argb} has another size
     */
    public void heatMap(int[] argb) {
        Given.check(argb, "An array of pixels");
        checkLength(argb.length, "pixels");
        for (int i = 0; i < argb.length; i++) {
            argb[i] = tints[values[i] & 0xFF];
        }
    }

    /**
     * Marks the edges that are in focus, to lay over the photo: green where the probability of blur
     * is under 0.5 and the photo, as the model saw it, has an edge; clear elsewhere. An edge is where
     * the brightness differs between the left and the right neighbour plus between the upper and the
     * lower one by {@code contrast} or more.
     *
     * @param contrast smallest difference that counts as an edge, 1 to 510; 48 suits most scenes
     * @param argb where {@code width() * height()} pixels go, as in {@link #heatMap}
     * @throws DbdException.Argument {@code contrast} is out of range, {@code argb} has another size,
     *     or the model's map has another size than its input
     */
    public void focusPeaking(int contrast, int[] argb) {
        Given.check(argb, "An array of pixels");
        checkLength(argb.length, "pixels");
        if (contrast < 1 || contrast > 510) {
            throw new DbdException.Argument(
                    "contrast is a whole number from 1 to 510, got " + contrast + ".");
        }
        if (rgb == null) {
            throw new DbdException.Argument(
                    "Focus peaking needs a model whose map is as large as its input.");
        }
        int first = firstLevel(0.5f);
        readLuma(0);
        for (int row = 0; row < height; row++) {
            if (row + 1 < height) {
                readLuma(row + 1);
            }
            // At the photo's edge a missing neighbour is the pixel itself.
            int here = row % 3 * width;
            int above = row > 0 ? (row - 1) % 3 * width : here;
            int below = row + 1 < height ? (row + 1) % 3 * width : here;
            for (int column = 0; column < width; column++) {
                int left = here + Math.max(column - 1, 0);
                int right = here + Math.min(column + 1, width - 1);
                int difference =
                        Math.abs(luma[right] - luma[left])
                                + Math.abs(luma[below + column] - luma[above + column]);
                int at = row * width + column;
                boolean isMarked = difference >= contrast && (values[at] & 0xFF) < first;
                argb[at] = isMarked ? PEAKING_COLOR : 0;
            }
        }
    }

    /** Keeps the brightness of three rows, row i at i % 3. */
    private void readLuma(int row) {
        int to = row % 3 * width;
        int from = row * width * 3;
        for (int column = 0; column < width; column++, from += 3) {
            luma[to + column] =
                    77 * (rgb[from] & 0xFF)
                                    + 150 * (rgb[from + 1] & 0xFF)
                                    + 29 * (rgb[from + 2] & 0xFF)
                            >> 8;
        }
    }

    /** The lowest value of the map that means the threshold or more; 256 where none does. */
    private int firstLevel(float threshold) {
        if (!(threshold >= 0 && threshold <= 1)) {
            throw new DbdException.Argument(
                    "threshold is a number from 0 to 1, got " + threshold + ".");
        }
        int first = 0;
        while (first < 256 && levels[first] < threshold) {
            first++;
        }
        return first;
    }

    private void checkLength(int length, String unit) {
        if (length != values.length) {
            throw new DbdException.Argument(
                    "The map has " + width + "x" + height + " places, so the array needs "
                            + values.length + " " + unit + ", got " + length + ".");
        }
    }

    @Override
    public String toString() {
        return "BlurMap(" + width + "x" + height + " of a photo of " + photoWidth + "x"
                + photoHeight + ")";
    }
}
