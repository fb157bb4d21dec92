package org.dbdmobile.sample;

import android.content.Context;
import android.graphics.ImageFormat;
import android.hardware.camera2.CameraCharacteristics;
import android.media.ImageReader;
import android.os.Handler;
import android.os.HandlerThread;
import android.view.Display;
import android.view.Surface;
import org.dbdmobile.Framing;

/** Camera2's frames for {@link CameraBlur}, on a thread of their own. */
public final class Camera2Frames {
    private final HandlerThread thread;
    private final Handler handler;
    private final ImageReader reader;
    private CameraBlur blur;
    private volatile Framing framing = Framing.WHOLE;

    /** Makes the reader; its surface is to be a target of the capture session. */
    public Camera2Frames(Context context) {
        // guide: once
        thread = new HandlerThread("blur");
        thread.start();
        handler = new Handler(thread.getLooper());
        handler.post(() -> blur = new CameraBlur(context)); // which has the lines above
        reader = ImageReader.newInstance(1280, 720, ImageFormat.YUV_420_888, 2);
        reader.setOnImageAvailableListener(images -> blur.onImage(images, framing), handler);
        // guide: end
    }

    /** The second target of the session, beside the preview. */
    public Surface surface() {
        return reader.getSurface();
    }

    /** Says how frames lie to the screen. */
    public void turn(CameraCharacteristics camera, Display display) {
        // guide: when a camera was chosen, and when the screen was turned
        Integer sensor = camera.get(CameraCharacteristics.SENSOR_ORIENTATION);
        Integer facing = camera.get(CameraCharacteristics.LENS_FACING);
        boolean isFront = facing != null && facing == CameraCharacteristics.LENS_FACING_FRONT;
        framing = Framing.ofCamera(sensor == null ? 0 : sensor, display.getRotation(), isFront);
        // guide: end
    }

    /** Ends it, after the capture session was closed. */
    public void close() {
        // guide: when the camera was closed: after the frame that is looked at
        handler.post(() -> {
            reader.close();
            blur.close();
        });
        thread.quitSafely();
        // guide: end
    }
}
