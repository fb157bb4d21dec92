package org.dbdmobile;

import java.nio.ByteBuffer;

/**
 * Pixels in memory, as a camera or a decoder left them: a {@link YuvFrame}, an {@link RgbFrame}, or
 * what {@link AndroidFrames} makes of an {@code Image} or a {@code Bitmap}.
 *
 * <p>A frame is a view: it holds no copy of the pixels and may be pointed to the next picture. One
 * thread at a time may use it.
 */
public abstract class Frame {
    // Sums of red, green and blue travel in the three 21-bit lanes of a long, so that one addition
    // does for all three. A lane holds the sum of 4,096 pixels with room for YuvFrame's bias.
    static final int LANE = 21;
    static final long LANE_MASK = (1L << LANE) - 1;
    static final long ONES = 1L | 1L << LANE | 1L << 2 * LANE;

    Frame() {}

    /**
     * Columns.
     *
     * @return the frame's own width, before any turn; 0 before the first pixels were set
     */
    public abstract int width();

    /**
     * Rows.
     *
     * @return the frame's own height, before any turn; 0 before the first pixels were set
     */
    public abstract int height();

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
     * @param sums one long for each {@code across} pixels of the part, added to
     */
    abstract void addRow(
            int row, int left, int width, boolean reversed, int across, long[] sums);

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
            ByteBuffer plane,
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
        int position = from.position();
        from.position(at);
        from.get(to, 0, count);
        from.position(position);
    }
}
