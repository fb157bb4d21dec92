package org.dbdmobile.demo;

import java.nio.ByteBuffer;
import java.util.Random;
import org.dbdmobile.BlurDetector;
import org.dbdmobile.BlurMap;
import org.dbdmobile.BlurModel;
import org.dbdmobile.FrameConverter;
import org.dbdmobile.Framing;
import org.dbdmobile.RgbFrame;

/**
 * Measures one model with one kernels and number of threads, stage by stage, on a photo of noise of
 * the size that {@code dbd-mobile bench} takes.
 */
final class Benchmark {
    /** Both sides of the photo. */
    static final int PHOTO_SIDE = 1000;

    /** Photos between the first and the timed ones, until caches and clocks have settled. */
    static final int WARM_UP_RUNS = 10;

    /** In the order of the frame's way; the last is their sum. */
    static final String[] STAGES = {"preprocess", "invoke", "overlay", "total"};

    /** Is told of every photo, and may end the measurement. */
    interface Progress {
        /** False to stop. */
        boolean goOn();
    }

    /** The times of one combination. */
    static final class Result {
        final Kernels kernels;
        final int threads;

        /** Reading, checking and preparing the model, once. */
        final double loadMs;

        /** The first photo, all stages. */
        final double firstRunMs;

        /** By stage, in the order of {@link #STAGES}. */
        final Percentiles[] stages;

        Result(
                Kernels kernels,
                int threads,
                double loadMs,
                double firstRunMs,
                Percentiles[] stages) {
            this.kernels = kernels;
            this.threads = threads;
            this.loadMs = loadMs;
            this.firstRunMs = firstRunMs;
            this.stages = stages;
        }
    }

    private final ByteBuffer noise;

    /** Makes the photo. */
    Benchmark() {
        byte[] bytes = new byte[PHOTO_SIDE * PHOTO_SIDE * 3];
        new Random(0).nextBytes(bytes);
        noise = ByteBuffer.allocateDirect(bytes.length);
        noise.put(bytes).rewind();
    }

    /**
     * Measures a combination.
     *
     * @param runs timed photos, at least 1
     * @return the times; null where {@code progress} stopped it
     * @throws org.dbdmobile.DbdException the model or the kernels cannot be used
     */
    Result measure(
            BlurModel.Assets assets,
            String model,
            Kernels kernels,
            int threads,
            int runs,
            Progress progress) {
        double start = now();
        try (BlurDetector detector =
                BlurDetector.open(BlurModel.bundled(assets, model), kernels.options(threads))) {
            double loadMs = now() - start;
            Stages stages = new Stages(detector);
            stages.run();
            double firstRunMs = stages.milliseconds[STAGES.length - 1];
            double[][] times = new double[STAGES.length][runs];
            for (int run = -WARM_UP_RUNS; run < runs; run++) {
                if (!progress.goOn()) {
                    return null;
                }
                stages.run();
                for (int stage = 0; run >= 0 && stage < STAGES.length; stage++) {
                    times[stage][run] = stages.milliseconds[stage];
                }
            }
            Percentiles[] percentiles = new Percentiles[STAGES.length];
            for (int stage = 0; stage < STAGES.length; stage++) {
                percentiles[stage] = new Percentiles(times[stage]);
            }
            return new Result(kernels, threads, loadMs, firstRunMs, percentiles);
        }
    }

    private static double now() {
        return System.nanoTime() / 1e6;
    }

    /** One photo's way through the model, with a clock between the stages. */
    private final class Stages {
        final double[] milliseconds = new double[STAGES.length];
        private final BlurDetector detector;
        private final FrameConverter converter;
        private final ByteBuffer tensor;
        private final RgbFrame frame = new RgbFrame();
        private final BlurMap map;
        private final int[] overlay;

        Stages(BlurDetector detector) {
            this.detector = detector;
            int width = detector.model().facts().inputWidth();
            int height = detector.model().facts().inputHeight();
            converter = new FrameConverter(width, height);
            tensor = ByteBuffer.allocateDirect(width * height * 3);
            map = detector.newMap();
            overlay = new int[map.width() * map.height()];
            frame.set(noise, PHOTO_SIDE, PHOTO_SIDE, PHOTO_SIDE * 3, 3);
        }

        void run() {
            double start = now();
            converter.convert(frame, Framing.WHOLE, tensor);
            double converted = now();
            detector.detectRgb(tensor, map);
            double inferred = now();
            map.heatMap(overlay);
            double end = now();
            milliseconds[0] = converted - start;
            milliseconds[1] = inferred - converted;
            milliseconds[2] = end - inferred;
            milliseconds[3] = end - start;
        }
    }
}
