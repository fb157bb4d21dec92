package org.dbdmobile;

import java.nio.ByteBuffer;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a camera app pays for each 1280x720 frame besides inference: YUV to a 320x320 tensor, and map
 * to overlay. Direct buffers, rows padded to 1,344 bytes, chroma interleaved, as cameras give them.
 */
@BenchmarkMode({Mode.AverageTime, Mode.SampleTime})
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 10, time = 1)
@Fork(1)
@State(Scope.Thread)
public class FrameBenchmark {
    private static final int WIDTH = 1280;
    private static final int HEIGHT = 720;
    private static final int ROW_STRIDE = 1344;
    private static final int SIDE = 320;

    /** Degrees: a phone held upright has its camera's frames turned by 90. */
    @Param({"0", "90"})
    public int rotation;

    private final YuvFrame frame = new YuvFrame();
    private final FrameConverter converter = new FrameConverter(SIDE, SIDE);
    private final ByteBuffer tensor = ByteBuffer.allocateDirect(SIDE * SIDE * 3);
    private final int[] overlay = new int[SIDE * SIDE];
    private ByteBuffer luma;
    private ByteBuffer u;
    private ByteBuffer v;
    private Framing framing;
    private BlurMap map;

    /** A soft picture with some noise, so that neither branches nor clamping are too predictable. */
    @Setup
    public void setUp() {
        Random random = new Random(1);
        luma = plane(ROW_STRIDE * (HEIGHT - 1) + WIDTH, 0.9, 128, random);
        ByteBuffer chroma = plane(ROW_STRIDE * (HEIGHT / 2 - 1) + WIDTH, 0.3, 128, random);
        v = chroma.duplicate();
        u = chroma.duplicate();
        u.position(1);
        framing = Framing.upright(rotation, false);
        map = new BlurMap(new ModelFacts(SIDE, SIDE, SIDE, SIDE, 1 / 256f, 0));
        map.fill(plane(SIDE * SIDE, 1, 128, random), new byte[SIDE * SIDE * 3], WIDTH, HEIGHT);
    }

    private static ByteBuffer plane(int size, double contrast, int middle, Random random) {
        ByteBuffer plane = ByteBuffer.allocateDirect(size);
        for (int i = 0; i < size; i++) {
            double wave = 110 * Math.sin(i % ROW_STRIDE / 90.0) * Math.cos(i / ROW_STRIDE / 70.0);
            plane.put((byte) (middle + contrast * (wave + 12 * random.nextGaussian())));
        }
        plane.rewind();
        return plane;
    }

    /** A frame to the network's input. */
    @Benchmark
    public ByteBuffer yuvToTensor() {
        frame.set(luma, ROW_STRIDE, u, v, ROW_STRIDE, 2, WIDTH, HEIGHT);
        converter.convert(frame, framing, tensor);
        return tensor;
    }

    /** The network's output to pixels to lay over the preview. */
    @Benchmark
    public int[] mapToOverlay() {
        map.heatMap(overlay);
        return overlay;
    }

    /** Both: the target is 4 ms or less. */
    @Benchmark
    public int[] yuvToTensorAndMapToOverlay() {
        yuvToTensor();
        return mapToOverlay();
    }
}
