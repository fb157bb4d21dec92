package org.dbdmobile;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertSame;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.Test;
import org.tensorflow.lite.Delegate;

/** The detector around its engine; the engine itself runs in NativeInferenceTest. */
public class BlurDetectorTest {
    /** Says of every place that it is as blurred as the photo's first byte. */
    private static final class FakeEngine implements Engine {
        int closed;
        boolean isFailing;

        @Override
        public void run(ByteBuffer input, ByteBuffer output) {
            if (isFailing) {
                throw new DbdException.Backend("It failed.", null);
            }
            for (int i = 0; i < output.capacity(); i++) {
                output.put(i, input.get(0));
            }
        }

        @Override
        public String fallbackReason() {
            return null;
        }

        @Override
        public void close() {
            closed++;
        }
    }

    /** Makes no delegate, or throws as an app's own may where its native library is missing. */
    private static final class FakeAccelerator implements Accelerator {
        private final Error thrown;

        FakeAccelerator(Error thrown) {
            this.thrown = thrown;
        }

        @Override
        public String name() {
            return "fake";
        }

        @Override
        public Delegate create() {
            if (thrown != null) {
                throw thrown;
            }
            return null;
        }
    }

    private final BlurModel model =
            BlurModel.read(
                    new ByteArrayInputStream(
                            Golden.bytes("tests/runtime/data/tiny_int8.tflite")),
                    "tiny",
                    null);
    private final FakeEngine engine = new FakeEngine();
    private final DetectorOptions options = DetectorOptions.defaults();
    private final BlurDetector detector = new BlurDetector(model, null, options, engine);
    private final BlurMap map = detector.newMap();

    @Test
    public void detect_turnedFrame_fillsTheMapOfTheUprightPhoto() {
        detector.detect(plain(200, 64, 40), Framing.upright(90, false), map);
        assertEquals(40, map.photoWidth());
        assertEquals(64, map.photoHeight());
        assertEquals(200 / 255f, map.probability(23, 15), 1e-6);
    }

    @Test
    public void detect_crop_fillsTheMapOfTheCrop() {
        detector.detect(plain(10, 64, 40), Framing.WHOLE.crop(3, 5, 20, 30), map);
        assertEquals(20, map.photoWidth());
        assertEquals(30, map.photoHeight());
    }

    @Test
    public void detect_failure_leavesTheMapAsItWas() {
        detector.detect(plain(200, 64, 40), Framing.WHOLE, map);
        engine.isFailing = true;
        assertThrows(
                DbdException.Backend.class,
                () -> detector.detect(plain(0, 8, 8), Framing.WHOLE, map));
        assertEquals(64, map.photoWidth());
        assertEquals(200 / 255f, map.probability(0, 0), 1e-6);
    }

    @Test
    public void detectRgb_bufferOfTheInputsSize_fillsTheMap() {
        ByteBuffer photo = ByteBuffer.allocate(48 * 32 * 3);
        photo.put(0, (byte) 64);
        detector.detectRgb(photo, map);
        assertEquals(64 / 255f, map.probability(5, 5), 1e-6);
        assertEquals(48, map.photoWidth());
        assertEquals(0, photo.position());
    }

    @Test
    public void detectRgb_bufferOfAnotherSize_throwsArgument() {
        for (int size : new int[] {0, 48 * 32 * 3 - 1, 48 * 32 * 3 + 1}) {
            DbdException.Argument error =
                    assertThrows(
                            DbdException.Argument.class,
                            () -> detector.detectRgb(ByteBuffer.allocate(size), map));
            assertTrue(error.getMessage().contains("takes 4608 bytes"));
        }
    }

    @Test
    public void detect_mapOfAnotherModel_throwsArgument() {
        BlurMap other = new BlurMap(new ModelFacts(8, 8, 8, 8, 1 / 256f, 0));
        assertThrows(
                DbdException.Argument.class,
                () -> detector.detect(plain(0, 8, 8), Framing.WHOLE, other));
    }

    @Test
    public void detect_afterClose_throwsClosed() {
        detector.close();
        detector.close();
        assertEquals(1, engine.closed);
        DbdException.Closed error =
                assertThrows(
                        DbdException.Closed.class,
                        () -> detector.detect(plain(0, 8, 8), Framing.WHOLE, map));
        assertEquals("This BlurDetector was closed: open a new one.", error.getMessage());
        assertThrows(
                DbdException.Closed.class,
                () -> detector.detectRgb(ByteBuffer.allocate(4608), map));
    }

