package org.dbdmobile;

/** A row of 0xAARRGGBB pixels, not premultiplied, as {@code Bitmap.getPixels} gives them. */
final class ArgbRow {
    private ArgbRow() {}

    /** Adds the row's pixels, laid over white, to sums of neighbours; see {@link Frame#addRow}. */
    static void add(int[] argb, int width, boolean reversed, int across, long[] sums) {
        int step = reversed ? -1 : 1;
        int at = reversed ? width - 1 : 0;
        int rest = width;
        for (int i = 0; rest > 0; i++) {
            long sum = 0;
            for (int k = Math.min(across, rest); k > 0; k--) {
                int pixel = argb[at];
                int alpha = pixel >>> 24;
                sum +=
                        overWhite(pixel >> 16 & 0xFF, alpha)
                                | overWhite(pixel >> 8 & 0xFF, alpha) << Frame.LANE
                                | overWhite(pixel & 0xFF, alpha) << 2 * Frame.LANE;
                at += step;
            }
            sums[i] += sum;
            rest -= across;
        }
    }

    private static long overWhite(int value, int alpha) {
        return alpha == 255 ? value : (value * alpha + 255 * (255 - alpha) + 127) / 255;
    }
}
