package org.dbdmobile.demo;

import android.annotation.SuppressLint;
import android.graphics.ImageFormat;
import android.graphics.Rect;
import android.hardware.camera2.CameraAccessException;
import android.hardware.camera2.CameraCaptureSession;
import android.hardware.camera2.CameraCharacteristics;
import android.hardware.camera2.CameraDevice;
import android.hardware.camera2.CameraManager;
import android.hardware.camera2.CameraMetadata;
import android.hardware.camera2.CaptureRequest;
import android.hardware.camera2.params.MeteringRectangle;
import android.hardware.camera2.params.StreamConfigurationMap;
import android.media.ImageReader;
import android.os.Handler;
import android.os.HandlerThread;
import android.os.Looper;
import android.util.Log;
import android.util.Size;
import android.view.Surface;
import java.util.Arrays;
import org.dbdmobile.Framing;

/**
 * Camera2 for {@link CameraLifecycle}: does what that asks for, and tells it later, on the main
 * thread, what came of it. Asked on the main thread; whatever asks the system's camera service, which
 * may take its time, is done on a thread of its own.
 */
final class PreviewCamera {
    private static final String TAG = "dbd-mobile";
    // One that is looked at, and the newest one.
    private static final int IMAGES = 2;

    /** What is known of a camera. Immutable. */
    private static final class Facts {
        final String id;
        final Size size;
        final boolean isBack;
        final boolean isFront;
        final int sensorDegrees;
        /** Null where it does not say; then it is not aimed. */
        final Rect sensor;

        final boolean canFocus;
        final boolean canExpose;

        Facts(String id, CameraCharacteristics facts, Size[] sizes) {
            this.id = id;
            size = choose(sizes);
            Integer facing = facts.get(CameraCharacteristics.LENS_FACING);
            isBack = facing != null && facing == CameraCharacteristics.LENS_FACING_BACK;
            isFront = facing != null && facing == CameraCharacteristics.LENS_FACING_FRONT;
            sensorDegrees = number(facts.get(CameraCharacteristics.SENSOR_ORIENTATION));
            sensor = facts.get(CameraCharacteristics.SENSOR_INFO_ACTIVE_ARRAY_SIZE);
            int[] modes = facts.get(CameraCharacteristics.CONTROL_AF_AVAILABLE_MODES);
            boolean hasAuto = false;
            for (int mode : modes == null ? new int[0] : modes) {
                hasAuto |= mode == CameraMetadata.CONTROL_AF_MODE_AUTO;
            }
            canFocus =
                    hasAuto && number(facts.get(CameraCharacteristics.CONTROL_MAX_REGIONS_AF)) > 0;
            canExpose = number(facts.get(CameraCharacteristics.CONTROL_MAX_REGIONS_AE)) > 0;
        }

        private static int number(Integer given) {
            return given == null ? 0 : given;
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
    }

    private final CameraManager manager;
    private final Handler main;
    private final Handler frames;
    private final ImageReader.OnImageAvailableListener onFrame;
    private final HandlerThread thread = new HandlerThread("camera");
    private final Handler handler;
    private final CameraManager.AvailabilityCallback availability =
            new CameraManager.AvailabilityCallback() {
                @Override
                public void onCameraAvailable(String id) {
                    main.post(() -> lifecycle.available());
                }
            };
    private CameraLifecycle lifecycle;
    private Runnable onFound;

    // The camera that was found; null where there is none. Written on the camera's thread.
    private volatile Facts facts;

    // The camera thread's own.
    private CameraDevice device;
    private CameraCaptureSession session;
    private ImageReader reader;
    private Surface preview;
    // Where the person wants it sharp, on the sensor; null for wherever the camera likes.
    private MeteringRectangle aim;
    private boolean isOpening;
    private boolean isQuitting;

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
        thread.start();
        handler = new Handler(thread.getLooper());
    }

    /**
     * Begins to look for cameras.
     *
     * @param onFound called on the main thread when it is known which camera there is
     */
    void start(CameraLifecycle lifecycle, Runnable onFound) {
        this.lifecycle = lifecycle;
        this.onFound = onFound;
        handler.post(
                () -> {
                    find();
                    manager.registerAvailabilityCallback(availability, handler);
                });
    }

