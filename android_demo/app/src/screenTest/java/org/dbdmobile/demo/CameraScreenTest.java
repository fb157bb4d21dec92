package org.dbdmobile.demo;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotEquals;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;
import static org.robolectric.Shadows.shadowOf;

import android.Manifest;
import android.app.Application;
import android.content.Context;
import android.content.Intent;
import android.content.pm.PackageManager;
import android.graphics.Bitmap;
import android.graphics.BitmapFactory;
import android.graphics.ImageFormat;
import android.graphics.PixelFormat;
import android.graphics.Rect;
import android.graphics.drawable.BitmapDrawable;
import android.hardware.camera2.CameraAccessException;
import android.hardware.camera2.CameraCharacteristics;
import android.hardware.camera2.CameraDevice;
import android.hardware.camera2.CameraManager;
import android.hardware.camera2.CameraMetadata;
import android.hardware.camera2.CaptureRequest;
import android.hardware.camera2.params.MeteringRectangle;
import android.os.Looper;
import android.provider.Settings;
import android.util.Size;
import android.view.Surface;
import android.view.SurfaceHolder;
import android.view.SurfaceView;
import android.view.View;
import android.widget.RadioButton;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.dbdmobile.AndroidFrames;
import org.dbdmobile.BlurModel;
import org.dbdmobile.Framing;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.robolectric.Robolectric;
import org.robolectric.RuntimeEnvironment;
import org.robolectric.android.controller.ActivityController;
import org.robolectric.annotation.Config;
import org.robolectric.annotation.GraphicsMode;
import org.robolectric.annotation.Implementation;
import org.robolectric.annotation.Implements;
import org.robolectric.fakes.RoboMenuItem;
import org.robolectric.shadows.ShadowCameraCharacteristics;
import org.robolectric.shadows.ShadowCameraManager;
import org.robolectric.shadows.ShadowCaptureRequestBuilder;
import org.robolectric.shadows.ShadowDisplay;
import org.robolectric.shadows.ShadowLog;
import org.robolectric.shadows.ShadowLooper;
import org.robolectric.shadows.StreamConfigurationMapBuilder;
import org.robolectric.util.ReflectionHelpers;

/**
 * The camera's screen on Android's own classes, over Robolectric's fake of the camera: it opens and
 * is lost as a real one, but gives no frames. What a frame brings is shown by the tests themselves,
 * with TensorFlow Lite's own native code, and the scene is painted where the preview would be.
 */
@RunWith(ScreenRunner.class)
@Config(
        sdk = 34,
        qualifiers = "w360dp-h640dp-xhdpi",
        shadows = {CameraScreenTest.RefusingCameras.class, CameraScreenTest.Requests.class})
@GraphicsMode(GraphicsMode.Mode.NATIVE)
public class CameraScreenTest {
    /** Robolectric's cameras, which may also refuse to be opened. */
    @Implements(CameraManager.class)
    public static final class RefusingCameras extends ShadowCameraManager {
        static int reason;
        static boolean wasAskedOnTheMainThread;

        private static void note() {
            wasAskedOnTheMainThread |= Looper.myLooper() == Looper.getMainLooper();
        }

        @Implementation
        @Override
        protected String[] getCameraIdList() throws CameraAccessException {
            note();
            return super.getCameraIdList();
        }

        @Implementation
        @Override
        protected CameraCharacteristics getCameraCharacteristics(String id) {
            note();
            return super.getCameraCharacteristics(id);
        }

        @Implementation
        @Override
        protected CameraDevice openCameraDeviceUserAsync(
                String id,
                CameraDevice.StateCallback callback,
                Executor executor,
                int uid,
                int oomScoreOffset,
                boolean overrideToPortrait) {
            note();
            if (reason != 0) {
                throw sneaky(new CameraAccessException(reason));
            }
            return super.openCameraDeviceUserAsync(
                    id, callback, executor, uid, oomScoreOffset, overrideToPortrait);
        }

        /** The method that is shadowed declares the exception, the shadow's own does not. */
        @SuppressWarnings("unchecked")
        private static <T extends Throwable> RuntimeException sneaky(Throwable thrown) throws T {
            throw (T) thrown;
        }
    }

