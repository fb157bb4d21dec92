package org.dbdmobile.demo;

import java.util.List;

/** Which model runs, and how. Immutable; what was stored and no longer fits becomes the default. */
final class DemoSettings {
    /** What can be chosen. */
    static final int[] THREADS = {1, 2, 4};

    final String model;
    final int threads;
    final Kernels kernels;

    /** Settings as they are. */
    DemoSettings(String model, int threads, Kernels kernels) {
        this.model = model;
        this.threads = threads;
        this.kernels = kernels;
    }

    /**
     * Settings from what was stored; null or foreign values become the first model, as many threads
     * as there are cores up to four, and XNNPACK.
     *
     * @param models the ids of the packed models, at least one
     * @param cores how many the phone has
     */
    static DemoSettings read(
            List<String> models, int cores, String model, String threads, String kernels) {
        Kernels known = Kernels.of(kernels == null ? "" : kernels);
        int best = THREADS[0];
        int chosen = 0;
        for (int count : THREADS) {
            best = count <= cores ? count : best;
            chosen = String.valueOf(count).equals(threads) ? count : chosen;
        }
        return new DemoSettings(
                models.contains(model) ? model : models.get(0),
                chosen > 0 ? chosen : best,
                known == null || !known.isPacked() ? Kernels.XNNPACK : known);
    }
}
