package org.dbdmobile.demo;

import java.io.File;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.json.JSONArray;
import org.json.JSONException;
import org.json.JSONObject;

/**
 * A benchmark's results as JSON, one model a report, as {@code
 * dbd_mobile/schemas/bench_report.schema.json} describes it.
 */
final class BenchmarkReport {
    private static final String SCHEMA = "dbd-mobile-bench/2";
    // As long as a report of some dozen rows and two hours.
    private static final String RESERVE = String.join("", Collections.nCopies(1 << 15, "    "));

    /** What the report says of the phone; null where the system does not tell. */
    static final class Machine {
        String board;
        String cpu;
        List<String> features;
        int cores;
        int usableCores;
        String governor;
        Long memoryBytes;
        String system;
        boolean is64Bit;
    }

    /** One row, and how it came to be measured. */
    static final class Row {
        Benchmark.Result result;

        /** The how manieth of the model's rows, from 1. */
        int turn;

        /** The pause before it, until the phone had cooled down; 0 for none. */
        double pauseMs;

        PhoneState before;
        PhoneState after;

        private JSONObject toJson() throws JSONException {
            JSONObject stages = new JSONObject();
            for (int i = 0; i < Benchmark.STAGES.length; i++) {
                stages.put(Benchmark.STAGES[i], result.stages[i].toJson());
            }
            JSONObject json =
                    new JSONObject()
                            .put("threads", result.row.threads)
                            .put("delegate", result.row.kernels.id)
                            .put("load_ms", result.loadMs)
                            .put("first_run_ms", result.firstRunMs)
                            .put("warm_up_runs", result.warmUp.runs())
                            .put("warm_up_ms", result.warmUp.milliseconds())
                            .put("is_steady", result.warmUp.isSteady())
                            .put("stages_ms", stages)
                            .put("frames_per_second", result.framesPerSecond)
                            .put("turn", turn)
                            .put("pause_ms", pauseMs)
                            .put("before", before.toJson())
                            .put("after", after.toJson());
            return result.row.input == BenchmarkRow.Input.CAMERA
                    ? json.put("frame", BenchmarkFrames.cameraJson())
                    : json;
        }
    }

    String time;
    Map<String, String> versions;
    String model;
    String sha256;

    /** As the model's card says; null where it does not. */
    String precision;

    Machine machine;
    PhoneState before;
    PhoneState after;

    /** Load averages; null where the system does not tell. */
    Double loadBefore;

    Double loadAfter;

    /** Null where TensorFlow Lite had been loaded before. */
    Double coldStartMs;

    /** Null where a model before this one had its share of it. */
    Long peakMemoryBytes;

    /** The seed of the rows' order. */
    int seed;

    /** The nice value of the thread that measures: -20 runs first, 19 last. */
    int threadPriority;

    /** How Android had compiled this app; null where nobody asked it. */
    String compiled;

    List<Row> rows;

    /** Null where it was not asked for. */
    Sustained sustained;

    /** The JSON text. */
    String toJson() {
        try {
            return json().toString(2) + "\n";
        } catch (JSONException error) {
            // A number that is none: no clock gives it.
            throw new IllegalStateException(error);
        }
    }

    private JSONObject json() throws JSONException {
        JSONArray latencies = new JSONArray();
        for (Row row : rows) {
            latencies.put(row.toJson());
        }
        JSONObject photo =
                new JSONObject()
                        .put("width", BenchmarkFrames.PHOTO_SIDE)
                        .put("height", BenchmarkFrames.PHOTO_SIDE);
        JSONObject file =
                new JSONObject()
                        .put("name", model)
                        .put("sha256", sha256)
                        .put("precision", orNull(precision));
        // Of what other apps take Android tells an app nothing.
        JSONObject load =
                new JSONObject()
                        .put("average_before", orNull(loadBefore))
                        .put("average_after", orNull(loadAfter))
                        .put("others_share", JSONObject.NULL);
        JSONObject json = new JSONObject();
        json.put("schema", SCHEMA)
                .put("time_utc", time)
                .put("versions", new JSONObject(versions))
                .put("backend", "tensorflow-lite")
                .put("model", file)
                .put("machine", json(machine))
                .put("heat_before", before.heat())
                .put("heat_after", after.heat())
                .put("load", load)
                .put("photo", photo)
                .put("cold_start_ms", orNull(coldStartMs))
                .put("peak_memory_bytes", orNull(peakMemoryBytes))
                .put("order_seed", seed)
                .put("thread_priority", threadPriority)
                .put("latencies", latencies);
        if (compiled != null) {
            json.put("compiled", compiled);
        }
        return sustained == null ? json : json.put("sustained", sustained.toJson());
    }

    private static JSONObject json(Machine machine) throws JSONException {
        return new JSONObject()
                .put("board", orNull(machine.board))
                .put("cpu", orNull(machine.cpu))
                .put("features", orNull(machine.features))
                .put("cores", machine.cores)
                .put("usable_cores", machine.usableCores)
                .put("governor", orNull(machine.governor))
                .put("memory_bytes", orNull(machine.memoryBytes))
                .put("system", machine.system)
                .put("is_64_bit", machine.is64Bit)
                .put("python", JSONObject.NULL);
    }

    /** JSONObject leaves a key out where its value is null. */
    private static Object orNull(Object value) {
        return value == null ? JSONObject.NULL : value;
    }

    private static Object orNull(List<String> values) {
        return values == null ? JSONObject.NULL : new JSONArray(values);
    }

    /**
     * Takes the room that {@link #write} will need, beside a file that stays as it is.
     *
     * @throws IOException the folder cannot be written to, or storage is full
     */
    static void reserve(File file) throws IOException {
        boolean isReserved = false;
        try {
            writePart(file, RESERVE);
            isReserved = true;
        } finally {
            if (!isReserved) {
                release(file);
            }
        }
    }

    /** Gives up what {@link #reserve} took. */
    static void release(File file) {
        part(file).delete();
    }

    /**
     * Writes a text file whole or not at all.
     *
     * @throws IOException the folder cannot be written to, or storage is full
     */
    static void write(File file, String text) throws IOException {
        try {
            writePart(file, text);
            if (!part(file).renameTo(file)) {
                throw new IOException(file + " cannot be made");
            }
        } finally {
            release(file);
        }
    }

    private static void writePart(File file, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        // Over what was reserved: emptied first, its room could be gone.
        try (RandomAccessFile out = new RandomAccessFile(part(file), "rw")) {
            out.write(bytes);
            out.setLength(bytes.length);
        }
    }

    private static File part(File file) {
        return new File(file.getPath() + ".part");
    }
}
