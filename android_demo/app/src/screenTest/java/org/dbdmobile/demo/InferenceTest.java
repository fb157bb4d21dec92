package org.dbdmobile.demo;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotEquals;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;

import android.graphics.Bitmap;
import android.graphics.ImageFormat;
import android.media.Image;
import android.media.ImageReader;
import android.util.Log;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.dbdmobile.BlurModel;
import org.dbdmobile.Focus;
import org.dbdmobile.Framing;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.robolectric.RuntimeEnvironment;
import org.robolectric.annotation.Config;
import org.robolectric.annotation.GraphicsMode;
import org.robolectric.annotation.Implementation;
import org.robolectric.annotation.Implements;
import org.robolectric.shadow.api.Shadow;
import org.robolectric.shadows.ShadowLog;
import org.robolectric.util.ReflectionHelpers;

/** The inference thread, with fake images of a camera and TensorFlow Lite's own native code. */
@RunWith(ScreenRunner.class)
@Config(sdk = 34, shadows = {InferenceTest.FakeReader.class, InferenceTest.FakeImage.class})
@GraphicsMode(GraphicsMode.Mode.NATIVE)
public class InferenceTest implements Inference.Listener {
    private static final int WIDTH = 128;
    private static final int HEIGHT = 96;

    /** Hands out what a test has put there. */
    @Implements(ImageReader.class)
    public static final class FakeReader {
        static Image next;
        static RuntimeException refusal;

        @Implementation
        protected Image acquireLatestImage() {
            if (refusal != null) {
                throw refusal;
            }
            Image image = next;
            next = null;
            return image;
        }
    }

    /** A camera's image: grey, its brightness rising from left to right. */
    @Implements(className = "android.media.ImageReader$SurfaceImage", isInAndroidSdk = false)
    public static final class FakeImage {
        static int closed;
        static int format = ImageFormat.YUV_420_888;

        @Implementation
        protected int getFormat() {
            return format;
        }

        @Implementation
        protected int getWidth() {
            return WIDTH;
        }

        @Implementation
        protected int getHeight() {
            return HEIGHT;
        }

        @Implementation
        protected Image.Plane[] getPlanes() {
            ByteBuffer luma = ByteBuffer.allocateDirect(WIDTH * HEIGHT);
            for (int i = 0; i < luma.capacity(); i++) {
                luma.put(i, (byte) (i % WIDTH * 2));
            }
            byte[] grey = new byte[WIDTH * HEIGHT / 4];
            Arrays.fill(grey, (byte) 128);
            return new Image.Plane[] {
                plane(luma, WIDTH),
                plane(ByteBuffer.wrap(grey), WIDTH / 2),
                plane(ByteBuffer.wrap(grey), WIDTH / 2)
            };
        }

        private static Image.Plane plane(ByteBuffer bytes, int rowStride) {
            return new Image.Plane() {
                @Override
                public int getRowStride() {
                    return rowStride;
                }

                @Override
                public int getPixelStride() {
                    return 1;
                }

                @Override
                public ByteBuffer getBuffer() {
                    return bytes;
                }
            };
        }

        // Android closes it once more when it is collected.
        private boolean isClosed;

        @Implementation
        protected void close() {
            closed += isClosed ? 0 : 1;
            isClosed = true;
        }
    }

    private final Models models = new Models(RuntimeEnvironment.getApplication().getAssets());
    private final DemoSettings settings =
            new DemoSettings(models.ids().get(0), 1, Kernels.XNNPACK);
    private final ImageReader reader = Shadow.newInstanceOf(ImageReader.class);
    private final List<String> results = Collections.synchronizedList(new ArrayList<>());
    private final List<Focus> focuses = new ArrayList<>();
    private final List<Bitmap> stills = Collections.synchronizedList(new ArrayList<>());
    private final List<String> fallbacks = Collections.synchronizedList(new ArrayList<>());
    private final List<Failure> failures = Collections.synchronizedList(new ArrayList<>());
    private final File gpuTrial =
            new SettingsStore(RuntimeEnvironment.getApplication()).gpuTrial();
    private Inference inference;

    @Before
    public void start() {
        FakeImage.closed = 0;
        FakeReader.refusal = null;
        FakeImage.format = ImageFormat.YUV_420_888;
        inference = new Inference(models, gpuTrial, this);
    }

    @After
    public void quit() {
        inference.quit();
    }

    @Override
    public void onResult(LiveBlur live) {
        results.add(
                live.map().photoWidth() + "x" + live.map().photoHeight() + " on "
                        + Thread.currentThread().getName());
        focuses.add(live.focus());
    }

    @Override
    public void onStill(Bitmap still) {
        stills.add(still);
    }

    @Override
    public void onStillFailure(Failure failure) {
        failures.add(failure);
    }

    @Override
    public void onFallback(String reason) {
        fallbacks.add(reason);
    }

    @Override
    public void onFailure(Failure failure) {
        failures.add(failure);
    }

    private static Image image() {
        String name = "android.media.ImageReader$SurfaceImage";
        ClassLoader loader = ImageReader.class.getClassLoader();
        return (Image) Shadow.newInstanceOf(ReflectionHelpers.loadClass(loader, name));
    }

    /** A camera's frame comes; returns when it was looked at. */
    private void frame() throws Exception {
        boolean[] isDone = new boolean[1];
        inference
                .handler()
                .post(
                        () -> {
                            FakeReader.next = FakeReader.refusal == null ? image() : null;
                            inference.onImageAvailable(reader);
                            isDone[0] = true;
                        });
        Screen.await(() -> isDone[0]);
        assertNull("the newest image was taken", FakeReader.next);
    }

