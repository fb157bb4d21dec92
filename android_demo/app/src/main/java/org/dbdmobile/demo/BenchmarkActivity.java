package org.dbdmobile.demo;

import android.app.Activity;
import android.content.Intent;
import android.os.Bundle;
import android.os.Handler;
import android.os.Looper;
import android.os.Process;
import android.util.Log;
import android.view.MenuItem;
import android.view.View;
import android.view.ViewGroup;
import android.view.WindowManager;
import android.widget.Button;
import android.widget.CheckBox;
import android.widget.ProgressBar;
import android.widget.TextView;
import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.dbdmobile.DbdException;

/**
 * Measures this phone. From its own screen, or without a hand:
 *
 * <pre>
 * adb shell am start -n org.dbdmobile.demo/.BenchmarkActivity --es name NAME \
 *     [--es models lite] [--es kernels xnnpack,cpu] [--es threads 1,2,4] [--es runs 100] \
 *     [--es minutes 10] [--es seed 1] [--es compiled speed]
 * </pre>
 *
 * <p>A name starts it at once. It writes {@code NAME.MODEL.json} into the folder {@code bench} of the
 * app's external files, and says in the log, under the tag {@code dbd-bench}, how far it is: {@code
 * NAME measuring ...}, {@code NAME wrote FILE}, and last {@code NAME done} or {@code NAME failed:
 * WHY}.
 *
 * <p>It has a process of its own, so that a cold start is one and the memory is the benchmark's.
 */
public final class BenchmarkActivity extends Activity implements BenchmarkRun.Listener {
    private static final String TAG = "dbd-bench";
    // Phones that heat slows down have mostly settled by then.
    private static final int MINUTES = 10;

    /** Replaced before the start by tests, whose minutes are short. */
    BenchmarkClock clock = BenchmarkClock.SYSTEM;