    /** What was asked of the camera last. */
    @Implements(CaptureRequest.Builder.class)
    public static final class Requests extends ShadowCaptureRequestBuilder {
        static final Map<CaptureRequest.Key<?>, Object> ASKED = new ConcurrentHashMap<>();

        @Implementation
        @Override
        protected <T> void set(CaptureRequest.Key<T> key, T value) {
            super.set(key, value);
            ASKED.put(key, value);
        }
    }

    private final Application application = RuntimeEnvironment.getApplication();
    private ActivityController<CameraActivity> controller;

    @Before
    public void plugIn() {
        RefusingCameras.reason = 0;
        Requests.ASKED.clear();
        CameraCharacteristics facts = ShadowCameraCharacteristics.newCameraCharacteristics();
        ShadowCameraCharacteristics shadow = org.robolectric.shadow.api.Shadow.extract(facts);
        shadow.set(CameraCharacteristics.LENS_FACING, CameraCharacteristics.LENS_FACING_BACK);
        shadow.set(CameraCharacteristics.SENSOR_ORIENTATION, 90);
        shadow.set(
                CameraCharacteristics.SENSOR_INFO_ACTIVE_ARRAY_SIZE, new Rect(0, 0, 4000, 3000));
        shadow.set(
                CameraCharacteristics.CONTROL_AF_AVAILABLE_MODES,
                new int[] {CameraMetadata.CONTROL_AF_MODE_AUTO});
        shadow.set(CameraCharacteristics.CONTROL_MAX_REGIONS_AF, 1);
        shadow.set(CameraCharacteristics.CONTROL_MAX_REGIONS_AE, 1);
        shadow.set(
                CameraCharacteristics.SCALER_STREAM_CONFIGURATION_MAP,
                StreamConfigurationMapBuilder.newBuilder()
                        .addOutputSize(ImageFormat.YUV_420_888, new Size(4000, 3000))
                        .addOutputSize(ImageFormat.YUV_420_888, new Size(960, 720))
                        .addOutputSize(ImageFormat.YUV_420_888, new Size(320, 240))
                        .build());
        cameras().addCamera("0", facts);
    }

    @After
    public void end() {
        if (controller != null) {
            controller.close();
        }
    }

    private ShadowCameraManager cameras() {
        return org.robolectric.shadow.api.Shadow.extract(
                application.getSystemService(Context.CAMERA_SERVICE));
    }

    private CameraActivity started(boolean isGranted) {
        if (isGranted) {
            shadowOf(application).grantPermissions(Manifest.permission.CAMERA);
        }
        controller = Robolectric.buildActivity(CameraActivity.class).setup();
        surface(true);
        return controller.get();
    }

    /** Robolectric's surfaces say nothing by themselves. */
    private void surface(boolean isReady) {
        SurfaceHolder holder =
                ((SurfaceView) controller.get().findViewById(R.id.preview)).getHolder();
        if (isReady) {
            controller.get().surfaceCreated(holder);
            controller.get().surfaceChanged(holder, PixelFormat.OPAQUE, 960, 720);
        } else {
            controller.get().surfaceDestroyed(holder);
        }
        settle();
    }

    /** Lets the main thread and the camera's come to rest. */
    private void settle() {
        PreviewCamera camera =
                controller == null
                        ? null
                        : ReflectionHelpers.getField(controller.get(), "camera");
        for (int i = 0; i < 5; i++) {
            if (camera != null && camera.looper().getThread().isAlive()) {
                shadowOf(camera.looper()).idle();
            }
            ShadowLooper.idleMainLooper();
        }
    }

    private static String words(CameraActivity activity, CameraLifecycle.Message message) {
        return activity.getString(CameraMessages.text(message));
    }

    private void answer(CameraActivity activity, int... results) {
        activity.onRequestPermissionsResult(
                1, new String[] {Manifest.permission.CAMERA}, results);
        settle();
    }

    // What a frame brings.