    @Test
    public void frames_areLookedAtOnTheInferenceThread_andClosed() throws Exception {
        inference.open(settings);
        inference.setFraming(Framing.upright(90, false));
        frame();
        inference.setFraming(Framing.upright(0, false));
        frame();
        assertEquals(Arrays.asList("96x128 on inference", "128x96 on inference"), results);
        assertEquals(2, FakeImage.closed);
        assertTrue(failures.isEmpty());
    }

    @Test
    public void subject_isJudgedInEachFrameAsLongAsThereIsOne() throws Exception {
        inference.open(settings);
        inference.setFraming(Framing.upright(90, false));
        frame();
        Subject subject = new Subject(0.5f, 0.9f);
        inference.setSubject(subject);
        frame();
        inference.setSubject(null);
        frame();
        assertNull(focuses.get(0));
        Focus focus = focuses.get(1);
        assertEquals(subject.left(HEIGHT, WIDTH), focus.left());
        assertEquals(subject.top(HEIGHT, WIDTH), focus.top());
        assertEquals(HEIGHT, focus.photoWidth());
        assertNull(focuses.get(2));
        assertEquals(3, FakeImage.closed);
    }

    @Test
    public void framesWithoutADetector_areClosedToo() throws Exception {
        frame();
        inference.open(settings);
        frame();
        inference.close();
        frame();
        assertEquals(1, results.size());
        assertEquals(3, FakeImage.closed);
    }

    @Test
    public void still_isTheNextFrameUpright() throws Exception {
        inference.open(settings);
        inference.setFraming(Framing.upright(90, false));
        inference.takeStill();
        frame();
        frame();
        assertEquals(1, stills.size());
        Bitmap still = stills.get(0);
        assertEquals(HEIGHT, still.getWidth());
        assertEquals(WIDTH, still.getHeight());
        // Dark on the frame's left, which is up after a quarter turn.
        assertTrue((still.getPixel(5, 2) & 0xFF) < 16);
        assertTrue((still.getPixel(5, WIDTH - 2) & 0xFF) > 240);
        assertNotEquals(0, still.getPixel(0, 0) >>> 24);
    }

    @Test
    public void stillThatIsNoLongerWanted_isNotMade() throws Exception {
        inference.open(settings);
        inference.takeStill();
        inference.dropStill();
        frame();
        assertEquals(1, results.size());
        assertTrue(stills.isEmpty());
    }

    @Test
    public void frameOfAForeignKind_isPassedOver() throws Exception {
        inference.open(settings);
        FakeImage.format = ImageFormat.JPEG;
        frame();
        FakeImage.format = ImageFormat.YUV_420_888;
        frame();
        assertEquals(1, results.size());
        assertEquals(2, FakeImage.closed);
        assertTrue(failures.isEmpty());
    }

    @Test
    public void framesOfAForeignKind_oneAfterTheOther_areSaidOnce() throws Exception {
        inference.open(settings);
        FakeImage.format = ImageFormat.JPEG;
        for (int i = 0; i < 70; i++) {
            frame();
        }
        assertEquals(1, failures.size());
        assertEquals(R.string.picture_refused, failures.get(0).message);
        assertEquals(70, FakeImage.closed);
        long lines =
                ShadowLog.getLogsForTag("dbd-mobile").stream()
                        .filter(line -> line.type >= Log.WARN)
                        .count();
        assertEquals("no line a frame", 2, lines);
    }

    @Test
    public void readerThatThrows_isBorneForAWhile_thenSaidOnce() throws Exception {
        inference.open(settings);
        FakeReader.refusal = new IllegalStateException("maxImages (2) has already been acquired");
        frame();
        FakeReader.refusal = null;
        frame();
        assertEquals(1, results.size());
        FakeReader.refusal = new UnsupportedOperationException("no images for apps");
        for (int i = 0; i < 70; i++) {
            frame();
        }
        assertEquals(1, failures.size());
        assertEquals(R.string.picture_refused, failures.get(0).message);
        assertEquals("no images for apps", failures.get(0).detail);
    }

    @Test
    public void gpuThatIsNotThere_isSaidOnce_andTheCpuLooks() throws Exception {
        inference.open(new DemoSettings(settings.model, 1, Kernels.GPU));
        frame();
        frame();
        assertEquals(2, results.size());
        assertEquals(1, fallbacks.size());
        assertTrue(fallbacks.get(0), fallbacks.get(0).contains("litert-gpu"));
        assertTrue(failures.isEmpty());
        assertFalse(gpuTrial.exists());
    }

    @Test
    public void gpuThatEndedTheApp_isNotTriedAgain() throws Exception {
        assertTrue(gpuTrial.createNewFile());
        inference.open(new DemoSettings(settings.model, 1, Kernels.GPU));
        frame();
        assertEquals(1, results.size());
        assertTrue(fallbacks.get(0), fallbacks.get(0).startsWith("The app ended when"));
    }

    @Test
    public void modelThatIsRefused_isSaidOnce() throws Exception {
        BlurModel.Assets damaged =
                path ->
                        path.endsWith("card.json")
                                ? models.open(path)
                                : new ByteArrayInputStream(new byte[100]);
        inference.quit();
        inference = new Inference(damaged, gpuTrial, this);
        inference.open(settings);
        frame();
        frame();
        assertEquals(1, failures.size());
        assertEquals(R.string.model_refused, failures.get(0).message);
        assertEquals(2, FakeImage.closed);
    }
}
