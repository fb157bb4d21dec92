package android.graphics;

/** Stands in for Android's class on the JVM: what {@code AndroidFrames} asks of a bitmap. */
public final class Bitmap {
    /** How pixels are stored. */
    public enum Config {
        /** Four bytes a pixel. */
        ARGB_8888,
        /** Out of reach. */
        HARDWARE
    }

    private final int[] argb;
    private final int width;
    private final Config config;
    private boolean isRecycled;

    public Bitmap(int[] argb, int width, Config config) {
        this.argb = argb;
        this.width = width;
        this.config = config;
    }

    public int getWidth() {
        return width;
    }

    public int getHeight() {
        return argb.length / width;
    }

    public Config getConfig() {
        return config;
    }

    public boolean isRecycled() {
        return isRecycled;
    }

    public void recycle() {
        isRecycled = true;
    }

    public void getPixels(
            int[] pixels, int offset, int stride, int x, int y, int width, int height) {
        if (isRecycled || config == Config.HARDWARE) {
            throw new IllegalStateException("unable to getPixels()");
        }
        for (int row = 0; row < height; row++) {
            System.arraycopy(
                    argb, (y + row) * this.width + x, pixels, offset + row * stride, width);
        }
    }
}
