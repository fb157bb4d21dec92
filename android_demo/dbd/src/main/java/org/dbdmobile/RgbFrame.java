package org.dbdmobile;

import java.nio.ByteBuffer;

/**
 * Interleaved 8-bit pixels: RGB of three bytes, or RGBA of four whose last byte is not looked at.
 *
 * <p>Not safe for several threads at once.
 */
public final class RgbFrame extends Frame {
    private ByteBuffer pixels;
    private int start;
    private int rowStride;
    private int pixelStride;
    private byte[] line = new byte[0];
    private long[] rgb = new long[0];

    /** An empty frame, to be pointed to pixels by {@link #set}. */
    public RgbFrame() {}

    /**
     * Points the frame to pixels; nothing is copied.
     *
     * @param pixels red, green, blue, in this order, from the buffer's position on; the buffer's
     *     position, limit and bytes are left as they are
     * @param width columns, 1 to 32768
     * @param height rows, 1 to 32768
     * @param rowStride bytes from one row's start to the next one's
     * @param pixelStride bytes from one pixel's red to the next one's: 3 for RGB, 4 for RGBA
     * @return this frame
     * @throws DbdException.Image the buffer is too small, or a number cannot be
     */
    public RgbFrame set(ByteBuffer pixels, int width, int height, int rowStride, int pixelStride) {
        checkSize(width, height);
        if (pixelStride != 3 && pixelStride != 4) {
            throw new DbdException.Image(
                    "A pixel has 3 bytes (RGB) or 4 (RGBA), got " + pixelStride + ".");
        }
        checkPlane("RGB", pixels, width, height, rowStride, pixelStride, 3);
        this.pixels = pixels;
        this.start = pixels.position();
        setSize(width, height);
        this.rowStride = rowStride;
        this.pixelStride = pixelStride;
        if (line.length < width * pixelStride) {
            line = new byte[width * pixelStride];
        }
        if (rgb.length < width) {
            rgb = new long[width];
        }
        return this;
    }

    @Override
    void addRow(int row, int left, int width, boolean reversed, int across, int[] sums) {
        int bytes = (width - 1) * pixelStride + 3;
        copy(pixels, start + row * rowStride + left * pixelStride, line, bytes);
        for (int i = 0, at = 0; i < width; i++, at += pixelStride) {
            rgb[i] =
                    (line[at] & 0xFFL)
                            | (line[at + 1] & 0xFFL) << LANE
                            | (line[at + 2] & 0xFFL) << 2 * LANE;
        }
        addUp(rgb, width, reversed, across, sums);
    }
}
