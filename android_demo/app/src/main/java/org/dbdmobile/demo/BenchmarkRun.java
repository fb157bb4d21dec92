package org.dbdmobile.demo;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.text.SimpleDateFormat;
import java.util.Arrays;
import java.util.Collections;
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

        PhoneState state();

        /** The nice value of the thread that asks. */
        int threadPriority();

        /** How many processes ran or waited over the last minute; null where it cannot be read. */
        Double loadAverage();

        /** Names and versions of all that takes part. */
        Map<String, String> versions();

        /** This process's largest resident memory so far; null where it cannot be read. */
        Long peakMemoryBytes();
    }

    /** Is told how far it is; called on the benchmark's thread. */
    interface Listener {
        /** The phone is left to cool down. */
        void cooling();

        /** A row starts: so many steps are done. */
        void measuring(int done, String model, BenchmarkRow row);

        /** A minute of those without a break starts; in the list are those that are over. */
        void sustaining(int done, String model, List<Sustained.Minute> minutes);

        /** A model is done and its report is written. */
        void wrote(File file, BenchmarkReport report);
    }

    // Whether this process has loaded TensorFlow Lite in a run before: a second start is not cold.
    private static boolean isWarm;

    private final BenchmarkPlan plan;
    private final BlurModel.Assets assets;
    private final Phone phone;
    private final BenchmarkClock clock;
    private final Listener listener;
    private final Benchmark.Progress progress =
            new Benchmark.Progress() {
                @Override
                public boolean goOn() {
                    return !isStopped;
                }
            };
    private volatile boolean isStopped;
    private int done;
    // Since before the first row.
    private Cooling cooling;

    BenchmarkRun(
            BenchmarkPlan plan,
            BlurModel.Assets assets,
            Phone phone,
            BenchmarkClock clock,
            Listener listener) {
        this.plan = plan;
        this.assets = assets;
        this.phone = phone;
        this.clock = clock;
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
        Benchmark benchmark = new Benchmark(clock);
        cooling = new Cooling(phone, clock, phone.state());
        for (String id : plan.models) {
            double pauseMs = pause();
            if (pauseMs < 0) {
                return false;
            }
            BenchmarkReport report = new BenchmarkReport();
            report.model = id;
            report.machine = phone.machine();
            report.seed = plan.seed;
            report.compiled = plan.compiled;
            report.threadPriority = phone.threadPriority();
            report.before = phone.state();
            report.loadBefore = phone.loadAverage();
            double start = clock.nanoTime() / 1e6;
            BlurModel model = BlurModel.bundled(assets, id);
            BlurDetector.open(model, plan.kernels.get(0).options(plan.threads.get(0))).close();
            boolean isFirst = !isWarm;
            report.coldStartMs = isFirst ? Double.valueOf(clock.nanoTime() / 1e6 - start) : null;
            isWarm = true;
            report.sha256 = model.sha256();
            report.precision = precision(id);
            if (!measureRows(benchmark, report, pauseMs)) {
                return false;
            }
            // Of the rows: what minutes without a break do to the phone is theirs.
            report.after = phone.state();
            report.loadAfter = phone.loadAverage();
            if (plan.minutes > 0 && !sustain(benchmark, report)) {
                return false;
            }
            report.peakMemoryBytes = isFirst ? phone.peakMemoryBytes() : null;
            report.versions = phone.versions();
            report.time = utc(new Date());
            File file = report(folder, id);
            BenchmarkReport.write(file, report.toJson());
            listener.wrote(file, report);
        }
        return true;
    }

    /** Lets the phone cool down, if it has done anything; the time, negative if it was stopped. */
    private double pause() {
        if (done == 0) {
            return 0;
        }
        listener.cooling();
        return cooling.pause(progress);
    }

    /** False after {@link #stop}. */
    private boolean measureRows(Benchmark benchmark, BenchmarkReport report, double firstPauseMs) {
        List<BenchmarkRow> rows = plan.rows();
        BenchmarkReport.Row[] measured = new BenchmarkReport.Row[rows.size()];
        int turn = 0;
        for (BenchmarkRow next : plan.turns(rows)) {
            BenchmarkReport.Row row = new BenchmarkReport.Row();
            row.turn = ++turn;
            row.pauseMs = turn == 1 ? firstPauseMs : pause();
            if (row.pauseMs < 0) {
                return false;
            }
            row.before = phone.state();
            listener.measuring(done, report.model, next);
            row.result = benchmark.measure(assets, report.model, next, plan.runs, progress);
            if (row.result == null) {
                return false;
            }
            row.after = phone.state();
            measured[rows.indexOf(next)] = row;
            done++;
        }
        report.rows = Arrays.asList(measured);
        return true;
    }

    /** Goes on with what is the fastest on a camera's frames; false after {@link #stop}. */
    private boolean sustain(Benchmark benchmark, final BenchmarkReport report) {
        BenchmarkReport.Row fastest = null;
        for (BenchmarkReport.Row row : report.rows) {
            boolean isFaster =
                    fastest == null || row.result.total().p50 < fastest.result.total().p50;
            if (row.result.row.input == BenchmarkRow.Input.CAMERA && isFaster) {
                fastest = row;
            }
        }
        if (pause() < 0) {
            return false;
        }
        listener.sustaining(done, report.model, Collections.<Sustained.Minute>emptyList());
        report.sustained =
                benchmark.sustain(
                        assets,
                        report.model,
                        fastest.result.row,
                        plan.minutes,
                        phone,
                        new Sustained.Listener() {
                            @Override
                            public boolean goOn() {
                                return progress.goOn();
                            }

                            @Override
                            public void minute(List<Sustained.Minute> minutes) {
                                listener.sustaining(++done, report.model, minutes);
                            }
                        });
        return report.sustained != null;
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
