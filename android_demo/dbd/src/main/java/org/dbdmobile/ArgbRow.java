package org.dbdmobile;

/** A row of 0xAARRGGBB pixels, not premultiplied, as {@code Bitmap.getPixels} gives them. */
final class ArgbRow {
    private ArgbRow() {}

    /** Turns the row's pixels, laid over white, to one long each, as {@link Frame#addUp} adds them. */
    static void toRgb(int[] argb, int width, long[] rgb) {
        for (int i = 0; i < width; i++) {
            int pixel = argb[i];
            int alpha = pixel >>> 24;
            rgb[i] =
                    overWhite(pixel >> 16 & 0xFF, alpha)
                            | overWhite(pixel >> 8 & 0xFF, alpha) << Frame.LANE
                            | overWhite(pixel & 0xFF, alpha) << 2 * Frame.LANE;
        }
    }

    private static long overWhite(int value, int alpha) {
        return alpha == 255 ? value : (value * alpha + 255 * (255 - alpha) + 127) / 255;
    }
}
