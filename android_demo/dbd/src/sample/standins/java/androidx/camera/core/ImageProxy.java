package androidx.camera.core;

import android.graphics.Rect;
import java.nio.ByteBuffer;

/** Stands in for CameraX's interface: what the guide asks of it. */
public interface ImageProxy extends AutoCloseable {
    /** One plane in memory. */
    interface PlaneProxy {
        int getRowStride();

        int getPixelStride();

        ByteBuffer getBuffer();
    }

    Rect getCropRect();

    int getFormat();

    int getHeight();

    int getWidth();

    PlaneProxy[] getPlanes();

    ImageInfo getImageInfo();

    @Override
    void close();
}
