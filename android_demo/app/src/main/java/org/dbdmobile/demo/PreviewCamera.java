package org.dbdmobile.demo;

import android.annotation.SuppressLint;
import android.graphics.ImageFormat;
import android.hardware.camera2.CameraAccessException;
import android.hardware.camera2.CameraCaptureSession;
import android.hardware.camera2.CameraCharacteristics;
import android.hardware.camera2.CameraDevice;
import android.hardware.camera2.CameraManager;
import android.hardware.camera2.CaptureRequest;
import android.hardware.camera2.params.StreamConfigurationMap;
import android.media.ImageReader;
import android.os.Handler;
import android.util.Log;
import android.util.Size;
import android.view.Surface;
import java.util.Arrays;
import org.dbdmobile.Framing;

/**
 * Camera2 for {@link CameraLifecycle}: does what that asks for, and tells it later, on the main
 * thread, what came of it.
 */
final class PreviewCamera {
    private static final String TAG = "dbd-mobile";
    // One that is looked at, and the newest one.
    private static final int IMAGES = 2;

    private final CameraManager manager;
    private final Handler main;
    private final Handler frames;
    private final ImageReader.OnImageAvailableListener onFrame;
    private CameraLifecycle lifecycle;

    private String id;
    private Size size;
    private int sensorDegrees;
    private boolean isFront;

    private CameraDevice device;
    private CameraCaptureSession session;
    private ImageReader reader;

    /**
     * A camera that is not open.
     *
     * @param main the main thread
     * @param frames the thread that {@code onFrame} is called on
     */
    PreviewCamera(
            CameraManager manager,
            Handler main,
            Handler frames,
            ImageReader.OnImageAvailableListener onFrame) {
        this.manager = manager;
        this.main = main;
        this.frames = frames;
        this.onFrame = onFrame;
    }

    void setLifecycle(CameraLifecycle lifecycle) {
        this.lifecycle = lifecycle;
    }

    /**
     * Looks which camera there is now, one at the back first; needs no permission, and no camera
     * that is open. False where there is none.
     */
    boolean find() {
        id = null;
        size = null;
        try {
            for (String candidate : manager.getCameraIdList()) {
                CameraCharacteristics facts = manager.getCameraCharacteristics(candidate);
                Integer facing = facts.get(CameraCharacteristics.LENS_FACING);
                StreamConfigurationMap map =
                        facts.get(CameraCharacteristics.SCALER_STREAM_CONFIGURATION_MAP);
                Size[] sizes = map == null ? null : map.getOutputSizes(ImageFormat.YUV_420_888);
                if (sizes == null || sizes.length == 0) {
                    continue;
                }
                boolean isBack =
                        facing != null && facing == CameraCharacteristics.LENS_FACING_BACK;
                if (id == null || isBack) {
                    id = candidate;
                    size = choose(sizes);
                    isFront = facing != null && facing == CameraCharacteristics.LENS_FACING_FRONT;
                    Integer degrees = facts.get(CameraCharacteristics.SENSOR_ORIENTATION);
                    sensorDegrees = degrees == null ? 0 : degrees;
                }
                if (isBack) {
                    break;
                }
            }
        } catch (CameraAccessException | IllegalArgumentException error) {
            // Unplugged while it was looked at, or the camera service is down.
            Log.w(TAG, "The cameras cannot be listed.", error);
        }
        return id != null;
    }

    private static Size choose(Size[] sizes) {
        int[] widths = new int[sizes.length];
        int[] heights = new int[sizes.length];
        for (int i = 0; i < sizes.length; i++) {
            widths[i] = sizes[i].getWidth();
            heights[i] = sizes[i].getHeight();
        }
        return sizes[CameraGeometry.chooseSize(widths, heights)];
    }

    /** The frames' size, as the sensor lies; null where there is no camera. */
    Size size() {
        return size;
    }

    /** How a frame lies to the screen. */
    Framing framing(int displayDegrees) {
        return CameraGeometry.framing(sensorDegrees, displayDegrees, isFront);
    }

    /** Whether the upright picture is as wide as a frame is high. */
    boolean isTransposed(int displayDegrees) {
        return CameraGeometry.isTransposed(sensorDegrees, displayDegrees);
    }

    /** Opens the camera that was found. */
    // The lifecycle opens only after the permission was granted; a permission that was taken back
    // is the SecurityException below.
    @SuppressLint("MissingPermission")
    void open(final int camera) {
        if (id == null) {
            fail(camera, CameraLifecycle.Problem.MISSING, null);
            return;
        }
        try {
            manager.openCamera(id, new Answers(camera), main);
        } catch (CameraAccessException error) {
            fail(camera, problem(error.getReason()), error);
        } catch (SecurityException error) {
            fail(camera, CameraLifecycle.Problem.FAILED, error);
        } catch (IllegalArgumentException error) {
            // Unplugged since it was found.
            fail(camera, CameraLifecycle.Problem.MISSING, error);
        }
    }