    /** What the camera sees of the scene: its middle, in the picture's shape. */
    private static Bitmap scene(CameraActivity activity) {
        Bitmap whole = BitmapFactory.decodeFile(new File(Screen.ROOT, "docs/scene.jpg").getPath());
        View preview = activity.findViewById(R.id.preview);
        int width = whole.getHeight() * preview.getWidth() / preview.getHeight();
        return Bitmap.createBitmap(
                whole, (whole.getWidth() - width) * 11 / 20, 0, width, whole.getHeight());
    }

    private LiveBlur show(CameraActivity activity, OverlayMode mode, Subject subject) {
        Bitmap scene = scene(activity);
        activity.findViewById(R.id.preview)
                .setBackground(new BitmapDrawable(activity.getResources(), scene));
        ((OverlayView) activity.findViewById(R.id.overlay)).setSubject(subject);
        Models models = new Models(activity.getAssets());
        DemoSettings settings = new DemoSettings(models.ids().get(0), 1, Kernels.XNNPACK);
        try (LiveBlur live = new LiveBlur(settings.open(models, gpuTrial()))) {
            live.look(new AndroidFrames().of(scene), Framing.WHOLE, mode, subject);
            activity.onResult(live);
            settle();
            return live;
        }
    }

    private File gpuTrial() {
        return new SettingsStore(application).gpuTrial();
    }

    @Test
    public void preview_everyModeAndSubject_isPainted() throws Exception {
        CameraActivity activity = started(true);
        assertEquals("", Screen.message(activity));
        show(activity, OverlayMode.HEAT_MAP, null);
        Screen.paint(activity, "camera-heat-map");
        ((RadioButton) activity.findViewById(R.id.mode_mask)).performClick();
        show(activity, OverlayMode.MASK, null);
        Screen.paint(activity, "camera-mask");
        ((RadioButton) activity.findViewById(R.id.mode_peaking)).performClick();
        show(activity, OverlayMode.FOCUS_PEAKING, null);
        Screen.paint(activity, "camera-peaking");
        ((RadioButton) activity.findViewById(R.id.mode_heat_map)).performClick();
        show(activity, OverlayMode.HEAT_MAP, new Subject(0.6f, 0.52f));
        Screen.paint(activity, "camera-ball");
        show(activity, OverlayMode.HEAT_MAP, new Subject(0.2f, 0.2f));
        Screen.paint(activity, "camera-wall");
    }

    @Test
    @Config(qualifiers = "w640dp-h360dp-land-night-xhdpi")
    public void preview_turnedAndAtNight_isPainted() throws Exception {
        CameraActivity activity = started(true);
        show(activity, OverlayMode.HEAT_MAP, new Subject(0.6f, 0.52f));
        Screen.paint(activity, "camera-night");
        View preview = activity.findViewById(R.id.preview);
        assertTrue(preview.getHeight() > 0);
    }

    // The camera's life, on the screen.

    @Test
    public void firstStart_asksOnceAndShowsWhy() throws Exception {
        CameraActivity activity = started(false);
        assertEquals(
                words(activity, CameraLifecycle.Message.PERMISSION_NEEDED),
                Screen.message(activity));
        Screen.paint(activity, "message-permission");
        shadowOf(application).grantPermissions(Manifest.permission.CAMERA);
        answer(activity, PackageManager.PERMISSION_GRANTED);
        assertEquals("", Screen.message(activity));
    }

    @Test
    public void permissionDeniedForGood_leadsToTheSettings() throws Exception {
        CameraActivity activity = started(false);
        canExplain(true);
        answer(activity, PackageManager.PERMISSION_DENIED);
        canExplain(false);
        answer(activity, PackageManager.PERMISSION_DENIED);
        assertEquals(
                words(activity, CameraLifecycle.Message.PERMISSION_IN_SETTINGS),
                Screen.message(activity));
        Screen.paint(activity, "message-permission-for-good");
        shadowOf(activity).clearNextStartedActivities();
        activity.findViewById(R.id.message_button).performClick();
        Intent settings = shadowOf(activity).getNextStartedActivity();
        assertEquals(Settings.ACTION_APPLICATION_DETAILS_SETTINGS, settings.getAction());
        // Back from there with the permission.
        controller.pause();
        shadowOf(application).grantPermissions(Manifest.permission.CAMERA);
        controller.resume();
        settle();
        assertEquals("", Screen.message(activity));
    }

