package org.dbdmobile;

import java.nio.ByteBuffer;

/**
 * A camera's YUV 4:2:0 frame: full-size luma, and chroma for every two by two pixels, each plane
 * with its own row stride, chroma with a pixel stride of 1 (planar) or more (interleaved); Android's
 * {@code YUV_420_888}.
 *
 * <p>Colours are BT.601 of full range, as JPEG files and Android's cameras use it. Every pixel is
 * turned to 8-bit RGB before anything is averaged; the chroma of a pixel is that of its block of
 * two by two.
 *
 * <p>Not safe for several threads at once.
 */
public final class YuvFrame extends Frame {
    // Red, green and blue are between -256 and 511 before they are clamped. With 256 added, no lane
    // of the long is negative, and bits 8 and 9 of a lane read 01 where there is nothing to clamp.
    private static final long BIAS = 256 * ONES;
    private static final long RANGE_BITS = 0x300 * ONES;
    private static final long IN_RANGE = 0x100 * ONES;

    // What chroma adds to each lane, with the bias; green's parts in 16-bit fixed point.
    private static final long[] RED = new long[256];
    private static final long[] BLUE = new long[256];
    private static final int[] GREEN_OF_U = new int[256];
    private static final int[] GREEN_OF_V = new int[256];

    static {
        for (int i = 0; i < 256; i++) {
            int chroma = i - 128;
            RED[i] = ((91881 * chroma + 32768) >> 16) + 256;
            BLUE[i] = (((116130 * chroma + 32768L) >> 16) + 256) << 2 * LANE;
            GREEN_OF_U[i] = -22554 * chroma;
            GREEN_OF_V[i] = -46802 * chroma + 32768 + (256 << 16);
        }
    }

    private ByteBuffer y;
    private ByteBuffer u;
    private ByteBuffer v;
    private int yStart;
    private int uStart;
    private int vStart;
    private int yRowStride;
    private int chromaRowStride;
    private int chromaPixelStride;
    private byte[] luma = new byte[0];
    private byte[] uLine = new byte[0];
    private byte[] vLine = new byte[0];
    private long[] chroma = new long[0];
    private long[] rgb = new long[0];
    private int chromaRow = -1;

    /** An empty frame, to be pointed to pixels by {@link #set}. */
    public YuvFrame() {}

    /**
     * Points the frame to pixels; nothing is copied. Each plane starts at its buffer's position; the
     * buffers' positions, limits and bytes are left as they are.
     *
     * @param y luma, one byte a pixel
     * @param yRowStride bytes from one row of luma to the next
     * @param u blue chroma, (width + 1) / 2 by (height + 1) / 2 samples
     * @param v red chroma, the same
     * @param chromaRowStride bytes from one row of chroma to the next, for both planes
     * @param chromaPixelStride bytes from one sample of chroma to the next, 1 or more
     * @param width columns, 1 to 32768
     * @param height rows, 1 to 32768
     * @return this frame
     * @throws DbdException.Image a plane is too small, or a number cannot be
     */
    public YuvFrame set(
            ByteBuffer y,
            int yRowStride,
            ByteBuffer u,
            ByteBuffer v,
            int chromaRowStride,
            int chromaPixelStride,
            int width,
            int height) {
        checkSize(width, height);
        int columns = (width + 1) / 2;
        int rows = (height + 1) / 2;
        checkPlane("Y", y, width, height, yRowStride, 1, 1);
        checkPlane("U", u, columns, rows, chromaRowStride, chromaPixelStride, 1);
        checkPlane("V", v, columns, rows, chromaRowStride, chromaPixelStride, 1);
        this.y = y;
        this.u = u;
        this.v = v;
        this.yStart = y.position();
        this.uStart = u.position();
        this.vStart = v.position();
        setSize(width, height);
        this.yRowStride = yRowStride;
        this.chromaRowStride = chromaRowStride;
        this.chromaPixelStride = chromaPixelStride;
        int chromaBytes = (columns - 1) * chromaPixelStride + 1;
        if (luma.length < width) {
            luma = new byte[width];
            chroma = new long[columns];
            rgb = new long[width];
        }
        if (uLine.length < chromaBytes) {
            uLine = new byte[chromaBytes];
            vLine = new byte[chromaBytes];
        }
        return this;
    }

    @Override
    void start() {
        chromaRow = -1;
    }

    @Override
    void addRow(int row, int left, int width, boolean reversed, int across, int[] sums) {
        readChroma(row / 2);
        copy(y, yStart + row * yRowStride + left, luma, width);
        toRgb(luma, chroma, left, width, rgb);
        addUp(rgb, width, reversed, across, sums);
    }

    private static void toRgb(byte[] luma, long[] chroma, int left, int width, long[] rgb) {
        int i = 0;
        if ((left & 1) != 0) {
            rgb[i] = toRgb(luma[i], chroma[left >> 1]);
            i++;
        }
        for (int k = (left + i) >> 1; i < width - 1; i += 2, k++) {
            long first = (luma[i] & 0xFF) * ONES + chroma[k];
            long second = (luma[i + 1] & 0xFF) * ONES + chroma[k];
            // Seldom: colours beyond what RGB can show.
            if (((first ^ IN_RANGE | second ^ IN_RANGE) & RANGE_BITS) != 0) {
                first = clamped(first);
                second = clamped(second);
            }
            rgb[i] = first - BIAS;
            rgb[i + 1] = second - BIAS;
        }
        if (i < width) {
            rgb[i] = toRgb(luma[i], chroma[(left + i) >> 1]);
        }
    }

    private static long toRgb(byte luma, long chroma) {
        return clamped((luma & 0xFF) * ONES + chroma) - BIAS;
    }

    /** What a row of chroma adds to the luma of its two rows of pixels. */
    private void readChroma(int row) {
        if (row == chromaRow) {
            return;
        }
        int columns = (width() + 1) / 2;
        int bytes = (columns - 1) * chromaPixelStride + 1;
        copy(u, uStart + row * chromaRowStride, uLine, bytes);
        copy(v, vStart + row * chromaRowStride, vLine, bytes);
        for (int i = 0, at = 0; i < columns; i++, at += chromaPixelStride) {
            int blue = uLine[at] & 0xFF;
            int red = vLine[at] & 0xFF;
            long green = (GREEN_OF_U[blue] + GREEN_OF_V[red]) >> 16;
            chroma[i] = RED[red] | green << LANE | BLUE[blue];
        }
        chromaRow = row;
    }

    private static long clamped(long rgb) {
        return lane(rgb) | lane(rgb >> LANE) << LANE | lane(rgb >> 2 * LANE) << 2 * LANE;
    }

    private static long lane(long rgb) {
        return Math.min(Math.max(rgb & LANE_MASK, 256), 511);
    }
}
