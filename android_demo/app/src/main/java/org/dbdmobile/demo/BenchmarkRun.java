package org.dbdmobile.demo;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.text.SimpleDateFormat;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Scanner;
import java.util.TimeZone;
import org.dbdmobile.BlurDetector;
import org.dbdmobile.BlurModel;
import org.json.JSONException;
import org.json.JSONObject;

/** Carries a {@link BenchmarkPlan} out, one report a model. On a thread of its own. */
final class BenchmarkRun {
    /** What only the phone can say. */
    interface Phone {
        BenchmarkReport.Machine machine();

        BenchmarkReport.Heat heat();

        /** How many processes ran or waited over the last minute; null where it cannot be read. */
        Double loadAverage();

        /** Names and versions of all that takes part. */
        Map<String, String> versions();

        /** This process's largest resident memory so far; null where it cannot be read. */
        Long peakMemoryBytes();
    }

    /** Is told how far it is; called on the benchmark's thread. */
    interface Listener {
        /** A combination starts: so many are done. */
        void measuring(int done, String model, Kernels kernels, int threads);

        /** A model is done and its report is written. */
        void wrote(String model, File report, List<Benchmark.Result> results);
    }

    // Whether this process has loaded TensorFlow Lite in a run before: a second start is not cold.
    private static boolean isWarm;

    private final BenchmarkPlan plan;
    private final BlurModel.Assets assets;
    private final Phone phone;
    private final Listener listener;
    private volatile boolean isStopped;

    BenchmarkRun(
            BenchmarkPlan plan, BlurModel.Assets assets, Phone phone, Listener listener) {
        this.plan = plan;
        this.assets = assets;
        this.phone = phone;
        this.listener = listener;
    }

    /** Ends the run after the photo that is under way; from any thread. */
    void stop() {
        isStopped = true;
    }

    /** The file of a model's report. */
    File report(File folder, String model) {
        return new File(folder, plan.name + "." + model + ".json");
    }

    /**
     * Measures everything.
     *
     * @param folder where the reports go, {@code NAME.MODEL.json}
     * @return whether it got to the end; false after {@link #stop}
     * @throws org.dbdmobile.DbdException a model or the kernels cannot be used
     * @throws IOException a report cannot be written; what was written before stays
     */
    boolean run(File folder) throws IOException {
        try {
            // A full storage is found before minutes of measuring, not after.
            for (String model : plan.models) {
                BenchmarkReport.reserve(report(folder, model));
            }
            return measure(folder);
        } finally {
            for (String model : plan.models) {
                BenchmarkReport.release(report(folder, model));
            }
        }
    }

    private boolean measure(File folder) throws IOException {
        Benchmark benchmark = new Benchmark();
        int done = 0;
        for (String id : plan.models) {
            BenchmarkReport report = new BenchmarkReport();
            report.model = id;
            report.machine = phone.machine();
            report.before = phone.heat();
            report.loadBefore = phone.loadAverage();
            double start = System.nanoTime() / 1e6;
            BlurModel model = BlurModel.bundled(assets, id);
            BlurDetector.open(model, plan.kernels.get(0).options(plan.threads.get(0))).close();
            boolean isFirst = !isWarm;
            report.coldStartMs = isFirst ? Double.valueOf(System.nanoTime() / 1e6 - start) : null;
            isWarm = true;
            report.sha256 = model.sha256();
            report.precision = precision(id);
            report.results = new ArrayList<>();
            for (Kernels kernels : plan.kernels) {
                for (int threads : plan.threads) {
                    listener.measuring(done++, id, kernels, threads);
                    Benchmark.Result result =
                            benchmark.measure(
                                    assets,
                                    id,
                                    kernels,
                                    threads,
                                    plan.runs,
                                    new Benchmark.Progress() {
                                        @Override
                                        public boolean goOn() {
                                            return !isStopped;
                                        }
                                    });
                    if (result == null) {
                        return false;
                    }
                    report.results.add(result);
                }
            }
            report.after = phone.heat();
            report.loadAfter = phone.loadAverage();
            report.peakMemoryBytes = isFirst ? phone.peakMemoryBytes() : null;
            report.versions = phone.versions();
            report.time = utc(new Date());
            File file = report(folder, id);
            BenchmarkReport.write(file, report.toJson());
            listener.wrote(id, file, report.results);
        }
        return true;
    }

    /** What the model computes in, by its card, which was read before; null if that is not said. */
    private String precision(String id) throws IOException {
        try (InputStream card = assets.open(Models.FOLDER + "/" + id + "/card.json");
                Scanner text = new Scanner(card, "UTF-8").useDelimiter("\\A")) {
            String precision = new JSONObject(text.next()).optString("precision");
            return precision.isEmpty() ? null : precision;
        } catch (JSONException error) {
            // It was read as JSON when the model was opened.
            throw new IllegalStateException(error);
        }
    }

    private static String utc(Date date) {
        SimpleDateFormat format =
                new SimpleDateFormat("yyyy-MM-dd'T'HH:mm:ss'+00:00'", Locale.ROOT);
        format.setTimeZone(TimeZone.getTimeZone("UTC"));
        return format.format(date);
    }
}