    /** Whether Android advises to explain why the permission is needed. */
    private void canExplain(boolean isAdvised) {
        shadowOf(application.getPackageManager())
                .setShouldShowRequestPermissionRationale(Manifest.permission.CAMERA, isAdvised);
    }

    @Test
    public void questionThatWasWipedAway_canBeAskedAgain() {
        // Android 11 and later call that a denial.
        CameraActivity activity = started(false);
        answer(activity, PackageManager.PERMISSION_DENIED);
        assertEquals(
                words(activity, CameraLifecycle.Message.PERMISSION_NEEDED),
                Screen.message(activity));
    }

    @Test
    public void permissionThatWasGivenInBetween_isNotDeniedForGood() {
        CameraActivity activity = started(false);
        canExplain(true);
        answer(activity, PackageManager.PERMISSION_DENIED);
        canExplain(false);
        answer(activity, PackageManager.PERMISSION_GRANTED);
        answer(activity, PackageManager.PERMISSION_DENIED);
        assertEquals(
                words(activity, CameraLifecycle.Message.PERMISSION_NEEDED),
                Screen.message(activity));
    }

    @Test
    public void permissionDeniedForGood_thenAskableInTheSettings_isOfferedAgain() {
        CameraActivity activity = started(false);
        canExplain(true);
        answer(activity, PackageManager.PERMISSION_DENIED);
        canExplain(false);
        answer(activity, PackageManager.PERMISSION_DENIED);
        controller.pause();
        canExplain(true);
        controller.resume();
        settle();
        assertEquals(
                words(activity, CameraLifecycle.Message.PERMISSION_NEEDED),
                Screen.message(activity));
    }

    @Test
    public void permissionDeniedOnce_canBeAskedForAgain() {
        canExplain(true);
        CameraActivity activity = started(false);
        answer(activity, PackageManager.PERMISSION_DENIED);
        String needed = words(activity, CameraLifecycle.Message.PERMISSION_NEEDED);
        assertEquals(needed, Screen.message(activity));
        answer(activity);
        assertEquals("an interrupted question", needed, Screen.message(activity));
    }

    @Test
    public void cameraInUse_isSaidAndCanBeTriedAgain() throws Exception {
        RefusingCameras.reason = CameraAccessException.CAMERA_IN_USE;
        CameraActivity activity = started(true);
        assertEquals(words(activity, CameraLifecycle.Message.IN_USE), Screen.message(activity));
        Screen.paint(activity, "message-in-use");
        RefusingCameras.reason = CameraAccessException.CAMERA_DISABLED;
        activity.findViewById(R.id.message_button).performClick();
        settle();
        assertEquals(words(activity, CameraLifecycle.Message.DISABLED), Screen.message(activity));
        RefusingCameras.reason = 0;
        activity.findViewById(R.id.message_button).performClick();
        settle();
        assertEquals("", Screen.message(activity));
    }

    @Test
    public void cameraInUse_thatIsGivenBack_runsWithoutATouch() {
        RefusingCameras.reason = CameraAccessException.CAMERA_IN_USE;
        CameraActivity activity = started(true);
        ShadowLooper.idleMainLooper(1, TimeUnit.SECONDS);
        settle();
        assertEquals(words(activity, CameraLifecycle.Message.IN_USE), Screen.message(activity));
        RefusingCameras.reason = 0;
        ShadowLooper.idleMainLooper(2, TimeUnit.SECONDS);
        settle();
        assertEquals("", Screen.message(activity));
        assertTrue(activity.findViewById(R.id.take_still).isEnabled());
    }

    @Test
    public void cameraService_isNeverAskedOnTheMainThread() {
        RefusingCameras.wasAskedOnTheMainThread = false;
        CameraActivity activity = started(true);
        controller.pause().resume();
        settle();
        assertEquals("", Screen.message(activity));
        assertFalse(RefusingCameras.wasAskedOnTheMainThread);
    }

