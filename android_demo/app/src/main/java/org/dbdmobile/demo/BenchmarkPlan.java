package org.dbdmobile.demo;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.dbdmobile.DetectorOptions;

/** What a benchmark measures: every model with every kernels and number of threads. Immutable. */
final class BenchmarkPlan {
    private static final int MAX_RUNS = 100000;

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

    /** Timed photos of each combination. */
    final int runs;

    private BenchmarkPlan(
            String name,
            List<String> models,
            List<Kernels> kernels,
            List<Integer> threads,
            int runs) {
        this.name = name;
        this.models = Collections.unmodifiableList(models);
        this.kernels = Collections.unmodifiableList(kernels);
        this.threads = Collections.unmodifiableList(threads);
        this.runs = runs;
    }

    /**
     * A plan from texts, as a command line and a screen give them; null takes the default.
     *
     * @param packed the ids of the packed models
     * @param name the reports' name: letters, digits, dots, dashes; default "bench"
     * @param models ids with commas between them; default all
     * @param kernels ids of {@link Kernels}; default "xnnpack"
     * @param threads numbers; default "1,2,4"
     * @param runs a number; default "100"
     * @throws WrongException a text cannot be
     */
    static BenchmarkPlan parse(
            List<String> packed,
            String name,
            String models,
            String kernels,
            String threads,
            String runs)
            throws WrongException {
        String file = name == null ? "bench" : name;
        if (!file.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,63}")) {
            throw new WrongException(
                    "A name has up to 64 letters, digits, dots and dashes, got '" + file + "'.");
        }
        List<String> ids = models == null ? packed : parts(models);
        for (String id : ids) {
            if (!packed.contains(id)) {
                throw new WrongException(
                        "There is no model '" + id + "': this app has " + String.join(", ", packed)
                                + ".");
            }
        }
        List<Kernels> kinds = new ArrayList<>();
        for (String id : parts(kernels == null ? Kernels.XNNPACK.id : kernels)) {
            Kernels kind = Kernels.of(id);
            if (kind == null || !kind.isPacked()) {
                throw new WrongException(
                        "There are no kernels '" + id + "': this app has " + packedKernels() + ".");
            }
            kinds.add(kind);
        }
        List<Integer> counts = new ArrayList<>();
        for (String count : parts(threads == null ? "1,2,4" : threads)) {
            counts.add(number("threads", count, DetectorOptions.MAX_THREADS));
        }
        int repeats = number("runs", runs == null ? "100" : runs, MAX_RUNS);
        return new BenchmarkPlan(file, new ArrayList<>(ids), kinds, counts, repeats);
    }

    /** How many combinations there are. */
    int size() {
        return models.size() * kernels.size() * threads.size();
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

    private static int number(String what, String text, int most) throws WrongException {
        try {
            int number = Integer.parseInt(text);
            if (number >= 1 && number <= most) {
                return number;
            }
        } catch (NumberFormatException error) {
            // Said below.
        }
        throw new WrongException(what + " is from 1 to " + most + ", got '" + text + "'.");
    }
}
