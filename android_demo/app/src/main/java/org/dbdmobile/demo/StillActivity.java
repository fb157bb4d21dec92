package org.dbdmobile.demo;

import android.app.Activity;
import android.content.ClipData;
import android.content.Context;
import android.content.Intent;
import android.graphics.Bitmap;
import android.net.Uri;
import android.os.Bundle;
import android.os.Handler;
import android.os.HandlerThread;
import android.os.Looper;
import android.util.Log;
import android.view.Menu;
import android.view.MenuItem;
import android.view.View;
import android.widget.Button;
import android.widget.ImageView;
import android.widget.RadioGroup;
import android.widget.TextView;
import java.io.File;
import java.io.IOException;
import java.text.NumberFormat;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.dbdmobile.AndroidFrames;
import org.dbdmobile.BlurMap;
import org.dbdmobile.DbdException;
import org.dbdmobile.Focus;
import org.dbdmobile.Frame;
import org.dbdmobile.Framing;

/**
 * A photo of the gallery, or a still of the camera, with its blur map and the verdict on its subject,
 * judged in the photo's own pixels; to be shared.
 */
public final class StillActivity extends Activity {
    private static final String TAG = "dbd-mobile";

    private final Handler main = new Handler(Looper.getMainLooper());
    private final HandlerThread thread = new HandlerThread("still");
    private Handler worker;
    private SettingsStore settings;
    private AspectLayout picture;
    private ImageView photoView;
    private OverlayView overlay;
    private RadioGroup modes;
    private TextView messageText;
    private View messagePanel;
    private View messageButton;
    private MenuItem share;
    private TextView verdictText;
    private TextView reasonText;
    private boolean isSharing;

    // Set once, on the main thread, as the photo is shown.
    private Still photo;
    private LiveBlur live;
    // The verdict that is shown; null while there is none.
    private Focus focus;

    // The worker's own: what judges, until the screen is left.
    private LiveBlur judge;
    private Frame frame;
    // What was chosen last; null for what the map shows. Others are not judged any more.
    private volatile Subject subject;