    private final Handler main = new Handler(Looper.getMainLooper());
    private final List<CheckBox> models = new ArrayList<>();
    private final List<CheckBox> kernels = new ArrayList<>();
    private final List<CheckBox> threads = new ArrayList<>();
    private Models packed;
    private Button start;
    private ProgressBar progress;
    private TextView status;
    private CheckBox sustained;
    private BenchmarkResults results;
    private BenchmarkPlan plan;
    private BenchmarkRun run;

    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        ScreenFrame.show(this, R.layout.benchmark);
        getActionBar().setDisplayHomeAsUpEnabled(true);
        packed = new Models(getAssets());
        start = findViewById(R.id.start);
        progress = findViewById(R.id.progress);
        status = findViewById(R.id.status);
        sustained = findViewById(R.id.sustained);
        sustained.setText(
                getResources().getQuantityString(R.plurals.benchmark_sustained, MINUTES, MINUTES));
        results = new BenchmarkResults((ViewGroup) findViewById(R.id.results));
        for (String id : packed.ids()) {
            models.add(choice(R.id.models, id, id, true));
        }
        for (Kernels kind : Kernels.packed()) {
            kernels.add(choice(R.id.kernels, kind.id, kind.title, kind == Kernels.XNNPACK));
        }
        for (int count : DemoSettings.THREADS) {
            String text = String.valueOf(count);
            CheckBox box = choice(R.id.threads, text, text, true);
            box.setContentDescription(results.threads(count));
            threads.add(box);
        }
        start.setOnClickListener(
                new View.OnClickListener() {
                    @Override
                    public void onClick(View view) {
                        if (run == null) {
                            start(chosen());
                        } else {
                            run.stop();
                        }
                    }
                });
        if (state == null) {
            startHeadless(getIntent());
        }
    }

    private CheckBox choice(int group, String id, String title, boolean isChecked) {
        CheckBox box = new CheckBox(this);
        box.setText(title);
        box.setTag(id);
        box.setChecked(isChecked);
        int touch = getResources().getDimensionPixelSize(R.dimen.touch);
        box.setMinimumWidth(touch);
        box.setMinimumHeight(touch);
        ((ViewGroup) findViewById(group)).addView(box);
        return box;
    }

    private Map<String, String> chosen() {
        Map<String, String> texts = new HashMap<>();
        texts.put("name", "bench");
        texts.put("models", chosen(models));
        texts.put("kernels", chosen(kernels));
        texts.put("threads", chosen(threads));
        texts.put("minutes", String.valueOf(sustained.isChecked() ? MINUTES : 0));
        return texts;
    }

    private static String chosen(List<CheckBox> boxes) {
        List<String> ids = new ArrayList<>();
        for (CheckBox box : boxes) {
            if (box.isChecked()) {
                ids.add((String) box.getTag());
            }
        }
        return String.join(",", ids);
    }

    /** Started again while it is in front. */
    @Override
    protected void onNewIntent(Intent intent) {
        super.onNewIntent(intent);
        startHeadless(intent);
    }

    private void startHeadless(Intent intent) {
        String name = intent.getStringExtra("name");
        if (name != null && run != null) {
            Log.e(TAG, name + " failed: " + getString(R.string.benchmark_busy));
        } else if (name != null) {
            Map<String, String> texts = new HashMap<>();
            for (String text : BenchmarkPlan.TEXTS) {
                texts.put(text, intent.getStringExtra(text));
            }
            start(texts);
        }
    }

    private void start(Map<String, String> texts) {
        results.clear();
        try {
            plan = BenchmarkPlan.parse(packed.ids(), texts);
        } catch (BenchmarkPlan.WrongException error) {
            fail(texts.get("name"), error);
            return;
        }
        run = new BenchmarkRun(plan, packed, new Device(this), clock, this);
        start.setText(R.string.stop);
        progress.setMax(plan.size());
        progress.setProgress(0);
        progress.setVisibility(View.VISIBLE);
        // The screen's turning off would slow the phone down.
        getWindow().addFlags(WindowManager.LayoutParams.FLAG_KEEP_SCREEN_ON);
        new Thread("benchmark") {
            @Override
            public void run() {
                // As the thread has it that looks at the camera's frames: the model's own threads take it
                // over.
                Process.setThreadPriority(Inference.PRIORITY);
                measure();
            }
        }.start();
    }

    private void measure() {
        try {
            File files = getExternalFilesDir("bench");
            if (files == null) {
                throw new IOException("the phone's storage is not there");
            }
            if (run.run(files)) {
                Log.i(TAG, plan.name + " done");
                // As file managers and adb name it, from the phone's shared storage on.
                int shared = Math.max(files.getPath().indexOf("Android/data"), 0);
                end(getString(R.string.benchmark_done, files.getPath().substring(shared)));
            } else {
                Log.i(TAG, plan.name + " failed: it was stopped");
                end(getString(R.string.benchmark_stopped));
            }
        } catch (DbdException | IOException | OutOfMemoryError error) {
            fail(plan.name, error);
        }
    }

    private void fail(String name, Throwable error) {
        Failure failure = Failure.of(error);
        String text = getString(failure.message);
        Log.e(TAG, name + " failed: " + text + " (" + failure.detail + ")", error);
        end(text);
    }

    private void end(final String text) {
        main.post(
                new Runnable() {
                    @Override
                    public void run() {
                        run = null;
                        start.setText(R.string.start);
                        progress.setVisibility(View.GONE);
                        status.setText(text);
                        getWindow().clearFlags(WindowManager.LayoutParams.FLAG_KEEP_SCREEN_ON);
                    }
                });
    }

    @Override
    public void cooling() {
        Log.i(TAG, plan.name + " cooling");
        tell(null, getString(R.string.benchmark_cooling));
    }

    @Override
    public void measuring(int done, String model, BenchmarkRow row) {
        Log.i(TAG, plan.name + " measuring " + model + " " + row);
        tell(done, getString(R.string.benchmark_measuring, results.what(model, row)));
    }

    @Override
    public void sustaining(int done, String model, List<Sustained.Minute> minutes) {
        int over = minutes.size();
        if (over > 0) {
            Sustained.Minute last = minutes.get(over - 1);
            Log.i(
                    TAG,
                    String.format(
                            Locale.ROOT,
                            "%s minute %d of %s: %.1f frames a second",
                            plan.name,
                            over,
                            model,
                            last.framesPerSecond));
        }
        int minute = Math.min(over + 1, plan.minutes);
        tell(done, getString(R.string.benchmark_minute, model, minute, plan.minutes));
    }

    private void tell(final Integer done, final String text) {
        main.post(
                new Runnable() {
                    @Override
                    public void run() {
                        if (done != null) {
                            progress.setProgress(done);
                        }
                        status.setText(text);
                    }
                });
    }

    @Override
    public void wrote(File file, final BenchmarkReport report) {
        Log.i(TAG, plan.name + " wrote " + file);
        main.post(
                new Runnable() {
                    @Override
                    public void run() {
                        results.add(report);
                    }
                });
    }

    /** In the background Android slows an app down: what is measured then is not the phone. */
    @Override
    protected void onStop() {
        if (run != null) {
            run.stop();
        }
        super.onStop();
    }

    @Override
    public boolean onOptionsItemSelected(MenuItem item) {
        if (item.getItemId() == android.R.id.home) {
            finish();
            return true;
        }
        return super.onOptionsItemSelected(item);
    }
}
