package org.dbdmobile.demo;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.dbdmobile.BlurDetector;
import org.dbdmobile.BlurMap;
import org.dbdmobile.BlurModel;
import org.dbdmobile.Frame;
import org.dbdmobile.FrameConverter;
import org.dbdmobile.Framing;

/** Measures one row of one model, stage by stage, or minutes of it. */
final class Benchmark {
    /** In the order of the frame's way; the last is their sum. */
    static final String[] STAGES = {"preprocess", "invoke", "overlay", "total"};

    private static final double MINUTE_MS = 60_000;

    /** Is told of every photo, and may end the measurement. */
    interface Progress {
        /** False to stop. */
        boolean goOn();
    }

    /** The times of one row. */
    static final class Result {
        final BenchmarkRow row;

        /** Opening, checking and preparing the model, once. */
        final double loadMs;

        /** The first photo, all stages. */
        final double firstRunMs;

        /** What was not counted after it. */
        final WarmUp warmUp;

        /** By stage, in the order of {@link #STAGES}. */
        final Percentiles[] stages;

        final double framesPerSecond;

        Result(
                BenchmarkRow row,
                double loadMs,
                double firstRunMs,
                WarmUp warmUp,
                Percentiles[] stages,
                double framesPerSecond) {
            this.row = row;
            this.loadMs = loadMs;
            this.firstRunMs = firstRunMs;
            this.warmUp = warmUp;
            this.stages = stages;
            this.framesPerSecond = framesPerSecond;
        }

        /** All stages together. */
        Percentiles total() {
            return stages[STAGES.length - 1];
        }
    }

    private final BenchmarkFrames frames = new BenchmarkFrames();
    private final BenchmarkClock clock;

    /** Makes the pictures. */
    Benchmark(BenchmarkClock clock) {
        this.clock = clock;
    }

    /**
     * Measures a row.
     *
     * @param runs timed photos, at least 1
     * @return the times; null where {@code progress} stopped it
     * @throws org.dbdmobile.DbdException the model or the kernels cannot be used
     */
    Result measure(
            BlurModel.Assets assets, String model, BenchmarkRow row, int runs, Progress progress) {
        double start = now();
        try (BlurDetector detector = open(assets, model, row)) {
            double loadMs = now() - start;
            Stages stages = new Stages(detector, row.input);
            double firstRunMs = stages.run();
            WarmUp warmUp = new WarmUp();
            while (!warmUp.isOver()) {
                if (!progress.goOn()) {
                    return null;
                }
                warmUp.add(stages.run());
            }
            double[][] times = new double[STAGES.length][runs];
            double begin = now();
            for (int run = 0; run < runs; run++) {
                if (!progress.goOn()) {
                    return null;
                }
                stages.run();
                for (int stage = 0; stage < STAGES.length; stage++) {
                    times[stage][run] = stages.milliseconds[stage];
                }
            }
            double framesPerSecond = runs * 1000 / (now() - begin);
            Percentiles[] percentiles = new Percentiles[STAGES.length];
            for (int stage = 0; stage < STAGES.length; stage++) {
                percentiles[stage] = new Percentiles(times[stage]);
            }
            return new Result(row, loadMs, firstRunMs, warmUp, percentiles, framesPerSecond);
        }
    }

    /**
     * Goes on for minutes, from cold.
     *
     * @param minutes at least 1
     * @return what they came to; null where {@code listener} stopped it
     * @throws org.dbdmobile.DbdException the model or the kernels cannot be used
     */
    Sustained sustain(
            BlurModel.Assets assets,
            String model,
            BenchmarkRow row,
            int minutes,
            BenchmarkRun.Phone phone,
            Sustained.Listener listener) {
        try (BlurDetector detector = open(assets, model, row)) {
            Stages stages = new Stages(detector, row.input);
            stages.run();
            Sustained sustained = new Sustained(row, phone.state());
            while (sustained.minutes.size() < minutes) {
                double[] times = new double[1024];
                int count = 0;
                double begin = now();
                double took = 0;
                while (took < MINUTE_MS) {
                    if (!listener.goOn()) {
                        return null;
                    }
                    if (count == times.length) {
                        times = Arrays.copyOf(times, 2 * count);
                    }
                    times[count++] = stages.run();
                    took = now() - begin;
                }
                Percentiles total = new Percentiles(Arrays.copyOf(times, count));
                sustained.minutes.add(
                        new Sustained.Minute(total, count * 1000 / took, phone.state()));
                listener.minute(sustained.minutes);
            }
            return sustained;
        }
    }

    private static BlurDetector open(BlurModel.Assets assets, String model, BenchmarkRow row) {
        return BlurDetector.open(
                BlurModel.bundled(assets, model), row.kernels.options(row.threads));
    }

    private double now() {
        return clock.nanoTime() / 1e6;
    }

    /** One picture's way through the model, with a clock between the stages. */
    private final class Stages {
        final double[] milliseconds = new double[STAGES.length];
        private final BlurDetector detector;
        private final FrameConverter converter;
        private final ByteBuffer tensor;
        private final Frame frame;
        private final Framing framing;
        private final BlurMap map;
        private final int[] overlay;

        Stages(BlurDetector detector, BenchmarkRow.Input input) {
            this.detector = detector;
            int width = detector.model().facts().inputWidth();
            int height = detector.model().facts().inputHeight();
            converter = new FrameConverter(width, height);
            tensor = ByteBuffer.allocateDirect(width * height * 3);
            map = detector.newMap();
            overlay = new int[map.width() * map.height()];
            frame = frames.frame(input);
            framing = BenchmarkFrames.framing(input);
        }

        /** Goes it; what it took. */
        double run() {
            double start = now();
            converter.convert(frame, framing, tensor);
            double converted = now();
            detector.detectRgb(tensor, map);
            double inferred = now();
            map.heatMap(overlay);
            double end = now();
            milliseconds[0] = converted - start;
            milliseconds[1] = inferred - converted;
            milliseconds[2] = end - inferred;
            milliseconds[3] = end - start;
            return milliseconds[3];
        }
    }
}
