package org.dbdmobile.demo;

import android.Manifest;
import android.app.Activity;
import android.content.Context;
import android.content.Intent;
import android.content.pm.PackageManager;
import android.content.res.Configuration;
import android.graphics.Bitmap;
import android.hardware.camera2.CameraManager;
import android.hardware.display.DisplayManager;
import android.net.Uri;
import android.os.Bundle;
import android.os.Handler;
import android.os.Looper;
import android.provider.Settings;
import android.util.Log;
import android.util.Size;
import android.view.Display;
import android.view.Menu;
import android.view.MenuItem;
import android.view.SurfaceHolder;
import android.view.SurfaceView;
import android.view.View;
import android.widget.Button;
import android.widget.RadioGroup;
import android.widget.TextView;
import java.io.File;
import java.io.IOException;
import org.dbdmobile.Framing;

/** The camera's preview with its blur map. */
public final class CameraActivity extends Activity
        implements CameraLifecycle.Commands,
                SurfaceHolder.Callback,
                DisplayManager.DisplayListener,
                Inference.Listener {
    private static final String TAG = "dbd-mobile";
    private static final String WAS_ASKED = "wasAsked";
    private static final int PERMISSION = 1;
    private static final int GALLERY = 2;

    private final Handler main = new Handler(Looper.getMainLooper());
    private CameraLifecycle lifecycle;
    private PreviewCamera camera;
    private Inference inference;
    private SettingsStore settings;
    private AspectLayout picture;
    private SurfaceView preview;
    private OverlayView overlay;
    private View messagePanel;
    private TextView messageText;
    private Button messageButton;
    private View shutter;
    private CameraLifecycle.Message message = CameraLifecycle.Message.NONE;
    private Failure failure;
    // The failure is a still's: the preview goes on.
    private boolean isPassing;
    private boolean isResumed;
    private boolean isTakingStill;
    private int framedRotation;
    // It is known which camera there is, or that there is none.
    private boolean isLookedFor;
    // Null where there is no surface.
    private Size surfaceSize;

    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        ScreenFrame.show(this, R.layout.camera);
        picture = findViewById(R.id.picture);
        preview = findViewById(R.id.preview);
        overlay = findViewById(R.id.overlay);
        messagePanel = findViewById(R.id.message_panel);
        messageText = findViewById(R.id.message);
        messageButton = findViewById(R.id.message_button);
        shutter = findViewById(R.id.take_still);
        settings = new SettingsStore(this);
        inference = new Inference(new Models(getAssets()), settings.gpuTrial(), this);
        camera =
                new PreviewCamera(
                        (CameraManager) getSystemService(Context.CAMERA_SERVICE),
                        main,
                        inference.handler(),
                        inference);
        lifecycle = new CameraLifecycle(this, state != null && state.getBoolean(WAS_ASKED));
        camera.start(lifecycle, this::onCameraFound);
        preview.getHolder().addCallback(this);
        overlay.setShowsTime(true);
        overlay.setOnSubject(
                new OverlayView.OnSubject() {
                    @Override
                    public void onSubject(Subject subject) {
                        inference.setSubject(subject);
                        camera.aim(subject, display().getRotation());
                    }
                });
        RadioGroup modes = findViewById(R.id.modes);
        modes.setOnCheckedChangeListener(
                new RadioGroup.OnCheckedChangeListener() {
                    @Override
                    public void onCheckedChanged(RadioGroup group, int checked) {
                        inference.setMode(Modes.of(checked));
                    }
                });
        inference.setMode(Modes.of(modes.getCheckedRadioButtonId()));
        shutter.setOnClickListener(
                new View.OnClickListener() {
                    @Override
                    public void onClick(View view) {
                        isTakingStill = true;
                        inference.takeStill();
                        showMessage();
                    }
                });
        messageButton.setOnClickListener(
                new View.OnClickListener() {
                    @Override
                    public void onClick(View view) {
                        onMessageButton();
                    }
                });
        showMessage();
    }

    @Override
    protected void onStart() {
        super.onStart();
        failure = null;
        showMessage();
        inference.open(settings.read());
        displays().registerDisplayListener(this, main);
        reframe();
    }

    @Override
    protected void onResume() {
        super.onResume();
        isResumed = true;
        lifecycle.resumed(
                checkSelfPermission(Manifest.permission.CAMERA)
                        == PackageManager.PERMISSION_GRANTED,
                shouldShowRequestPermissionRationale(Manifest.permission.CAMERA));
    }

    @Override
    protected void onPause() {
        isResumed = false;
        lifecycle.paused();
        super.onPause();
    }

    @Override
    protected void onStop() {
        displays().unregisterDisplayListener(this);
        inference.close();
        super.onStop();
    }

    @Override
    protected void onDestroy() {
        camera.quit(inference::quit);
        super.onDestroy();
    }

    @Override
    protected void onSaveInstanceState(Bundle state) {
        super.onSaveInstanceState(state);
        state.putBoolean(WAS_ASKED, lifecycle.isAsking());
    }

    private DisplayManager displays() {
        return (DisplayManager) getSystemService(Context.DISPLAY_SERVICE);
    }

    // The camera.

    @Override
    public void askPermission() {
        requestPermissions(new String[] {Manifest.permission.CAMERA}, PERMISSION);
    }

    @Override
    public void onRequestPermissionsResult(int request, String[] names, int[] results) {
        if (request != PERMISSION) {
            return;
        }
        if (results.length == 0) {
            lifecycle.answered(CameraLifecycle.Permission.UNKNOWN);
        } else if (results[0] == PackageManager.PERMISSION_GRANTED) {
            settings.setDenied(false);
            lifecycle.answered(CameraLifecycle.Permission.GRANTED);
        } else {
            lifecycle.answered(denial());
        }
    }

    /**
     * Android's advice to explain oneself comes with the first denial and goes with the last; a
     * question that was only wiped away changes nothing.
     */
    private CameraLifecycle.Permission denial() {
        if (shouldShowRequestPermissionRationale(Manifest.permission.CAMERA)) {
            settings.setDenied(true);
            return CameraLifecycle.Permission.DENIED;
        }
        return settings.wasDenied()
                ? CameraLifecycle.Permission.DENIED_FOR_GOOD
                : CameraLifecycle.Permission.DENIED;
    }

    /** Gives the preview's surface the size of the camera's frames. */
    private void onCameraFound() {
        isLookedFor = true;
        Size size = camera.size();
        if (size != null) {
            preview.getHolder().setFixedSize(size.getWidth(), size.getHeight());
            reframe();
        }
        checkSurface();
    }

    @Override
    public void open(int which) {
        camera.open(which);
    }

    @Override
    public void retryLater(final int which, int milliseconds) {
        main.postDelayed(() -> lifecycle.retryDue(which), milliseconds);
    }

    @Override
    public void configure(int which) {
        reframe();
        camera.configure(which, preview.getHolder().getSurface());
    }

    @Override
    public void close(int which) {
        camera.close();
        inference.dropStill();
        isTakingStill = false;
        // After the frame that is under way.
        inference
                .handler()
                .post(
                        new Runnable() {
                            @Override
                            public void run() {
                                overlay.clear();
                            }
                        });
    }

    /** After a turn it also clears the subject: something else lies there. */
    @Override
    public void reframe() {
        int rotation = display().getRotation();
        Framing framing = camera.framing(rotation);
        inference.setFraming(framing);
        if (rotation != framedRotation) {
            framedRotation = rotation;
            inference.setSubject(null);
            overlay.setSubject(null);
            camera.aim(null, rotation);
        }
        Size size = camera.size();
        if (size != null) {
            boolean isTransposed = framing.rotationDegrees() % 180 != 0;
            picture.setPicture(
                    isTransposed ? size.getHeight() : size.getWidth(),
                    isTransposed ? size.getWidth() : size.getHeight());
        }
    }

    @SuppressWarnings("deprecation") // What replaces it came with API level 30.
    private Display display() {
        return getWindowManager().getDefaultDisplay();
    }

    @Override
    public void surfaceCreated(SurfaceHolder holder) {
        // Its size is told next.
    }

    @Override
    public void surfaceChanged(SurfaceHolder holder, int format, int width, int height) {
        surfaceSize = new Size(width, height);
        checkSurface();
    }

    @Override
    public void surfaceDestroyed(SurfaceHolder holder) {
        surfaceSize = null;
        lifecycle.surfaceLost();
    }

    /** A surface that has not got its camera's size yet would be filled with another one. */
    private void checkSurface() {
        Size size = camera.size();
        boolean fits = surfaceSize != null && (size == null || size.equals(surfaceSize));
        if (isLookedFor && fits) {
            lifecycle.surfaceReady();
        } else {
            lifecycle.surfaceLost();
        }
    }

    @Override
    public void onConfigurationChanged(Configuration configuration) {
        super.onConfigurationChanged(configuration);
        lifecycle.rotated();
    }

    /** From landscape to the other landscape: no configuration changes. */
    @Override
    public void onDisplayChanged(int display) {
        if (display == display().getDisplayId() && display().getRotation() != framedRotation) {
            lifecycle.rotated();
        }
    }

    @Override
    public void onDisplayAdded(int display) {}

    @Override
    public void onDisplayRemoved(int display) {}

    // Messages.

    @Override
    public void show(CameraLifecycle.Message now) {
        message = now;
        showMessage();
    }

    private void showMessage() {
        boolean isAboutCamera = message != CameraLifecycle.Message.NONE;
        ScreenFrame.cover(picture, messagePanel, isAboutCamera || failure != null);
        if (isAboutCamera) {
            CameraMessages.show(message, messageText, messageButton);
        } else if (failure != null) {
            messageText.setText(failure.message);
            messageButton.setText(isPassing ? android.R.string.ok : R.string.settings);
            messageButton.setVisibility(View.VISIBLE);
        }
        shutter.setEnabled(!isAboutCamera && failure == null && !isTakingStill);
    }

    private void onMessageButton() {
        if (message == CameraLifecycle.Message.PERMISSION_IN_SETTINGS) {
            startActivity(
                    new Intent(
                            Settings.ACTION_APPLICATION_DETAILS_SETTINGS,
                            Uri.fromParts("package", getPackageName(), null)));
        } else if (message == CameraLifecycle.Message.NONE && isPassing) {
            failure = null;
            showMessage();
        } else if (message == CameraLifecycle.Message.NONE) {
            startActivity(new Intent(this, SettingsActivity.class));
        } else {
            lifecycle.retry();
        }
    }

    // Results, on the inference thread.

    @Override
    public void onResult(LiveBlur live) {
        overlay.show(live, live.subject(), live.focus());
    }

    @Override
    public void onStill(Bitmap still) {
        try {
            String stem = "still-" + System.currentTimeMillis();
            final File file = Stills.jpeg(new File(Stills.folder(this), stem + ".jpg"), still);
            main.post(
                    new Runnable() {
                        @Override
                        public void run() {
                            show(file);
                        }
                    });
        } catch (IOException | OutOfMemoryError error) {
            Log.e(TAG, "The still cannot be saved.", error);
            onStillFailure(Failure.of(error));
        }
    }

    /** Nobody who has left this screen by now wants another one. */
    private void show(File still) {
        if (isResumed) {
            startActivity(StillActivity.of(this, StillProvider.uri(still)));
        }
    }

    @Override
    public void onStillFailure(final Failure now) {
        main.post(
                new Runnable() {
                    @Override
                    public void run() {
                        isTakingStill = false;
                        fail(now, true);
                    }
                });
    }

    @Override
    public void onFallback(final String reason) {
        main.post(
                () -> {
                    settings.dropGpu();
                    fail(Failure.ofGpu(reason), true);
                });
    }

    @Override
    public void onFailure(final Failure now) {
        main.post(
                new Runnable() {
                    @Override
                    public void run() {
                        overlay.clear();
                        fail(now, false);
                    }
                });
    }

    private void fail(Failure now, boolean passes) {
        failure = now;
        isPassing = passes;
        showMessage();
    }

    // The menu.

    @Override
    public boolean onCreateOptionsMenu(Menu menu) {
        getMenuInflater().inflate(R.menu.camera, menu);
        return true;
    }

    @Override
    public boolean onOptionsItemSelected(MenuItem item) {
        int id = item.getItemId();
        if (id == R.id.gallery) {
            Intent pick = new Intent(Intent.ACTION_GET_CONTENT);
            pick.setType("image/*");
            pick.addCategory(Intent.CATEGORY_OPENABLE);
            startActivityForResult(
                    Intent.createChooser(pick, getString(R.string.gallery)), GALLERY);
        } else if (id == R.id.settings) {
            startActivity(new Intent(this, SettingsActivity.class));
        } else if (id == R.id.benchmark) {
            startActivity(new Intent(this, BenchmarkActivity.class));
        } else {
            return super.onOptionsItemSelected(item);
        }
        return true;
    }

    @Override
    protected void onActivityResult(int request, int result, Intent data) {
        if (request == GALLERY && result == RESULT_OK && data != null && data.getData() != null) {
            startActivity(StillActivity.of(this, data.getData()));
        }
    }
}
