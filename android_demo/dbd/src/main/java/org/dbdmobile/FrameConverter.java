package org.dbdmobile;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Squashes frames to a network's input: cut, turned upright, mirrored and resized in one pass over
 * their pixels, to interleaved 8-bit RGB.
 *
 * <p>The resize is the Python runtime's: where the photo is at least 2.6 times as wide (or high) as
 * the input, whole blocks of pixels are averaged first; then a triangle filter as wide as the scale
 * (Pillow's BILINEAR) does the rest. The result is within 1 of 255 of the Python runtime's for the
 * same pixels.
 *
 * <p>Memory is allocated when the first frame comes, and again only when a frame's size or framing
 * differs from the last one's. Not safe for several threads at once.
 */
public final class FrameConverter {
    // As in the Python runtime's photo.py: blocks are averaged so far that this much is left.
    private static final double REDUCING_GAP = 1.3;
    // The sum of so many by so many pixels still fits an int.
    private static final int MAX_FACTOR = 255;
    // Weights of one result sum up to 1 << WEIGHT_BITS. Between the two passes pixels keep
    // MIDDLE_BITS of fraction; 8 + MIDDLE_BITS + WEIGHT_BITS fit an int.
    private static final int WEIGHT_BITS = 14;
    private static final int MIDDLE_BITS = 8;
    private static final int HALF = 1 << WEIGHT_BITS + MIDDLE_BITS - 1;

    private final int width;
    private final int height;
    private final byte[] rgb;

    private @Nullable Framing framing;
    private int frameWidth;
    private int frameHeight;
    private Resampling across;
    private Resampling down;
    private int[] middle;
    // The last reduced rows, as many as one result row is made of; row i is in i % length.
    private int[][] rows;

    /**
     * A converter to one size.
     *
     * @param width columns of the result, 1 to 32768
     * @param height rows of the result, 1 to 32768
     * @throws DbdException.Argument a number is out of range, or the result would have more than
     *     2^26 pixels
     */
    public FrameConverter(int width, int height) {
        boolean isPossible = width >= 1 && height >= 1 && width <= 1 << 15 && height <= 1 << 15;
        if (!isPossible || width * height > 1 << 26) {
            throw new DbdException.Argument(
                    "A frame is squashed to at least 1x1 and at most 2^26 pixels, got " + width
                            + "x" + height + ".");
        }
        this.width = width;
        this.height = height;
        this.rgb = new byte[width * height * 3];
    }

    /**
     * Squashes a frame.
     *
     * @param frame the frame; its pixels are read during the call only
     * @param framing which part of it, and how to turn that upright
     * @param output where {@code width * height * 3} bytes go, from its position on, row by row from
     *     the top, red, green, blue; the position is left as it is
     * @throws DbdException.Image the frame is empty, or the crop is not in it
     * @throws DbdException.Argument {@code output} has too little room, or something is null
     */
    public void convert(Frame frame, Framing framing, ByteBuffer output) {
        Given.check(output, "A buffer");
        Given.check(frame, "A frame");
        Given.check(framing, "A framing");
        if (output.isReadOnly() || output.remaining() < rgb.length) {
            throw new DbdException.Argument(
                    "A squashed frame of " + width + "x" + height + " takes " + rgb.length
                            + " bytes: the buffer has room for "
                            + (output.isReadOnly() ? 0 : output.remaining()) + ".");
        }
        byte[] result = convert(frame, framing);
        int position = output.position();
        output.put(result, 0, result.length);
        output.position(position);
    }

    /** The same into the converter's own array, which the next call overwrites. */
    byte[] convert(Frame frame, Framing framing) {
        framing.check(frame);
        if (!framing.equals(this.framing)
                || frame.width() != frameWidth
                || frame.height() != frameHeight) {
            prepare(frame, framing);
        }
        frame.start();
        boolean transposed = framing.isTransposed();
        int resultRows = transposed ? width : height;
        int next = 0;
        for (int row = 0; row < resultRows; row++) {
            int end = down.first[row] + down.taps;
            for (; next < end; next++) {
                readRow(frame, next, rows[next % rows.length]);
            }
            blendRows(row);
            // A row of the frame is a column of a photo that is turned by 90 or 270 degrees.
            if (transposed) {
                writeRow(row * 3, width * 3);
            } else {
                writeRow(row * width * 3, 3);
            }
        }
        return rgb;
    }

    private void prepare(Frame frame, Framing framing) {
        this.framing = null;
        boolean transposed = framing.isTransposed();
        across = new Resampling(framing.width(frame), transposed ? height : width);
        down = new Resampling(framing.height(frame), transposed ? width : height);
        middle = new int[across.blocks * 3];
        rows = new int[down.taps][across.blocks * 3];
        frameWidth = frame.width();
        frameHeight = frame.height();
        this.framing = framing;
    }

    /** One row of averaged blocks of the frame, {@code row} counted as the photo is walked. */
    private void readRow(Frame frame, int row, int[] averages) {
        Arrays.fill(averages, 0);
        int first = row * down.factor;
        int high = Math.min(down.factor, down.size - first);
        for (int i = first; i < first + high; i++) {
            frame.addRow(
                    framing.top + (framing.isRowsReversed() ? down.size - 1 - i : i),
                    framing.left,
                    across.size,
                    framing.isColumnsReversed(),
                    across.factor,
                    averages);
        }
        int whole = across.size / across.factor;
        int rest = across.size - whole * across.factor;
        average(averages, 0, whole * 3, across.factor * high);
        if (rest > 0) {
            average(averages, whole * 3, across.blocks * 3, rest * high);
        }
    }

    private static void average(int[] sums, int from, int to, int pixels) {
        int half = pixels / 2;
        // Pillow's own arithmetic, which rounds a little down: floor(2^24 / pixels), then a shift.
        int reciprocal = (int) (long) (0x1p32f / (256f * pixels));
        for (int i = from; i < to; i++) {
            sums[i] = (sums[i] + half) * reciprocal >>> 24;
        }
    }

    /** The weighted sum of the rows that one result row is made of. */
    private void blendRows(int row) {
        int first = down.first[row];
        int weights = row * down.taps;
        weigh(rows[first % rows.length], down.weights[weights], middle);
        for (int k = 1; k < down.taps; k++) {
            addWeighted(rows[(first + k) % rows.length], down.weights[weights + k], middle);
        }
        shiftDown(middle);
    }

    private static void weigh(int[] values, int weight, int[] sums) {
        for (int i = 0; i < sums.length; i++) {
            sums[i] = values[i] * weight;
        }
    }

    private static void addWeighted(int[] values, int weight, int[] sums) {
        for (int i = 0; i < sums.length; i++) {
            sums[i] += values[i] * weight;
        }
    }

    private static void shiftDown(int[] sums) {
        for (int i = 0; i < sums.length; i++) {
            sums[i] >>= WEIGHT_BITS - MIDDLE_BITS;
        }
    }

    /** The weighted sums of a blended row's neighbours, {@code step} bytes apart. */
    private void writeRow(int start, int step) {
        int[] values = middle;
        int[] first = across.first;
        int[] weights = across.weights;
        int taps = across.taps;
        byte[] result = rgb;
        for (int i = 0, w = 0, to = start; i < first.length; i++, w += taps, to += step) {
            int at = first[i] * 3;
            int red = HALF;
            int green = HALF;
            int blue = HALF;
            // Three and four are usual, and a loop of so few costs more than what it does.
            int k = 0;
            if (taps >= 3) {
                int w0 = weights[w];
                int w1 = weights[w + 1];
                int w2 = weights[w + 2];
                red += values[at] * w0 + values[at + 3] * w1 + values[at + 6] * w2;
                green += values[at + 1] * w0 + values[at + 4] * w1 + values[at + 7] * w2;
                blue += values[at + 2] * w0 + values[at + 5] * w1 + values[at + 8] * w2;
                k = 3;
            }
            for (; k < taps; k++) {
                int weight = weights[w + k];
                red += values[at + 3 * k] * weight;
                green += values[at + 3 * k + 1] * weight;
                blue += values[at + 3 * k + 2] * weight;
            }
            result[to] = (byte) (red >> WEIGHT_BITS + MIDDLE_BITS);
            result[to + 1] = (byte) (green >> WEIGHT_BITS + MIDDLE_BITS);
            result[to + 2] = (byte) (blue >> WEIGHT_BITS + MIDDLE_BITS);
        }
    }

    /** How one side of a photo becomes one side of the result. */
    private static final class Resampling {
        /** Pixels of the photo. */
        final int size;
        /** Pixels that are averaged to one before the filter. */
        final int factor;
        /** How many of those there are; the last one may be of fewer pixels. */
        final int blocks;
        /** How many blocks one pixel of the result is made of, those of weight 0 included. */
        final int taps;
        /** By pixel of the result: its first block, {@link #taps} weights. */
        final int[] first;

        final int[] weights;

        Resampling(int size, int resultSize) {
            this.size = size;
            int wanted = (int) (size / (double) resultSize / REDUCING_GAP);
            factor = Math.max(1, Math.min(MAX_FACTOR, wanted));
            blocks = (size + factor - 1) / factor;
            // In blocks; Pillow takes the box's edge as a float.
            double edge = (float) (size / (double) factor);
            double scale = edge / resultSize;
            double support = Math.max(scale, 1);
            first = new int[resultSize];
            int widest = 0;
            for (int i = 0; i < resultSize; i++) {
                double center = (i + 0.5) * scale;
                first[i] = Math.max(0, (int) (center - support + 0.5));
                int end = Math.min(blocks, (int) (center + support + 0.5));
                widest = Math.max(widest, end - first[i]);
            }
            taps = widest;
            weights = new int[resultSize * taps];
            double[] shares = new double[taps];
            for (int i = 0; i < resultSize; i++) {
                first[i] = Math.min(first[i], blocks - taps);
                weigh(i, (i + 0.5) * scale, support, shares);
            }
        }

        private void weigh(int i, double center, double support, double[] shares) {
            double total = 0;
            for (int k = 0; k < taps; k++) {
                double distance = Math.abs(first[i] + k + 0.5 - center) / support;
                shares[k] = Math.max(0, 1 - distance);
                total += shares[k];
            }
            // Rounded so that the weights sum up to exactly one: white stays white.
            double sum = 0;
            int given = 0;
            for (int k = 0; k < taps; k++) {
                sum += shares[k];
                int upTo = (int) Math.round(sum / total * (1 << WEIGHT_BITS));
                weights[i * taps + k] = upTo - given;
                given = upTo;
            }
        }
    }
}