    /** Where the camera service is asked. */
    Looper looper() {
        return handler.getLooper();
    }

    /**
     * Looks which camera there is now, one at the back first; needs no permission, and no camera
     * that is open.
     */
    private void find() {
        Facts found = null;
        try {
            for (String id : manager.getCameraIdList()) {
                CameraCharacteristics said = manager.getCameraCharacteristics(id);
                StreamConfigurationMap map =
                        said.get(CameraCharacteristics.SCALER_STREAM_CONFIGURATION_MAP);
                Size[] sizes = map == null ? null : map.getOutputSizes(ImageFormat.YUV_420_888);
                if (sizes == null || sizes.length == 0) {
                    continue;
                }
                Facts candidate = new Facts(id, said, sizes);
                if (found == null || candidate.isBack) {
                    found = candidate;
                }
                if (candidate.isBack) {
                    break;
                }
            }
        } catch (CameraAccessException | IllegalArgumentException error) {
            // Unplugged while it was looked at, or the camera service is down.
            Log.w(TAG, "The cameras cannot be listed.", error);
        }
        facts = found;
        main.post(onFound);
    }

    /** The frames' size, as the sensor lies; null where no camera was found, or not yet. */
    Size size() {
        Facts found = facts;
        return found == null ? null : found.size;
    }

    /**
     * How a frame lies to the screen.
     *
     * @param displayRotation one of {@code Surface.ROTATION_0} to {@code ROTATION_270}
     */
    Framing framing(int displayRotation) {
        Facts found = facts;
        return found == null
                ? Framing.WHOLE
                : Framing.ofCamera(found.sensorDegrees, displayRotation, found.isFront);
    }

    /** Looks which camera there is, and opens it. */
    void open(int camera) {
        handler.post(() -> openNow(camera));
    }

