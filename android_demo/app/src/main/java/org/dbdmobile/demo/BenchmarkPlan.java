package org.dbdmobile.demo;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.dbdmobile.DetectorOptions;

/**
 * What a benchmark measures: every model with every kernels and number of threads, on a photo and on a
 * camera's frames. Immutable.
 */
final class BenchmarkPlan {
    /** What a plan may be told, by these names. */
    static final String[] TEXTS = {
        "name", "models", "kernels", "threads", "runs", "minutes", "seed", "compiled"
    };

    private static final int MAX_RUNS = 100000;
    private static final int MAX_MINUTES = 120;

    /** A plan that cannot be carried out; the message says why in one sentence. */
    static final class WrongException extends Exception {
        private static final long serialVersionUID = 1;

        WrongException(String message) {
            super(message);
        }
    }

    /** What the reports' files are named after. */
    final String name;

    final List<String> models;
    final List<Kernels> kernels;
    final List<Integer> threads;

    /** Timed photos of each row. */
    final int runs;

    /** How long the fastest row on camera frames goes on after that; 0 for not at all. */
    final int minutes;

    /** Of the order of the rows. */
    final int seed;

    /** How Android has compiled this app, as it told who asks; null where nobody asked. */
    final String compiled;

    private BenchmarkPlan(
            String name,
            List<String> models,
            List<Kernels> kernels,
            List<Integer> threads,
            int runs,
            int minutes,
            int seed,
            String compiled) {
        this.name = name;
        this.models = Collections.unmodifiableList(models);
        this.kernels = Collections.unmodifiableList(kernels);
        this.threads = Collections.unmodifiableList(threads);
        this.runs = runs;
        this.minutes = minutes;
        this.seed = seed;
        this.compiled = compiled;
    }

    /**
     * A plan from texts, as a command line and a screen give them; those that are not there take the
     * default.
     *
     * <ul>
     *   <li>{@code name}: the reports' name, of letters, digits, dots, dashes; "bench"
     *   <li>{@code models}: ids with commas between them; all
     *   <li>{@code kernels}: ids of {@link Kernels}; "xnnpack"
     *   <li>{@code threads}: numbers; "1,2,4"
     *   <li>{@code runs}: a number; "100"
     *   <li>{@code minutes}: a number; "0"
     *   <li>{@code seed}: a number from 0; any
     *   <li>{@code compiled}: a word, e.g. "speed"; none
     * </ul>
     *
     * @param packed the ids of the packed models
     * @param texts by the names in {@link #TEXTS}
     * @throws WrongException a text cannot be
     */
    static BenchmarkPlan parse(List<String> packed, Map<String, String> texts)
            throws WrongException {
        String file = text(texts, "name", "bench");
        if (!file.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,63}")) {
            throw new WrongException(
                    "A name has up to 64 letters, digits, dots and dashes, got '" + file + "'.");
        }
        List<String> ids = parts(text(texts, "models", String.join(",", packed)));
        for (String id : ids) {
            if (!packed.contains(id)) {
                throw new WrongException(
                        "There is no model '" + id + "': this app has " + String.join(", ", packed)
                                + ".");
            }
        }
        List<Kernels> kinds = new ArrayList<>();
        for (String id : parts(text(texts, "kernels", Kernels.XNNPACK.id))) {
            Kernels kind = Kernels.of(id);
            if (kind == null || !kind.isPacked()) {
                throw new WrongException(
                        "There are no kernels '" + id + "': this app has " + packedKernels() + ".");
            }
            kinds.add(kind);
        }
        List<Integer> counts = new ArrayList<>();
        for (String count : parts(text(texts, "threads", "1,2,4"))) {
            counts.add(number("threads", count, 1, DetectorOptions.MAX_THREADS));
        }
        String anySeed = String.valueOf(new Random().nextInt(Integer.MAX_VALUE));
        String compiled = texts.get("compiled");
        if (compiled != null && !compiled.matches("[a-z-]{1,40}")) {
            throw new WrongException(
                    "What an app is compiled for is a word like speed, got '" + compiled + "'.");
        }
        return new BenchmarkPlan(
                file,
                new ArrayList<>(ids),
                kinds,
                counts,
                number("runs", text(texts, "runs", "100"), 1, MAX_RUNS),
                number("minutes", text(texts, "minutes", "0"), 0, MAX_MINUTES),
                number("seed", text(texts, "seed", anySeed), 0, Integer.MAX_VALUE),
                compiled);
    }

    private static String text(Map<String, String> texts, String name, String otherwise) {
        String given = texts.get(name);
        return given == null ? otherwise : given;
    }

    /** The rows of a model, in the order of a report. */
    List<BenchmarkRow> rows() {
        List<BenchmarkRow> rows = new ArrayList<>();
        for (Kernels kind : kernels) {
            for (int count : threads) {
                for (BenchmarkRow.Input input : BenchmarkRow.Input.values()) {
                    rows.add(new BenchmarkRow(kind, count, input));
                }
            }
        }
        return rows;
    }

    /**
     * Rows in the order in which they are measured: shuffled, so that heat, and whatever else changes
     * meanwhile, is not always the same one's.
     */
    List<BenchmarkRow> turns(List<BenchmarkRow> rows) {
        List<BenchmarkRow> turns = new ArrayList<>(rows);
        Collections.shuffle(turns, new Random(seed));
        return turns;
    }

    /** How many steps there are: rows, and minutes. */
    int size() {
        return models.size() * (rows().size() + minutes);
    }

    private static List<String> parts(String text) {
        return Arrays.asList(text.split(",", -1));
    }

    private static String packedKernels() {
        List<String> ids = new ArrayList<>();
        for (Kernels kind : Kernels.packed()) {
            ids.add(kind.id);
        }
        return String.join(", ", ids);
    }

    private static int number(String what, String text, int least, int most)
            throws WrongException {
        try {
            int number = Integer.parseInt(text);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException error) {
            // Said below.
        }
        throw new WrongException(
                what + " is from " + least + " to " + most + ", got '" + text + "'.");
    }
}