    @Test
    public void options_changed_areNewOptions() {
        Accelerator fake = new FakeAccelerator(null);
        DetectorOptions changed = options.withThreads(3).withXnnpack(false).withAccelerator(fake);
        assertEquals(3, changed.threads());
        assertTrue(!changed.usesXnnpack());
        assertSame(fake, changed.accelerator());
        assertTrue(options.usesXnnpack());
        assertTrue(options.threads() >= 1 && options.threads() <= 4);
        assertThrows(DbdException.Argument.class, () -> options.withThreads(0));
        assertThrows(DbdException.Argument.class, () -> options.withThreads(257));
    }

    @Test
    public void gpuAccelerator_withoutTheDependency_throwsBackend() {
        DbdException.Backend error =
                assertThrows(DbdException.Backend.class, () -> new GpuAccelerator().create());
        assertTrue(error.getMessage().contains("add the dependencies litert-gpu and litert-gpu-api"));
    }

    @Test
    public void gpuAccelerator_ofAnotherKind_throwsBackend() {
        for (String other : new String[] {"java.lang.String", "java.lang.Integer"}) {
            assertThrows(DbdException.Backend.class, () -> gpu(other, Supported.class).create());
            assertThrows(
                    DbdException.Backend.class,
                    () -> new GpuAccelerator(RefusingDelegate.class.getName(), other).create());
        }
    }

    @Test
    public void gpuAccelerator_deviceThatRefuses_throwsBackend() {
        DbdException.Backend error =
                assertThrows(
                        DbdException.Backend.class,
                        () -> gpu(RefusingDelegate.class.getName(), Supported.class).create());
        assertTrue(error.getMessage().contains("no GPU here"));
        assertNotNull(error.getCause());
    }

    @Test
    public void gpuAccelerator_deviceThatIsNotKnownToWork_isNotTried() {
        Unsupported.closed = 0;
        DbdException.Backend error =
                assertThrows(
                        DbdException.Backend.class,
                        () -> gpu(RefusingDelegate.class.getName(), Unsupported.class).create());
        assertTrue(error.getMessage(), error.getMessage().contains("not one that"));
        assertEquals(1, Unsupported.closed);
    }

    private static GpuAccelerator gpu(String delegate, Class<?> compatibility) {
        return new GpuAccelerator(delegate, compatibility.getName());
    }

    /** As the delegate's list says it of a device whose GPU works. */
    public static class Supported implements Closeable {
        /** Made by name. */
        public Supported() {}

        /** As it is called there. */
        public boolean isDelegateSupportedOnThisDevice() {
            return true;
        }

        @Override
        public void close() {}
    }

    /** And of another one. */
    public static final class Unsupported extends Supported {
        static int closed;

        /** Made by name. */
        public Unsupported() {}

        @Override
        public boolean isDelegateSupportedOnThisDevice() {
            return false;
        }

        @Override
        public void close() {
            closed++;
        }
    }

    @Test
    public void open_acceleratorWithoutADelegate_throwsBackend() {
        assertThrows(
                DbdException.Backend.class,
                () -> BlurDetector.open(model, options.withAccelerator(new FakeAccelerator(null))));
    }

    @Test
    public void open_acceleratorWithoutItsLibrary_throwsBackend() {
        Accelerator unlinked = new FakeAccelerator(new UnsatisfiedLinkError("no npu in path"));
        DbdException error =
                assertThrows(
                        DbdException.Backend.class,
                        () -> BlurDetector.open(model, options.withAccelerator(unlinked)));
        assertEquals(
                "The accelerator fake cannot be made: no npu in path.", error.getMessage());
    }

    /** As the GPU delegate does on a device without one. */
    public static final class RefusingDelegate implements Delegate {
        /** Refuses. */
        public RefusingDelegate() {
            throw new UnsupportedOperationException("no GPU here");
        }

        @Override
        public long getNativeHandle() {
            return 0;
        }

        @Override
        public void close() {}
    }

    private static Frame plain(int value, int width, int height) {
        byte[] pixels = new byte[width * height * 3];
        Arrays.fill(pixels, (byte) value);
        return new RgbFrame().set(ByteBuffer.wrap(pixels), width, height, width * 3, 3);
    }
}
