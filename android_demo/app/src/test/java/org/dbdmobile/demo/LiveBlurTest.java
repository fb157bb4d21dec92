package org.dbdmobile.demo;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.Arrays;
import org.dbdmobile.BlurDetector;
import org.dbdmobile.BlurMap;
import org.dbdmobile.BlurModel;
import org.dbdmobile.Framing;
import org.dbdmobile.NoGarbageTest;
import org.dbdmobile.RgbFrame;
import org.dbdmobile.YuvFrame;
import org.junit.After;
import org.junit.Test;

/**
 * The frame's way, with TensorFlow Lite's own native code: verdicts with a tiny model, to which bright
 * is blurred, the rest with a bundled one.
 */
public class LiveBlurTest {
    private static final Path ROOT = Paths.get(System.getProperty("dbd.root"));
    private static final Path TINY = ROOT.resolve("tests/runtime/data/tiny_int8.tflite");
    private static final Subject LEFT = new Subject(0.2f, 0.5f);
    private static final Subject RIGHT = new Subject(0.8f, 0.5f);

    private final LiveBlur live = new LiveBlur(open(TINY));
    private final RgbFrame frame = darkAndBright();

    private static Path bundled() {
        String[] ids = ROOT.resolve("dbd_mobile/models").toFile().list();
        Arrays.sort(ids);
        return ROOT.resolve("dbd_mobile/models").resolve(ids[0]).resolve("model.tflite");
    }

    private static BlurDetector open(Path file) {
        try {
            byte[] model = Files.readAllBytes(file);
            return BlurDetector.open(
                    BlurModel.read(new ByteArrayInputStream(model), file.toString(), null),
                    Kernels.XNNPACK.options(1));
        } catch (IOException error) {
            throw new AssertionError(error);
        }
    }

    private static RgbFrame darkAndBright() {
        byte[] pixels = new byte[96 * 64 * 3];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) (i / 3 % 96 < 48 ? 0 : 255);
        }
        return new RgbFrame().set(ByteBuffer.wrap(pixels), 96, 64, 96 * 3, 3);
    }

    @After
    public void close() {
        live.close();
    }

    @Test
    public void subject_onEitherSide_getsItsVerdict() {
        live.look(frame, Framing.WHOLE, OverlayMode.HEAT_MAP, LEFT);
        assertTrue(live.isInFocus());
        assertTrue(live.sharpnessPercent() > 90);
        live.look(frame, Framing.WHOLE, OverlayMode.HEAT_MAP, RIGHT);
        assertFalse(live.isInFocus());
        assertTrue(live.sharpnessPercent() < 10);
        live.look(frame, Framing.WHOLE, OverlayMode.HEAT_MAP, null);
        assertEquals(LiveBlur.NO_SUBJECT, live.sharpnessPercent());
    }

    @Test
    public void turnedFrame_isJudgedAsItIsSeen() {
        live.look(frame, Framing.upright(180, false), OverlayMode.HEAT_MAP, LEFT);
        assertFalse(live.isInFocus());
        live.look(frame, Framing.upright(90, false), OverlayMode.HEAT_MAP, LEFT);
        assertEquals(64, live.map().photoWidth());
        assertEquals(96, live.map().photoHeight());
    }

    @Test
    public void heatMapAndMask_showTheBrightSideBlurred() {
        int middle = live.map().height() / 2 * live.map().width();
        int left = middle + live.map().width() / 5;
        int right = middle + live.map().width() * 4 / 5;
        live.look(frame, Framing.WHOLE, OverlayMode.HEAT_MAP, null);
        assertTrue(live.pixels()[left] >>> 24 < live.pixels()[right] >>> 24);
        live.draw(OverlayMode.MASK, null);
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
            real.draw(OverlayMode.FOCUS_PEAKING, null);
            real.map().focusPeaking(48, expected);
            assertArrayEquals(expected, real.pixels());
            real.draw(OverlayMode.MASK, null);
            real.map().mask(0.5f, mask);
            for (int i = 0; i < mask.length; i++) {
                assertEquals(mask[i] == 0, real.pixels()[i] == 0);
            }
        }
    }

    @Test
    public void verdictAndNumber_neverContradictEachOther() {
        byte[] grey = new byte[48 * 32 * 3];
        RgbFrame greyFrame = new RgbFrame().set(ByteBuffer.wrap(grey), 48, 32, 144, 3);
        for (int value = 0; value < 256; value++) {
            Arrays.fill(grey, (byte) value);
            live.look(greyFrame, Framing.WHOLE, OverlayMode.HEAT_MAP, LEFT);
            assertEquals(live.isInFocus(), live.sharpnessPercent() >= 50);
        }
    }

    @Test
    public void framesInSteadyState_allocateNothingBesidesTensorFlowLite() {
        ByteBuffer y = ByteBuffer.allocateDirect(320 * 240);
        ByteBuffer u = ByteBuffer.allocateDirect(320 * 120);
        ByteBuffer v = u.duplicate();
        YuvFrame yuv = new YuvFrame();
        Framing framing = Framing.upright(90, false);
        Readout readout = new Readout("In focus, %d %");
        try (BlurDetector detector = open(TINY);
                LiveBlur peaking = new LiveBlur(open(bundled()))) {
            BlurMap map = detector.newMap();
            Runnable library =
                    () -> {
                        yuv.set(y, 320, u, v, 320, 2, 320, 240);
                        detector.detect(yuv, framing, map);
                    };
            peaking.look(frame, Framing.WHOLE, OverlayMode.FOCUS_PEAKING, LEFT);
            Runnable app =
                    () -> {
                        yuv.set(y, 320, u, v, 320, 2, 320, 240);
                        live.look(yuv, framing, OverlayMode.HEAT_MAP, LEFT);
                        live.draw(OverlayMode.MASK, RIGHT);
                        peaking.draw(OverlayMode.FOCUS_PEAKING, LEFT);
                        readout.set(live.sharpnessPercent());
                        readout.set(Math.round(live.milliseconds()));
                    };
            assertEquals(NoGarbageTest.allocatedBy(library), NoGarbageTest.allocatedBy(app));
        }
    }
}
