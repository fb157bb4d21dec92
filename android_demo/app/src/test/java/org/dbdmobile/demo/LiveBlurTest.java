package org.dbdmobile.demo;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.Arrays;
import org.dbdmobile.BlurDetector;
import org.dbdmobile.BlurMap;
import org.dbdmobile.BlurModel;
import org.dbdmobile.DetailModel;
import org.dbdmobile.Focus;
import org.dbdmobile.Framing;
import org.dbdmobile.NoGarbageTest;
import org.dbdmobile.Region;
import org.dbdmobile.RgbFrame;
import org.dbdmobile.Strictness;
import org.dbdmobile.YuvFrame;
import org.junit.After;
import org.junit.Test;

/**
 * The frame's way, with TensorFlow Lite's own native code: verdicts with tiny models, to which bright is
 * blurred and red is the radius of blur (see make_tiny_model.py), the rest with a bundled one.
 */
public class LiveBlurTest {
    private static final Path ROOT = Paths.get(System.getProperty("dbd.root"));
    private static final Path TINY = ROOT.resolve("tests/runtime/data/tiny_int8.tflite");
    private static final Path TINY_DETAIL = ROOT.resolve("tests/runtime/data/tiny_detail.tflite");
    private static final Subject LEFT = new Subject(0.2f, 0.5f);
    private static final Subject RIGHT = new Subject(0.8f, 0.5f);
    private static final int WIDTH = 192;
    private static final int HEIGHT = 128;
    // To the tiny models: sharp, blurred by 4 pixels, bright and without texture.
    private static final int BLACK = 0x000000;
    private static final int RED = 0x7F0000;
    private static final int WHITE = 0xFFFFFF;

    private final LiveBlur live = new LiveBlur(open(TINY));
    private final RgbFrame frame = halves(BLACK, RED);

    private static Path bundled() {
        Path models = ROOT.resolve("dbd_mobile/models");
        Path packed = Paths.get("org.dbdmobile");
        BlurModel.Assets assets =
                path -> Files.newInputStream(models.resolve(packed.relativize(Paths.get(path))));
        String[] ids = models.toFile().list();
        Arrays.sort(ids);
        for (String id : ids) {
            if (BlurModel.isBundled(assets, id)) {
                return models.resolve(id).resolve("model.tflite");
            }
        }
        throw new AssertionError("no model");
    }

    private static BlurDetector open(Path file) {
        try (InputStream model = Files.newInputStream(file);
                InputStream detail = Files.newInputStream(TINY_DETAIL)) {
            return BlurDetector.open(
                    BlurModel.read(model, file.toString(), null),
                    DetailModel.read(detail, "detail", null),
                    Kernels.XNNPACK.options(1));
        } catch (IOException error) {
            throw new AssertionError(error);
        }
    }

    private static RgbFrame halves(int left, int right) {
        byte[] pixels = new byte[WIDTH * HEIGHT * 3];
        for (int i = 0; i < pixels.length; i += 3) {
            int color = i / 3 % WIDTH < WIDTH / 2 ? left : right;
            pixels[i] = (byte) (color >> 16);
            pixels[i + 1] = (byte) (color >> 8);
            pixels[i + 2] = (byte) color;
        }
        return new RgbFrame().set(ByteBuffer.wrap(pixels), WIDTH, HEIGHT, WIDTH * 3, 3);
    }

    @After
    public void close() {
        live.close();
    }

    @Test
    public void subject_onEitherSide_getsItsVerdict() {
        live.look(frame, Framing.WHOLE, OverlayMode.HEAT_MAP, LEFT);
        assertEquals(Focus.Verdict.SHARP, live.focus().verdict());
        assertEquals(SubjectText.SHARP, SubjectText.of(live.focus()));
        live.look(frame, Framing.WHOLE, OverlayMode.HEAT_MAP, RIGHT);
        assertEquals(Focus.Verdict.BLURRED, live.focus().verdict());
        assertEquals(SubjectText.BLURRED, SubjectText.of(live.focus()));
        assertEquals(40, SubjectText.tenths(live.focus()), 1);
        assertEquals(RIGHT.left(WIDTH, HEIGHT), live.focus().left());
        live.look(frame, Framing.WHOLE, OverlayMode.HEAT_MAP, null);
        assertNull(live.focus());
        live.look(halves(WHITE, WHITE), Framing.WHOLE, OverlayMode.HEAT_MAP, RIGHT);
        assertEquals(SubjectText.UNDECIDABLE, SubjectText.of(live.focus()));
    }

