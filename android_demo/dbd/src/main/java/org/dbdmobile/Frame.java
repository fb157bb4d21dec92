package org.dbdmobile;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Pixels in memory, as a camera or a decoder left them: a {@link YuvFrame}, an {@link RgbFrame}, or
 * what {@link AndroidFrames} makes of an {@code Image} or a {@code Bitmap}.
 *
 * <p>A frame is a view: it holds no copy of the pixels and may be pointed to the next picture. One
 * thread at a time may use it.
 */
public abstract class Frame {
    // Red, green and blue travel in the three 21-bit lanes of a long, so that one addition does for
    // all three; a lane holds the sum of 8,192 pixels, the most that a row's neighbours can be.
    static final int LANE = 21;
    static final long LANE_MASK = (1L << LANE) - 1;
    static final long ONES = 1L | 1L << LANE | 1L << 2 * LANE;

    private int width;
    private int height;

    Frame() {}

    /**
     * Columns.
     *
     * @return the frame's own width, before any turn; 0 before the first pixels were set
     */
    public final int width() {
        return width;
    }

    /**
     * Rows.
     *
     * @return the frame's own height, before any turn; 0 before the first pixels were set
     */
    public final int height() {
        return height;
    }

    /** Forgets what was kept of the pixels; called before each pass over them. */
    void start() {}

    /**
     * Adds one row's pixels to sums of neighbours.
     *
     * @param row the row
     * @param left the part's first column
     * @param width the part's columns, at least 1
     * @param reversed walk the part from right to left
     * @param across neighbours that go into one sum; the last sum may get fewer
     * @param sums red, green and blue for each {@code across} pixels of the part, added to
     */
    abstract void addRow(int row, int left, int width, boolean reversed, int across, int[] sums);

    /** Adds a row of pixels, one long each, to sums of neighbours; see {@link #addRow}. */
    static void addUp(long[] rgb, int width, boolean reversed, int across, int[] sums) {
        int step = reversed ? -1 : 1;
        int at = reversed ? width - 1 : 0;
        int whole = width / across * 3;
        // The usual numbers are written out: a loop of three costs more than what it does.
        switch (across) {
            case 1:
                for (int i = 0; i < whole; i += 3, at += step) {
                    add(rgb[at], sums, i);
                }
                break;
            case 2:
                for (int i = 0; i < whole; i += 3, at += 2 * step) {
                    add(rgb[at] + rgb[at + step], sums, i);
                }
                break;
            case 3:
                for (int i = 0; i < whole; i += 3, at += 3 * step) {
                    add(rgb[at] + rgb[at + step] + rgb[at + 2 * step], sums, i);
                }
                break;
            default:
                for (int i = 0; i < whole; i += 3) {
                    long sum = 0;
                    for (int k = 0; k < across; k++, at += step) {
                        sum += rgb[at];
                    }
                    add(sum, sums, i);
                }
        }
        for (int rest = width % across; rest > 0; rest--, at += step) {
            add(rgb[at], sums, whole);
        }
    }

    private static void add(long rgb, int[] sums, int i) {
        sums[i] += (int) (rgb & LANE_MASK);
        sums[i + 1] += (int) (rgb >> LANE & LANE_MASK);
        sums[i + 2] += (int) (rgb >> 2 * LANE);
    }

    /** Takes over the size of the pixels that the frame was pointed to. */
    final void setSize(int width, int height) {
        this.width = width;
        this.height = height;
    }

    static void checkSize(int width, int height) {
        if (width < 1 || height < 1 || width > 1 << 15 || height > 1 << 15) {
            throw new DbdException.Image(
                    "A frame has from 1x1 to 32768x32768 pixels, got " + width + "x" + height
                            + ".");
        }
    }

    /** Checks that a plane's buffer holds its rows; the last row may end with its last pixel. */
    static void checkPlane(
            String name,
            @Nullable ByteBuffer plane,
            int width,
            int height,
            int rowStride,
            int pixelStride,
            int pixelBytes) {
        if (plane == null) {
            throw new DbdException.Image("The frame has no " + name + " plane.");
        }
        long rowBytes = (width - 1L) * pixelStride + pixelBytes;
        if (pixelStride < pixelBytes || (height > 1 && rowStride < rowBytes)) {
            throw new DbdException.Image(
                    "The " + name + " plane has rows of " + rowStride + " bytes and pixels of "
                            + pixelStride + ": too little for " + width + " pixels.");
        }
        long needed = (height - 1L) * rowStride + rowBytes;
        if (plane.remaining() < needed) {
            throw new DbdException.Image(
                    "The " + name + " plane has " + plane.remaining() + " bytes: " + width + "x"
                            + height + " pixels with rows of " + rowStride + " bytes need "
                            + needed + ".");
        }
    }

    /** Copies bytes out of a buffer from any place, and leaves its position as it was. */
    static void copy(ByteBuffer from, int at, byte[] to, int count) {
        try {
            int position = from.position();
            from.position(at);
            from.get(to, 0, count);
            from.position(position);
        } catch (IllegalStateException | IllegalArgumentException | BufferUnderflowException e) {
            // Android takes a picture's memory back when it is closed, whoever still reads it.
            throw new DbdException.Image(
                    "The frame's pixels are gone: keep its picture open until detect returns.", e);
        }
    }
}