    // The lifecycle opens only after the permission was granted; a permission that was taken back
    // is the SecurityException below.
    @SuppressLint("MissingPermission")
    private void openNow(int camera) {
        find();
        if (facts == null) {
            fail(camera, CameraLifecycle.Problem.MISSING, null);
            return;
        }
        try {
            manager.openCamera(facts.id, new Answers(camera), handler);
            isOpening = true;
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
    void configure(int camera, Surface shown) {
        handler.post(() -> configureNow(camera, shown));
    }

    @SuppressWarnings("deprecation") // What replaces it came with API level 28.
    private void configureNow(int camera, Surface shown) {
        if (device == null) {
            return;
        }
        preview = shown;
        Size size = facts.size;
        reader =
                ImageReader.newInstance(
                        size.getWidth(), size.getHeight(), ImageFormat.YUV_420_888, IMAGES);
        reader.setOnImageAvailableListener(onFrame, frames);
        try {
            device.createCaptureSession(
                    Arrays.asList(preview, reader.getSurface()),
                    new CameraCaptureSession.StateCallback() {
                        @Override
                        public void onConfigured(CameraCaptureSession configured) {
                            begin(camera, configured);
                        }

                        @Override
                        public void onConfigureFailed(CameraCaptureSession failed) {
                            configureFailed(camera, null);
                        }
                    },
                    handler);
        } catch (CameraAccessException | IllegalStateException | IllegalArgumentException error) {
            // IllegalArgument: the preview's surface is gone already.
            configureFailed(camera, error);
        }
    }

    private void begin(int camera, CameraCaptureSession configured) {
        if (device == null || device != configured.getDevice()) {
            return;
        }
        session = configured;
        try {
            request();
            main.post(() -> lifecycle.configured(camera));
        } catch (CameraAccessException | IllegalStateException | IllegalArgumentException error) {
            configureFailed(camera, error);
        }
    }

    /** Asks for one frame after the other, sharp and well exposed where it is aimed. */
    private void request() throws CameraAccessException {
        CaptureRequest.Builder request = device.createCaptureRequest(CameraDevice.TEMPLATE_PREVIEW);
        request.addTarget(preview);
        request.addTarget(reader.getSurface());
        MeteringRectangle[] aimed = {aim};
        boolean focuses = aim != null && facts.canFocus;
        if (aim != null && facts.canExpose) {
            request.set(CaptureRequest.CONTROL_AE_REGIONS, aimed);
        }
        if (focuses) {
            request.set(CaptureRequest.CONTROL_AF_MODE, CameraMetadata.CONTROL_AF_MODE_AUTO);
            request.set(CaptureRequest.CONTROL_AF_REGIONS, aimed);
        }
        session.setRepeatingRequest(request.build(), null, handler);
        if (focuses) {
            request.set(CaptureRequest.CONTROL_AF_TRIGGER, CameraMetadata.CONTROL_AF_TRIGGER_START);
            session.capture(request.build(), null, handler);
        }
    }

    /** Focuses and exposes for a subject, where the camera can; for null as the camera likes. */
    void aim(Subject subject, int displayRotation) {
        handler.post(() -> aimNow(subject, displayRotation));
    }

    private void aimNow(Subject subject, int displayRotation) {
        Facts found = facts;
        aim = null;
        if (subject != null && found != null && found.sensor != null) {
            int[] box =
                    CameraGeometry.aim(
                            subject,
                            framing(displayRotation),
                            found.size.getWidth(),
                            found.size.getHeight(),
                            found.sensor.width(),
                            found.sensor.height());
            aim =
                    new MeteringRectangle(
                            box[0], box[1], box[2], box[3], MeteringRectangle.METERING_WEIGHT_MAX);
        }
        if (session != null) {
            try {
                request();
            } catch (CameraAccessException
                    | IllegalStateException
                    | IllegalArgumentException error) {
                // The preview goes on as it was; where the camera is gone, that is said elsewhere.
                Log.w(TAG, "The camera cannot be aimed.", error);
            }
        }
    }

    /** Lets go of everything; whatever the camera still says is not listened to. */
    void close() {
        handler.post(this::closeNow);
    }

    private void closeNow() {
        if (session != null) {
            session.close();
            session = null;
        }
        if (device != null) {
            device.close();
            device = null;
        }
        preview = null;
        if (reader != null) {
            ImageReader old = reader;
            reader = null;
            // Where its images are read, so not while one is.
            if (!frames.post(old::close)) {
                old.close();
            }
        }
    }

    /**
     * Ends the thread, once no camera is on its way to it.
     *
     * @param afterwards called on the camera's thread when nothing more is asked of {@code frames}
     */
    void quit(Runnable afterwards) {
        handler.post(
                () -> {
                    manager.unregisterAvailabilityCallback(availability);
                    isQuitting = true;
                    closeNow();
                    afterwards.run();
                    endIfQuitting();
                });
    }

    private void endIfQuitting() {
        if (isQuitting && !isOpening) {
            thread.quitSafely();
        }
    }

    private void configureFailed(int camera, Exception error) {
        Log.w(TAG, "The preview cannot be started.", error);
        main.post(() -> lifecycle.configureFailed(camera));
    }

    private void fail(int camera, CameraLifecycle.Problem problem, Exception error) {
        Log.w(TAG, "The camera cannot be opened: " + problem, error);
        main.post(() -> lifecycle.failed(camera, problem));
    }

    /** What Android says of one camera; its device is kept before the lifecycle hears of it. */
    private final class Answers extends CameraDevice.StateCallback {
        private final int camera;

        Answers(int camera) {
            this.camera = camera;
        }

        @Override
        public void onOpened(CameraDevice opened) {
            isOpening = false;
            if (isQuitting) {
                opened.close();
                endIfQuitting();
                return;
            }
            device = opened;
            main.post(() -> lifecycle.opened(camera));
        }

        @Override
        public void onDisconnected(CameraDevice lost) {
            Log.w(TAG, "The camera was taken by another app or unplugged.");
            letGo(lost);
            main.post(() -> lifecycle.lost(camera));
        }

        @Override
        public void onError(CameraDevice broken, int error) {
            Log.w(TAG, "The camera failed with error " + error + ".");
            letGo(broken);
            main.post(() -> lifecycle.failed(camera, problemOf(error)));
        }

        private void letGo(CameraDevice other) {
            isOpening = false;
            if (other != device) {
                other.close();
            }
            endIfQuitting();
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