    @Test
    public void judge_withoutASubject_findsIt() {
        RgbFrame darkOnTheLeft = halves(BLACK, WHITE);
        live.look(darkOnTheLeft, Framing.WHOLE, OverlayMode.HEAT_MAP, null);
        Focus focus = live.judge(darkOnTheLeft, Framing.WHOLE, null);
        assertTrue(focus.isSubjectFound());
        assertEquals(Focus.Verdict.SHARP, focus.verdict());
        assertEquals(WIDTH / 2, focus.right(), 16);
        assertNull("the frame's own verdict", live.focus());
    }

    @Test
    public void turnedFrame_isJudgedAsItIsSeen() {
        live.look(frame, Framing.upright(180, false), OverlayMode.HEAT_MAP, LEFT);
        assertEquals(Focus.Verdict.BLURRED, live.focus().verdict());
        live.look(frame, Framing.upright(90, false), OverlayMode.HEAT_MAP, LEFT);
        assertEquals(HEIGHT, live.focus().photoWidth());
        assertEquals(WIDTH, live.map().photoHeight());
    }

    @Test
    public void heatMapAndMask_showTheBrightSideBlurred() {
        int middle = live.map().height() / 2 * live.map().width();
        int left = middle + live.map().width() / 5;
        int right = middle + live.map().width() * 4 / 5;
        live.look(halves(BLACK, WHITE), Framing.WHOLE, OverlayMode.HEAT_MAP, null);
        assertTrue(live.pixels()[left] >>> 24 < live.pixels()[right] >>> 24);
        live.draw(OverlayMode.MASK);
        assertEquals(0, live.pixels()[left]);
        assertTrue(live.pixels()[right] >>> 24 > 128);
    }

    @Test
    public void everyMode_drawsWhatTheLibrarySays() {
        try (LiveBlur real = new LiveBlur(open(bundled()))) {
            real.look(frame, Framing.WHOLE, OverlayMode.HEAT_MAP, null);
            int[] expected = new int[real.pixels().length];
            byte[] mask = new byte[expected.length];
            real.map().heatMap(expected);
            assertArrayEquals(expected, real.pixels());
            real.draw(OverlayMode.FOCUS_PEAKING);
            real.map().focusPeaking(48, expected);
            assertArrayEquals(expected, real.pixels());
            real.draw(OverlayMode.MASK);
            real.map().mask(0.5f, mask);
            for (int i = 0; i < mask.length; i++) {
                assertEquals(mask[i] == 0, real.pixels()[i] == 0);
            }
        }
    }

    @Test
    public void framesInSteadyState_allocateNothingBesidesTensorFlowLite() {
        ByteBuffer y = ByteBuffer.allocateDirect(320 * 240);
        ByteBuffer u = ByteBuffer.allocateDirect(320 * 120);
        ByteBuffer v = u.duplicate();
        YuvFrame yuv = new YuvFrame();
        Framing framing = Framing.upright(90, false);
        Readout readout = new Readout("Sharp, %d px", '.');
        try (BlurDetector detector = open(TINY);
                LiveBlur peaking = new LiveBlur(open(bundled()))) {
            BlurMap map = detector.newMap();
            Region square = LEFT.square(240, 320);
            Runnable library =
                    () -> {
                        yuv.set(y, 320, u, v, 320, 2, 320, 240);
                        detector.detect(yuv, framing, map);
                        detector.judge(yuv, framing, square, Strictness.PIXEL);
                    };
            peaking.look(frame, Framing.WHOLE, OverlayMode.FOCUS_PEAKING, LEFT);
            Runnable app =
                    () -> {
                        yuv.set(y, 320, u, v, 320, 2, 320, 240);
                        live.look(yuv, framing, OverlayMode.HEAT_MAP, LEFT);
                        live.draw(OverlayMode.MASK);
                        peaking.draw(OverlayMode.FOCUS_PEAKING);
                        readout.setTenths(SubjectText.tenths(live.focus()));
                        readout.set(Math.round(live.milliseconds()));
                    };
            assertEquals(NoGarbageTest.allocatedBy(library), NoGarbageTest.allocatedBy(app));
        }
    }
}