    @Test
    public void screenThatIsLeftForGood_endsTheCamerasThread() throws Exception {
        CameraActivity activity = started(true);
        PreviewCamera camera = ReflectionHelpers.getField(activity, "camera");
        controller.pause().stop().destroy();
        Screen.await(() -> !camera.looper().getThread().isAlive());
    }

    @Test
    public void surfaceOfAnotherSizeThanTheCameras_isWaitedFor() {
        shadowOf(application).grantPermissions(Manifest.permission.CAMERA);
        controller = Robolectric.buildActivity(CameraActivity.class).setup();
        CameraActivity activity = controller.get();
        SurfaceHolder holder = ((SurfaceView) activity.findViewById(R.id.preview)).getHolder();
        activity.surfaceChanged(holder, PixelFormat.OPAQUE, 720, 1100);
        settle();
        String starting = words(activity, CameraLifecycle.Message.STARTING);
        assertEquals(starting, Screen.message(activity));
        activity.surfaceChanged(holder, PixelFormat.OPAQUE, 960, 720);
        settle();
        assertEquals("", Screen.message(activity));
    }

    @Test
    public void tap_focusesAndExposesThere() {
        CameraActivity activity = started(true);
        assertTrue(Requests.ASKED.isEmpty());
        activity.findViewById(R.id.overlay).performClick();
        settle();
        MeteringRectangle[] aimed =
                (MeteringRectangle[]) Requests.ASKED.get(CaptureRequest.CONTROL_AF_REGIONS);
        // A keyboard's click is one on the middle.
        assertEquals(new Rect(1700, 1200, 2300, 1800), aimed[0].getRect());
        assertEquals(
                CameraMetadata.CONTROL_AF_TRIGGER_START,
                Requests.ASKED.get(CaptureRequest.CONTROL_AF_TRIGGER));
        assertEquals(
                CameraMetadata.CONTROL_AF_MODE_AUTO,
                Requests.ASKED.get(CaptureRequest.CONTROL_AF_MODE));
        assertTrue(Requests.ASKED.containsKey(CaptureRequest.CONTROL_AE_REGIONS));
        Requests.ASKED.clear();
        controller.pause().resume();
        settle();
        assertFalse("the subject stays", Requests.ASKED.isEmpty());
        Requests.ASKED.clear();
        shadowOf(ShadowDisplay.getDefaultDisplay()).setRotation(Surface.ROTATION_90);
        activity.onDisplayChanged(0);
        settle();
        assertTrue("something else lies there", Requests.ASKED.isEmpty());
    }

    @Test
    public void gpuThatCannotBeUsed_isSaidAndNotChosenAnyMore() throws Exception {
        SettingsStore store = new SettingsStore(application);
        assertTrue(store.gpuTrial().createNewFile());
        CameraActivity activity = started(true);
        activity.onFallback("The app ended when it was tried before.");
        settle();
        assertEquals(activity.getString(R.string.gpu_refused), Screen.message(activity));
        assertEquals(Kernels.XNNPACK, store.read().kernels);
        assertFalse("may be chosen again", store.gpuTrial().exists());
        activity.findViewById(R.id.message_button).performClick();
        assertEquals("", Screen.message(activity));
    }

    @Test
    public void cameraTakenByAnotherApp_isSaidOnTheScreenAndInTheLog() {
        CameraActivity activity = started(true);
        cameras().triggerDisconnect();
        settle();
        assertEquals(words(activity, CameraLifecycle.Message.LOST), Screen.message(activity));
        assertTrue(
                ShadowLog.getLogsForTag("dbd-mobile").stream()
                        .anyMatch(line -> line.msg.contains("taken by another app")));
        activity.findViewById(R.id.message_button).performClick();
        settle();
        assertEquals("", Screen.message(activity));
    }

    @Test
    public void phoneWithoutACamera_isSaid() throws Exception {
        cameras().removeCamera("0");
        CameraActivity activity = started(true);
        assertEquals(words(activity, CameraLifecycle.Message.MISSING), Screen.message(activity));
        plugIn();
        settle();
        assertEquals("", Screen.message(activity));
    }

