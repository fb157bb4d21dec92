package org.dbdmobile;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.Assume;
import org.junit.Test;
import org.tensorflow.lite.Delegate;

/**
 * The library over TensorFlow Lite's own native library for Android, loaded into this JVM. Anything
 * but an answer or a {@link DbdException} would end the JVM, and with it the test run.
 */
public class NativeInferenceTest {
    private static final String TINY = "tests/runtime/data/tiny_int8.tflite";
    private static final String LITE = "dbd_mobile/models/lite/model.tflite";

    /** Percent of the repetitions to do: fewer where an emulator makes each one slow. */
    private static final int EFFORT = Integer.getInteger("dbd.effort", 100);

    private final DetectorOptions one = DetectorOptions.defaults().withThreads(1);

    @Test
    public void detect_darkAndBrightHalves_findsTheBrightOneBlurred() {
        // What the tiny model was made to say: see make_tiny_model.py.
        byte[] pixels = new byte[48 * 32 * 3];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) (i / 3 % 48 < 24 ? 0 : 255);
        }
        try (BlurDetector detector = BlurDetector.open(model(TINY), one)) {
            BlurMap map = detector.newMap();
            RgbFrame frame = new RgbFrame().set(ByteBuffer.wrap(pixels), 48, 32, 144, 3);
            detector.detect(frame, Framing.WHOLE, map);
            assertTrue(map.probability(2, 8) < 0.02);
            assertTrue(map.probability(21, 8) > 0.98);
            detector.detect(frame, Framing.upright(0, true), map);
            assertTrue(map.probability(2, 8) > 0.98);
            assertTrue(map.isInFocus(24, 0, 48, 32));
        }
    }

    @Test
    public void detect_anyThreadsAndKernels_agree() {
        ByteBuffer photo = noise(320 * 320 * 3, 1);
        byte[] expected = valuesOf(LITE, one, photo);
        for (int threads = 2; threads <= 4; threads++) {
            assertArrayEquals(expected, valuesOf(LITE, one.withThreads(threads), photo));
        }
        ByteBuffer small = noise(48 * 32 * 3, 2);
        byte[] withXnnpack = valuesOf(TINY, one, small);
        byte[] without = valuesOf(TINY, one.withXnnpack(false), small);
        for (int i = 0; i < without.length; i++) {
            // Kernel families round differently.
            assertEquals(withXnnpack[i] & 0xFF, without[i] & 0xFF, 2);
        }
    }

    @Test
    public void detect_acceleratorThatIsRefused_runsOnTheCpuIfThatIsWanted() throws IOException {
        File sentinel = new File(Files.createTempDirectory("dbd").toFile(), "gpu");
        DetectorOptions options =
                one.withAccelerator(new GpuAccelerator()).withCpuFallback(sentinel);
        assertThrows(
                DbdException.Backend.class,
                () -> BlurDetector.open(model(TINY), one.withAccelerator(new GpuAccelerator())));
        ByteBuffer photo = noise(48 * 32 * 3, 2);
        try (BlurDetector detector = BlurDetector.open(model(TINY), options)) {
            assertTrue(detector.fallbackReason().contains("litert-gpu"));
            BlurMap map = detector.newMap();
            detector.detectRgb(photo, map);
            byte[] values = new byte[map.width() * map.height()];
            map.copyValues(values);
            assertArrayEquals(valuesOf(TINY, one, photo), values);
        }
        try (BlurDetector detector = BlurDetector.open(model(TINY), one)) {
            assertNull(detector.fallbackReason());
        }
    }

    @Test
    public void detect_severalThreadsOnOneDetector_takeTurns() throws Exception {
        try (BlurDetector detector = BlurDetector.open(model(TINY), one)) {
            inParallel(4, seed -> checkAlone(detector, seed));
        }
    }

    @Test
    public void detect_severalDetectorsOfOneModel_doNotDisturbEachOther() throws Exception {
        BlurModel shared = model(TINY);
        inParallel(
                4,
                seed -> {
                    try (BlurDetector detector =
                            BlurDetector.open(shared, one.withThreads(1 + seed % 2))) {
                        checkAlone(detector, seed);
                    }
                });
    }

    @Test
    public void close_whileOthersDetect_givesAnswersOrClosed() throws Exception {
        for (int round = 0; round < times(20); round++) {
            BlurDetector detector = BlurDetector.open(model(TINY), one);
            inParallel(
                    4,
                    seed -> {
                        BlurMap map = detector.newMap();
                        ByteBuffer photo = noise(48 * 32 * 3, seed);
                        try {
                            for (int i = 0; i < 200; i++) {
                                if (seed == 0 && i == 50) {
                                    detector.close();
                                }
                                detector.detectRgb(photo, map);
                            }
                        } catch (DbdException.Closed expected) {
                            // One of the four closed it.
                        }
                    });
        }
    }

    @Test
    public void openAndClose_again_keepsMemoryFlat() throws IOException {
        BlurModel lite = model(LITE);
        ByteBuffer photo = noise(320 * 320 * 3, 3);
        long before = 0;
        int warmUp = times(40);
        for (int i = 0; i < 3 * warmUp; i++) {
            if (i == warmUp) {
                before = residentBytes();
            }
            try (BlurDetector detector = BlurDetector.open(lite, one)) {
                if (i % 10 == 0) {
                    detector.detectRgb(photo, detector.newMap());
                }
            }
        }
        // An interpreter that stayed would take about ten each time.
        assertGrewBy(before, 40);
    }

    @Test
    public void detect_thousandsOfTimes_keepsMemoryFlat() throws IOException {
        String path = System.getProperty("dbd.model", TINY);
        try (BlurDetector detector = BlurDetector.open(model(path), one.withThreads(2))) {
            ModelFacts facts = detector.model().facts();
            BlurMap map = detector.newMap();
            ByteBuffer photo = noise(facts.inputWidth() * facts.inputHeight() * 3, 4);
            long before = 0;
            int warmUp = times(1000);
            for (int i = 0; i < 6 * warmUp; i++) {
                if (i == warmUp) {
                    before = residentBytes();
                }
                detector.detectRgb(photo, map);
            }
            // 2.5 kB that stayed in each run would take as much; the photo alone has 4.6 kB.
            assertGrewBy(before, 12);
        }
    }

    @Test
    public void detect_again_allocatesNextToNothing() {
        try (BlurDetector detector = BlurDetector.open(model(TINY), one)) {
            BlurMap map = detector.newMap();
            RgbFrame frame = new RgbFrame().set(noise(640 * 480 * 3, 5), 640, 480, 1920, 3);
            Framing framing = Framing.upright(90, false);
            long bytes = NoGarbageTest.allocatedBy(() -> detector.detect(frame, framing, map));
            // An iterator or so of TensorFlow Lite's own; nothing of the size of an image.
            assertTrue("50 frames allocated " + bytes + " bytes", bytes <= 50 * 500);
        }
    }

    @Test
    public void open_damagedModel_throwsModelOrRuns() {
        byte[] whole = Golden.bytes(LITE);
        Random random = new Random(8);
        ByteBuffer photo = noise(320 * 320 * 3, 6);
        int refused = 0;
        int tries = times(150);
        for (int i = 0; i < tries; i++) {
            byte[] damaged = whole.clone();
            // Offsets and tables lie at the start and the end of the file, the weights between.
            int start = random.nextBoolean() ? 0 : damaged.length - 60_000;
            for (int k = random.nextInt(8); k >= 0; k--) {
                damaged[start + random.nextInt(60_000)] = (byte) random.nextInt();
            }
            try (BlurDetector detector = BlurDetector.open(model("damaged", damaged), one)) {
                detector.detectRgb(photo, detector.newMap());
            } catch (DbdException.Model | DbdException.Backend expected) {
                refused++;
            }
        }
        assertTrue("refused " + refused + " of " + tries, tries < 50 || refused > tries / 8);
    }

    @Test
    public void open_acceleratorThatFails_throwsBackend() {
        Accelerator failing =
                new Accelerator() {
                    @Override
                    public String name() {
                        return "failing";
                    }

                    @Override
                    public Delegate create() {
                        throw new DbdException.Backend("No such chip.", null);
                    }
                };
        DbdException.Backend error =
                assertThrows(
                        DbdException.Backend.class,
                        () -> BlurDetector.open(model(TINY), one.withAccelerator(failing)));
        assertEquals("No such chip.", error.getMessage());
    }

    @Test
    public void open_acceleratorWithoutAHandle_throwsBackendAndClosesIt() {
        int[] closed = new int[1];
        Accelerator empty =
                new Accelerator() {
                    @Override
                    public String name() {
                        return "empty";
                    }

                    @Override
                    public Delegate create() {
                        return new Delegate() {
                            @Override
                            public long getNativeHandle() {
                                throw new IllegalStateException("no handle");
                            }

                            @Override
                            public void close() {
                                closed[0]++;
                            }
                        };
                    }
                };
        DbdException.Backend error =
                assertThrows(
                        DbdException.Backend.class,
                        () -> BlurDetector.open(model(TINY), one.withAccelerator(empty)));
        assertTrue(error.getMessage(), error.getMessage().contains("empty cannot run the model"));
        assertEquals(1, closed[0]);
    }

    private static int times(int whole) {
        return Math.max(1, whole * EFFORT / 100);
    }

    private interface Work {
        void run(int seed) throws Exception;
    }

    private static void inParallel(int threads, Work work) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Callable<Void>> calls = new ArrayList<>();
            for (int seed = 0; seed < threads; seed++) {
                int own = seed;
                calls.add(
                        () -> {
                            work.run(own);
                            return null;
                        });
            }
            for (Future<Void> done : pool.invokeAll(calls)) {
                done.get();
            }
        } finally {
            pool.shutdownNow();
        }
    }

    /** The same photo gives the same map every time, whatever other threads do. */
    private static void checkAlone(BlurDetector detector, int seed) {
        ByteBuffer photo = noise(48 * 32 * 3, 100 + seed);
        BlurMap map = detector.newMap();
        byte[] first = new byte[24 * 16];
        byte[] again = new byte[24 * 16];
        detector.detectRgb(photo, map);
        map.copyValues(first);
        for (int i = 0; i < times(300); i++) {
            detector.detectRgb(photo, map);
            map.copyValues(again);
            assertArrayEquals(first, again);
        }
    }

    private static byte[] valuesOf(String path, DetectorOptions options, ByteBuffer photo) {
        try (BlurDetector detector = BlurDetector.open(model(path), options)) {
            BlurMap map = detector.newMap();
            detector.detectRgb(photo, map);
            byte[] values = new byte[map.width() * map.height()];
            map.copyValues(values);
            return values;
        }
    }

    private static BlurModel model(String path) {
        return model(path, Golden.bytes(path));
    }

    private static BlurModel model(String name, byte[] content) {
        return BlurModel.read(new ByteArrayInputStream(content), name, null);
    }

    private static ByteBuffer noise(int size, int seed) {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        return Golden.direct(bytes);
    }

    private static void assertGrewBy(long before, int mebibytes) throws IOException {
        long grown = residentBytes() - before;
        assertTrue("grew by " + grown + " bytes", grown < (long) mebibytes << 20);
    }

    /** Memory in use; the heap is constant, the build has the JVM take all of it at its start. */
    private static long residentBytes() throws IOException {
        // An emulated root has no such file.
        Assume.assumeTrue(Files.exists(Paths.get("/proc/self/statm")));
        for (int i = 0; i < 2; i++) {
            // What direct buffers held is freed by a thread of the JVM, after a collection.
            System.gc();
            try {
                Thread.sleep(200);
            } catch (InterruptedException error) {
                throw new AssertionError(error);
            }
        }
        String pages =
                new String(
                        Files.readAllBytes(Paths.get("/proc/self/statm")),
                        StandardCharsets.US_ASCII);
        return Long.parseLong(pages.split(" ")[1]) * 4096;
    }
}
