package org.dbdmobile;

import static org.junit.Assert.assertEquals;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import org.junit.Test;

/** What a camera app calls for every frame allocates nothing, counted by the JVM itself. */
public class NoGarbageTest {
    private static final int FRAMES = 50;

    @Test
    public void framesInSteadyState_allocateNothing() {
        int width = 320;
        int height = 240;
        ByteBuffer y = ByteBuffer.allocateDirect(width * height);
        ByteBuffer u = ByteBuffer.allocateDirect(width * height / 2);
        ByteBuffer v = u.duplicate();
        ByteBuffer rgba = ByteBuffer.allocateDirect(width * height * 4);
        YuvFrame yuv = new YuvFrame();
        RgbFrame rgb = new RgbFrame();
        Framing framing = Framing.upright(90, true).crop(11, 7, 233, 201);
        FrameConverter fromYuv = new FrameConverter(64, 64);
        FrameConverter fromRgb = new FrameConverter(64, 64);
        ByteBuffer tensor = ByteBuffer.allocateDirect(64 * 64 * 3);
        BlurMap map = new BlurMap(new ModelFacts(64, 64, 64, 64, 1 / 256f, 0));
        ByteBuffer raw = ByteBuffer.allocateDirect(64 * 64);
        byte[] photo = new byte[64 * 64 * 3];
        byte[] mask = new byte[64 * 64];
        int[] pixels = new int[64 * 64];
        Runnable frame =
                () -> {
                    yuv.set(y, width, u, v, width, 2, width, height);
                    fromYuv.convert(yuv, framing, tensor);
                    rgb.set(rgba, width, height, width * 4, 4);
                    fromRgb.convert(rgb, Framing.WHOLE, tensor);
                    map.fill(raw, photo, width, height);
                    map.mask(0.5f, mask);
                    map.heatMap(pixels);
                    map.focusPeaking(48, pixels);
                    map.sharpness(10, 10, 100, 100);
                    map.isInFocus(10, 10, 100, 100);
                    map.blurredFraction();
                };
        assertEquals(0, allocatedBy(frame));
    }

    /**
     * Bytes that this thread allocates for {@link #FRAMES} runs: the least of several rounds, as the
     * JVM itself allocates a little while it still compiles.
     */
    public static long allocatedBy(Runnable frame) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long thread = Thread.currentThread().getId();
        long least = Long.MAX_VALUE;
        for (int round = 0; round < 6; round++) {
            long before = threads.getThreadAllocatedBytes(thread);
            for (int i = 0; i < FRAMES; i++) {
                frame.run();
            }
            least = Math.min(least, threads.getThreadAllocatedBytes(thread) - before);
        }
        return least;
    }
}