    private static CameraLifecycle.Problem problem(int reason) {
        switch (reason) {
            case CameraAccessException.CAMERA_IN_USE:
            case CameraAccessException.MAX_CAMERAS_IN_USE:
                return CameraLifecycle.Problem.IN_USE;
            case CameraAccessException.CAMERA_DISABLED:
                return CameraLifecycle.Problem.DISABLED;
            case CameraAccessException.CAMERA_DISCONNECTED:
                return CameraLifecycle.Problem.LOST;
            default:
                return CameraLifecycle.Problem.FAILED;
        }
    }

    /** Starts the preview on the open camera. */
    @SuppressWarnings("deprecation") // What replaces it came with API level 28.
    void configure(final int camera, final Surface preview) {
        reader =
                ImageReader.newInstance(
                        size.getWidth(), size.getHeight(), ImageFormat.YUV_420_888, IMAGES);
        reader.setOnImageAvailableListener(onFrame, frames);
        final Surface analysis = reader.getSurface();
        try {
            device.createCaptureSession(
                    Arrays.asList(preview, analysis),
                    new CameraCaptureSession.StateCallback() {
                        @Override
                        public void onConfigured(CameraCaptureSession configured) {
                            start(camera, configured, preview, analysis);
                        }

                        @Override
                        public void onConfigureFailed(CameraCaptureSession failed) {
                            Log.w(TAG, "The camera refuses the preview.");
                            lifecycle.configureFailed(camera);
                        }
                    },
                    main);
        } catch (CameraAccessException | IllegalStateException | IllegalArgumentException error) {
            // IllegalArgument: the preview's surface is gone already.
            configureFailed(camera, error);
        }
    }

    private void start(
            int camera, CameraCaptureSession configured, Surface preview, Surface analysis) {
        if (device == null || device != configured.getDevice()) {
            return;
        }
        session = configured;
        try {
            CaptureRequest.Builder request =
                    device.createCaptureRequest(CameraDevice.TEMPLATE_PREVIEW);
            request.addTarget(preview);
            request.addTarget(analysis);
            session.setRepeatingRequest(request.build(), null, main);
            lifecycle.configured(camera);
        } catch (CameraAccessException | IllegalStateException | IllegalArgumentException error) {
            configureFailed(camera, error);
        }
    }

    /** Lets go of everything; whatever the camera still says is not listened to. */
    void close() {
        if (session != null) {
            session.close();
            session = null;
        }
        if (device != null) {
            device.close();
            device = null;
        }
        if (reader != null) {
            final ImageReader old = reader;
            reader = null;
            // Where its images are read, so not while one is.
            frames.post(
                    new Runnable() {
                        @Override
                        public void run() {
                            old.close();
                        }
                    });
        }
    }

    private void configureFailed(final int camera, Exception error) {
        Log.w(TAG, "The preview cannot be started.", error);
        main.post(
                new Runnable() {
                    @Override
                    public void run() {
                        lifecycle.configureFailed(camera);
                    }
                });
    }

    private void fail(
            final int camera, final CameraLifecycle.Problem problem, Exception error) {
        Log.w(TAG, "The camera cannot be opened: " + problem, error);
        main.post(
                new Runnable() {
                    @Override
                    public void run() {
                        lifecycle.failed(camera, problem);
                    }
                });
    }

    /** What Android says of one camera; its device is kept before the lifecycle hears of it. */
    private final class Answers extends CameraDevice.StateCallback {
        private final int camera;

        Answers(int camera) {
            this.camera = camera;
        }

        @Override
        public void onOpened(CameraDevice opened) {
            device = opened;
            lifecycle.opened(camera);
        }

        @Override
        public void onDisconnected(CameraDevice lost) {
            Log.w(TAG, "The camera was taken by another app or unplugged.");
            letGo(lost);
            lifecycle.lost(camera);
        }

        @Override
        public void onError(CameraDevice broken, int error) {
            Log.w(TAG, "The camera failed with error " + error + ".");
            letGo(broken);
            lifecycle.failed(camera, problemOf(error));
        }

        private void letGo(CameraDevice other) {
            if (other != device) {
                other.close();
            }
        }
    }

    private static CameraLifecycle.Problem problemOf(int error) {
        switch (error) {
            case CameraDevice.StateCallback.ERROR_CAMERA_IN_USE:
            case CameraDevice.StateCallback.ERROR_MAX_CAMERAS_IN_USE:
                return CameraLifecycle.Problem.IN_USE;
            case CameraDevice.StateCallback.ERROR_CAMERA_DISABLED:
                return CameraLifecycle.Problem.DISABLED;
            default:
                return CameraLifecycle.Problem.FAILED;
        }
    }
}
