package android.media;

import java.nio.ByteBuffer;

/** Stands in for Android's class on the JVM: what {@code AndroidFrames} asks of a camera's image. */
public abstract class Image implements AutoCloseable {
    /** One plane in memory. */
    public abstract static class Plane {
        public abstract ByteBuffer getBuffer();

        public abstract int getRowStride();

        public abstract int getPixelStride();
    }

    public abstract int getFormat();

    public abstract int getWidth();

    public abstract int getHeight();

    public abstract Plane[] getPlanes();

    @Override
    public abstract void close();
}