    @Test
    public void cameraThatWasUnplugged_isLookedForAnew() throws Exception {
        CameraActivity activity = started(true);
        controller.pause();
        cameras().removeCamera("0");
        controller.resume();
        settle();
        assertEquals(words(activity, CameraLifecycle.Message.MISSING), Screen.message(activity));
        plugIn();
        settle();
        assertEquals("", Screen.message(activity));
    }

    @Test
    public void backgroundAndReturn_previewRunsAgain() {
        CameraActivity activity = started(true);
        for (int i = 0; i < 3; i++) {
            controller.pause().stop();
            surface(false);
            controller.start().resume();
            assertEquals(
                    words(activity, CameraLifecycle.Message.STARTING), Screen.message(activity));
            surface(true);
            assertEquals("", Screen.message(activity));
        }
    }

    @Test
    public void screenMadeAnew_asksNotTwice() {
        shadowOf(started(false)).clearNextStartedActivities();
        controller.recreate();
        surface(true);
        CameraActivity activity = controller.get();
        assertEquals(
                words(activity, CameraLifecycle.Message.PERMISSION_NEEDED),
                Screen.message(activity));
        assertNull(shadowOf(activity).getNextStartedActivity());
    }

    @Test
    public void turnedScreen_forgetsTheSubject() {
        CameraActivity activity = started(true);
        show(activity, OverlayMode.HEAT_MAP, new Subject(0.6f, 0.52f));
        View overlay = activity.findViewById(R.id.overlay);
        String unjudged = activity.getString(R.string.overlay_description);
        assertNotEquals(unjudged, overlay.getContentDescription().toString());
        ShadowDisplay display = shadowOf(ShadowDisplay.getDefaultDisplay());
        // Another display, and another rate of this one.
        activity.onDisplayChanged(7);
        display.setRefreshRate(120);
        activity.onDisplayChanged(0);
        settle();
        assertNotEquals(unjudged, overlay.getContentDescription().toString());
        display.setRotation(Surface.ROTATION_90);
        activity.onDisplayChanged(0);
        settle();
        assertEquals(
                activity.getString(R.string.overlay_description),
                overlay.getContentDescription().toString());
    }

    @Test
    public void frameOfAnotherSubject_saysNothingOfTheOneChosenSince() {
        CameraActivity activity = started(true);
        LiveBlur live = show(activity, OverlayMode.HEAT_MAP, new Subject(0.6f, 0.52f));
        OverlayView overlay = activity.findViewById(R.id.overlay);
        String unjudged = activity.getString(R.string.overlay_description);
        assertNotEquals(unjudged, overlay.getContentDescription().toString());
        overlay.setSubject(new Subject(0.2f, 0.2f));
        activity.onResult(live);
        settle();
        assertEquals(unjudged, overlay.getContentDescription().toString());
    }

    @Test
    public void frameThatIsUnderWayWhenTheScreenIsLeft_isNotShown() throws Exception {
        CameraActivity activity = started(true);
        LiveBlur live = show(activity, OverlayMode.HEAT_MAP, new Subject(0.6f, 0.52f));
        View overlay = activity.findViewById(R.id.overlay);
        Inference inference = ReflectionHelpers.getField(activity, "inference");
        CountDownLatch isLeft = new CountDownLatch(1);
        CountDownLatch isLooked = new CountDownLatch(1);
        inference
                .handler()
                .post(
                        () -> {
                            try {
                                isLeft.await();
                                activity.onResult(live);
                            } catch (InterruptedException error) {
                                throw new IllegalStateException(error);
                            }
                        });
        controller.pause();
        inference.handler().post(isLooked::countDown);
        isLeft.countDown();
        assertTrue(isLooked.await(60, TimeUnit.SECONDS));
        settle();
        assertEquals(
                activity.getString(R.string.overlay_description),
                overlay.getContentDescription().toString());
    }

    // What inference says.