    /** What starts this screen for a photo. */
    static Intent of(Context context, Uri photo) {
        // What this app may read, every screen of it may: to hand it on would be refused where the
        // gallery's app gave no right to that.
        return new Intent(context, StillActivity.class).setData(photo);
    }

    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        ScreenFrame.show(this, R.layout.still);
        getActionBar().setDisplayHomeAsUpEnabled(true);
        picture = findViewById(R.id.picture);
        photoView = findViewById(R.id.photo);
        overlay = findViewById(R.id.overlay);
        modes = findViewById(R.id.modes);
        messagePanel = findViewById(R.id.message_panel);
        messageText = findViewById(R.id.message);
        Button ok = findViewById(R.id.message_button);
        ok.setText(android.R.string.ok);
        ok.setOnClickListener(
                new View.OnClickListener() {
                    @Override
                    public void onClick(View view) {
                        ScreenFrame.cover(picture, messagePanel, false);
                    }
                });
        messageButton = ok;
        verdictText = findViewById(R.id.verdict);
        reasonText = findViewById(R.id.reason);
        overlay.setOnSubject(
                new OverlayView.OnSubject() {
                    @Override
                    public void onSubject(Subject chosen) {
                        subject = chosen;
                        if (live != null) {
                            judgeLater();
                        }
                    }
                });
        modes.setOnCheckedChangeListener(
                new RadioGroup.OnCheckedChangeListener() {
                    @Override
                    public void onCheckedChanged(RadioGroup group, int checked) {
                        draw();
                    }
                });
        say(R.string.photo_opening);
        thread.start();
        worker = new Handler(thread.getLooper());
        final Uri uri = getIntent().getData();
        settings = new SettingsStore(this);
        final DemoSettings chosen = settings.read();
        worker.post(
                new Runnable() {
                    @Override
                    public void run() {
                        look(uri, chosen);
                    }
                });
    }

    @Override
    protected void onDestroy() {
        worker.post(
                new Runnable() {
                    @Override
                    public void run() {
                        letGo();
                    }
                });
        thread.quitSafely();
        super.onDestroy();
    }

    private void look(Uri uri, DemoSettings chosen) {
        try {
            final Still read = Stills.read(getContentResolver(), uri);
            frame = new AndroidFrames().of(read.whole);
            judge =
                    new LiveBlur(
                            chosen.open(new Models(getAssets()), settings.gpuTrial()));
            judge.look(frame, Framing.WHOLE, OverlayMode.HEAT_MAP, null);
            final LiveBlur result = judge;
            final String fallback = judge.fallbackReason();
            if (fallback != null) {
                Log.w(TAG, fallback);
            }
            main.post(
                    new Runnable() {
                        @Override
                        public void run() {
                            show(read, result);
                            if (fallback != null) {
                                settings.dropGpu();
                                say(R.string.gpu_refused);
                            }
                        }
                    });
        } catch (PhotoException | DbdException | OutOfMemoryError error) {
            letGo();
            fail("The photo cannot be shown.", error);
        }
    }

    private void letGo() {
        if (judge != null) {
            judge.close();
            judge = null;
        }
    }

    /** Judges what was chosen, after what is under way; a subject that is chosen meanwhile wins. */
    private void judgeLater() {
        showFocus(null);
        verdictText.setText(R.string.judging);
        reasonText.setText("");
        final Subject asked = subject;
        worker.post(
                new Runnable() {
                    @Override
                    public void run() {
                        if (judge != null && asked == subject) {
                            judge(asked);
                        }
                    }
                });
    }

    private void judge(final Subject asked) {
        try {
            final Focus judged = judge.judge(frame, Framing.WHOLE, asked);
            main.post(
                    new Runnable() {
                        @Override
                        public void run() {
                            if (asked == subject) {
                                say(judged);
                                showFocus(judged);
                            }
                        }
                    });
        } catch (DbdException.Image tooSmall) {
            // The photo is shown all the same.
            Log.w(TAG, tooSmall.getMessage());
            sayUndecidable(asked, getString(R.string.photo_too_small));
        } catch (DbdException | OutOfMemoryError error) {
            sayUndecidable(asked, "");
            fail("The photo cannot be judged.", error);
        }
    }

    private void sayUndecidable(final Subject asked, final String why) {
        main.post(
                new Runnable() {
                    @Override
                    public void run() {
                        if (asked == subject) {
                            verdictText.setText(R.string.verdict_undecidable);
                            reasonText.setText(why);
                        }
                    }
                });
    }

    private void say(Focus judged) {
        verdictText.setText(SubjectText.of(judged).verdict);
        String reason = reason(judged);
        if (judged.isLeastBlurredPart()) {
            reason = getString(R.string.reason_least_blurred) + " " + reason;
        }
        if (photo.reducedBy > 1) {
            reason += " " + getString(R.string.photo_reduced, photo.reducedBy);
        }
        reasonText.setText(reason);
    }

    /** The numbers behind a verdict, in the person's language; the library's own are in English. */
    private String reason(Focus judged) {
        if (judged.verdict() == Focus.Verdict.UNDECIDABLE) {
            return getString(R.string.reason_undecidable);
        }
        Locale locale = getResources().getConfiguration().getLocales().get(0);
        // As over the picture, where the same number stands.
        String radius = String.format(locale, "%.1f", SubjectText.tenths(judged) / 10.0);
        return judged.verdict() == Focus.Verdict.SHARP
                ? getString(R.string.reason_sharp, radius)
                : getString(
                        R.string.reason_not_sharp,
                        radius,
                        NumberFormat.getIntegerInstance(locale).format(judged.sharpWidthPx()));
    }

    private void showFocus(Focus judged) {
        focus = judged;
        draw();
    }

    private void fail(String what, Throwable error) {
        Log.e(TAG, what, error);
        final Failure failure = Failure.of(error);
        main.post(
                new Runnable() {
                    @Override
                    public void run() {
                        say(failure.message);
                    }
                });
    }

    /** Over a photo that is there, until it was read. */
    private void say(int text) {
        messageText.setText(text);
        messageButton.setVisibility(photo == null ? View.GONE : View.VISIBLE);
        ScreenFrame.cover(picture, messagePanel, true);
    }

    private void show(Still read, LiveBlur result) {
        photo = read;
        live = result;
        ScreenFrame.cover(picture, messagePanel, false);
        picture.setPicture(photo.shown.getWidth(), photo.shown.getHeight());
        photoView.setImageBitmap(photo.shown);
        showShare();
        judgeLater();
    }

    private void draw() {
        if (live == null) {
            return;
        }
        try {
            live.draw(Modes.of(modes.getCheckedRadioButtonId()));
            overlay.show(live, subject, focus);
        } catch (DbdException error) {
            // Focus peaking is not for every model.
            fail("The overlay cannot be drawn.", error);
        }
    }

    @Override
    public boolean onCreateOptionsMenu(Menu menu) {
        getMenuInflater().inflate(R.menu.still, menu);
        share = menu.findItem(R.id.share);
        showShare();
        return true;
    }

    /** The menu may be made before or after the photo is there. */
    private void showShare() {
        if (share != null) {
            share.setEnabled(photo != null && !isSharing);
        }
    }

    @Override
    public boolean onOptionsItemSelected(MenuItem item) {
        if (item.getItemId() == R.id.share) {
            share();
            return true;
        }
        if (item.getItemId() == android.R.id.home) {
            finish();
            return true;
        }
        return super.onOptionsItemSelected(item);
    }

    private void share() {
        isSharing = true;
        showShare();
        // What is shared is what is seen now, whatever is chosen while it is written.
        final BlurMap map = live.map();
        final Bitmap seen =
                Bitmap.createBitmap(
                        live.pixels(), map.width(), map.height(), Bitmap.Config.ARGB_8888);
        worker.post(
                new Runnable() {
                    @Override
                    public void run() {
                        try {
                            String stem = "photo-" + System.currentTimeMillis();
                            File folder = Stills.folder(StillActivity.this);
                            sendLater(Stills.write(folder, stem, photo.shown, map, seen));
                        } catch (IOException | OutOfMemoryError error) {
                            fail("The photo cannot be shared.", error);
                            sendLater(Collections.<File>emptyList());
                        }
                    }
                });
    }

    private void sendLater(final List<File> files) {
        main.post(
                new Runnable() {
                    @Override
                    public void run() {
                        isSharing = false;
                        showShare();
                        if (!files.isEmpty() && !isFinishing() && !isDestroyed()) {
                            send(files);
                        }
                    }
                });
    }

    private void send(List<File> files) {
        ArrayList<Uri> uris = new ArrayList<>();
        ClipData clip = null;
        for (File file : files) {
            Uri uri = StillProvider.uri(file);
            uris.add(uri);
            if (clip == null) {
                clip = ClipData.newRawUri(null, uri);
            } else {
                clip.addItem(new ClipData.Item(uri));
            }
        }
        Intent share =
                new Intent(Intent.ACTION_SEND_MULTIPLE)
                        .setType("image/*")
                        .putParcelableArrayListExtra(Intent.EXTRA_STREAM, uris)
                        .addFlags(Intent.FLAG_GRANT_READ_URI_PERMISSION);
        share.setClipData(clip);
        startActivity(Intent.createChooser(share, getString(R.string.share)));
    }
}
