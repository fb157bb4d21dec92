package org.dbdmobile.demo;

import android.app.Activity;
import android.content.Intent;
import android.os.Bundle;
import android.os.Handler;
import android.os.Looper;
import android.util.Log;
import android.view.LayoutInflater;
import android.view.MenuItem;
import android.view.View;
import android.view.ViewGroup;
import android.view.WindowManager;
import android.widget.Button;
import android.widget.CheckBox;
import android.widget.LinearLayout;
import android.widget.ProgressBar;
import android.widget.TextView;
import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.dbdmobile.DbdException;

/**
 * Measures this phone. From its own screen, or without a hand:
 *
 * <pre>
 * adb shell am start -n org.dbdmobile.demo/.BenchmarkActivity --es name NAME \
 *     [--es models lite] [--es kernels xnnpack,cpu] [--es threads 1,2,4] [--es runs 100]
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

    private final Handler main = new Handler(Looper.getMainLooper());
    private final List<CheckBox> models = new ArrayList<>();
    private final List<CheckBox> kernels = new ArrayList<>();
    private final List<CheckBox> threads = new ArrayList<>();
    private Models packed;
    private Button start;
    private ProgressBar progress;
    private TextView status;
    private LinearLayout results;
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
        results = findViewById(R.id.results);
        for (String id : packed.ids()) {
            models.add(choice(R.id.models, id, id, true));
        }
        for (Kernels kind : Kernels.packed()) {
            kernels.add(choice(R.id.kernels, kind.id, kind.title, kind == Kernels.XNNPACK));
        }
        for (int count : DemoSettings.THREADS) {
            String text = String.valueOf(count);
            CheckBox box = choice(R.id.threads, text, text, true);
            box.setContentDescription(counted(count));
            threads.add(box);
        }
        start.setOnClickListener(
                new View.OnClickListener() {
                    @Override
                    public void onClick(View view) {
                        if (run == null) {
                            start(
                                    "bench",
                                    chosen(models),
                                    chosen(kernels),
                                    chosen(threads),
                                    null);
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
            start(
                    name,
                    intent.getStringExtra("models"),
                    intent.getStringExtra("kernels"),
                    intent.getStringExtra("threads"),
                    intent.getStringExtra("runs"));
        }
    }

    private void start(String name, String ids, String kinds, String counts, String runs) {
        results.removeAllViews();
        try {
            plan = BenchmarkPlan.parse(packed.ids(), name, ids, kinds, counts, runs);
        } catch (BenchmarkPlan.WrongException error) {
            fail(name, error);
            return;
        }
        run = new BenchmarkRun(plan, packed, new Device(this), this);
        start.setText(R.string.stop);
        progress.setMax(plan.size());
        progress.setProgress(0);
        progress.setVisibility(View.VISIBLE);
        // The screen's turning off would slow the phone down.
        getWindow().addFlags(WindowManager.LayoutParams.FLAG_KEEP_SCREEN_ON);
        new Thread("benchmark") {
            @Override
            public void run() {
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
    public void measuring(final int done, String model, Kernels kind, int count) {
        Log.i(TAG, plan.name + " measuring " + model + " " + kind.id + " " + count);
        final String text = getString(R.string.benchmark_measuring, what(model, kind, count));
        main.post(
                new Runnable() {
                    @Override
                    public void run() {
                        progress.setProgress(done);
                        status.setText(text);
                    }
                });
    }

    @Override
    public void wrote(
            final String model, File report, final List<Benchmark.Result> measured) {
        Log.i(TAG, plan.name + " wrote " + report);
        main.post(
                new Runnable() {
                    @Override
                    public void run() {
                        for (Benchmark.Result result : measured) {
                            addRow(model, result);
                        }
                    }
                });
    }

    private void addRow(String model, Benchmark.Result result) {
        View row = LayoutInflater.from(this).inflate(R.layout.benchmark_row, results, false);
        Percentiles total = result.stages[Benchmark.STAGES.length - 1];
        set(row, R.id.what, what(model, result.kernels, result.threads));
        set(
                row,
                R.id.times,
                getString(
                        R.string.benchmark_times,
                        milliseconds(result.loadMs),
                        milliseconds(total.p50),
                        milliseconds(total.p90),
                        milliseconds(total.p99)));
        results.addView(row);
    }

    private String what(String model, Kernels kind, int count) {
        return getString(R.string.benchmark_what, model, kind.title, counted(count));
    }

    private String counted(int count) {
        return getResources().getQuantityString(R.plurals.threads_count, count, count);
    }

    private static void set(View row, int id, String text) {
        ((TextView) row.findViewById(id)).setText(text);
    }

    private static String milliseconds(double value) {
        return String.format(Locale.getDefault(), "%.1f", value);
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