    @Test
    public void modelThatIsRefused_isSaidAndSettingsOffered() throws Exception {
        CameraActivity activity = started(true);
        BlurModel.Assets damaged =
                path -> {
                    if (path.endsWith("card.json")) {
                        return application.getAssets().open(path);
                    }
                    return new ByteArrayInputStream(new byte[100]);
                };
        Inference inference = new Inference(damaged, gpuTrial(), activity);
        inference.open(new SettingsStore(activity).read());
        String refused = activity.getString(R.string.model_refused);
        Screen.await(() -> Screen.message(activity).equals(refused));
        inference.quit();
        Screen.paint(activity, "message-model");
        activity.findViewById(R.id.message_button).performClick();
        Intent settings = shadowOf(activity).getNextStartedActivity();
        assertEquals(SettingsActivity.class.getName(), settings.getComponent().getClassName());
    }

    @Test
    public void still_opensItsOwnScreen() throws Exception {
        CameraActivity activity = started(true);
        View shutter = activity.findViewById(R.id.take_still);
        shutter.performClick();
        assertFalse("one still at a time", shutter.isEnabled());
        activity.onStill(scene(activity));
        settle();
        Intent still = shadowOf(activity).getNextStartedActivity();
        assertEquals(StillActivity.class.getName(), still.getComponent().getClassName());
        assertEquals("it needs no right to be handed on", 0, still.getFlags());
        assertNotNull(Stills.read(activity.getContentResolver(), still.getData()));
        controller.pause().resume();
        settle();
        assertTrue("back at the camera", shutter.isEnabled());
    }

    @Test
    public void stillThatIsReadyAfterTheScreenWasLeft_opensNothing() {
        CameraActivity activity = started(true);
        activity.findViewById(R.id.take_still).performClick();
        controller.pause();
        activity.onStill(scene(activity));
        settle();
        assertNull(shadowOf(activity).getNextStartedActivity());
    }

    @Test
    public void shutter_worksOnlyWhileThereIsAPicture() {
        CameraActivity activity = started(true);
        View shutter = activity.findViewById(R.id.take_still);
        assertTrue(shutter.isEnabled());
        cameras().triggerDisconnect();
        settle();
        assertFalse(shutter.isEnabled());
        activity.findViewById(R.id.message_button).performClick();
        settle();
        assertTrue(shutter.isEnabled());
    }

    @Test
    public void stillWithoutRoom_isSaidUntilItWasRead() throws Exception {
        CameraActivity activity = started(true);
        View shutter = activity.findViewById(R.id.take_still);
        shutter.performClick();
        File full = new File(application.getCacheDir(), "full.jpg");
        // What is written there finds the device full, as on a phone without room.
        Files.createSymbolicLink(full.toPath(), Paths.get("/dev/full"));
        IOException error =
                assertThrows(IOException.class, () -> Stills.jpeg(full, scene(activity)));
        assertFalse("nothing half-written", Files.exists(full.toPath()));
        activity.onStillFailure(Failure.of(error));
        settle();
        assertEquals(activity.getString(R.string.storage_full), Screen.message(activity));
        assertFalse(shutter.isEnabled());
        activity.findViewById(R.id.message_button).performClick();
        assertEquals("", Screen.message(activity));
        assertTrue(shutter.isEnabled());
        assertNull(shadowOf(activity).getNextStartedActivity());
    }

    @Test
    public void stillWithoutAFolder_isSaid() throws Exception {
        CameraActivity activity = started(true);
        Files.write(new File(application.getCacheDir(), "stills").toPath(), new byte[1]);
        activity.onStill(scene(activity));
        settle();
        assertTrue(Screen.message(activity).startsWith("Nothing was saved:"));
    }

    @Test
    public void menu_leadsToGallerySettingsAndBenchmark() {
        CameraActivity activity = started(true);
        activity.onOptionsItemSelected(new RoboMenuItem(R.id.gallery));
        Intent chooser = shadowOf(activity).getNextStartedActivity();
        Intent pick = chooser.getParcelableExtra(Intent.EXTRA_INTENT, Intent.class);
        assertEquals(Intent.ACTION_GET_CONTENT, pick.getAction());
        assertEquals("image/*", pick.getType());
        for (int item : new int[] {R.id.settings, R.id.benchmark}) {
            activity.onOptionsItemSelected(new RoboMenuItem(item));
            assertNotNull(shadowOf(activity).getNextStartedActivity());
        }
        assertFalse(activity.onOptionsItemSelected(new RoboMenuItem(0)));
    }
}
