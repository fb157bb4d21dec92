package org.dbdmobile.demo;

import java.io.File;
import java.util.List;
import org.dbdmobile.BlurDetector;
import org.dbdmobile.BlurModel;
import org.dbdmobile.DetailModel;

/** Which model runs, and how. Immutable; what was stored and no longer fits becomes the default. */
final class DemoSettings {
    /** What can be chosen. */
    static final int[] THREADS = {1, 2, 4};

    // Judges with every model that finds blur.
    private static final String DETAIL = "detail";

    final String model;
    final int threads;
    final Kernels kernels;

    /** Settings as they are. */
    DemoSettings(String model, int threads, Kernels kernels) {
        this.model = model;
        this.threads = threads;
        this.kernels = kernels;
    }

    /** The same on the CPU. */
    DemoSettings onCpu() {
        return new DemoSettings(model, threads, Kernels.XNNPACK);
    }

    /**
     * Opens a detector that also judges; on the CPU where the GPU cannot be used.
     *
     * @param gpuTrial a file that tells of a GPU that ended the app
     * @throws org.dbdmobile.DbdException a model or the kernels cannot be used
     */
    BlurDetector open(BlurModel.Assets assets, File gpuTrial) {
        BlurModel blur = BlurModel.bundled(assets, model);
        DetailModel detail = DetailModel.bundled(assets, DETAIL);
        return BlurDetector.open(
                blur, detail, kernels.options(threads).withCpuFallback(gpuTrial));
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
