package org.dbdmobile;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.io.ByteArrayInputStream;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.After;
import org.junit.Test;

/**
 * What is judged, with TensorFlow Lite's own native library and two tiny models that say what a photo's
 * colours tell them: the brightest red of 16x16 pixels is the radius, green how unsure that is, blue
 * motion; to the blur map bright is blurred. See make_tiny_model.py.
 */
public class NativeJudgeTest {
    private static final String TINY = "tests/runtime/data/tiny_int8.tflite";
    private static final String TINY_DETAIL = "tests/runtime/data/tiny_detail.tflite";
    private static final int WIDTH = 640;
    private static final int HEIGHT = 480;
    private static final Region BOX = Region.box(100, 100, 400, 300);
    private static final int UNSURE = 255;

    private final DetectorOptions one = DetectorOptions.defaults().withThreads(1);
    private final BlurDetector detector =
            BlurDetector.open(blurModel(), detailModel(TINY_DETAIL), one);

    private static BlurModel blurModel() {
        return BlurModel.read(new ByteArrayInputStream(Golden.bytes(TINY)), "tiny", null);
    }

    private static DetailModel detailModel(String path) {
        return DetailModel.read(new ByteArrayInputStream(Golden.bytes(path)), path, null);
    }

    /** The red that stands for a radius. */
    private static int red(double radiusPx) {
        int best = 0;
        for (int red = 0; red < 256; red++) {
            best = Math.abs(told(red) - radiusPx) < Math.abs(told(best) - radiusPx) ? red : best;
        }
        return best;
    }

    private static float told(int red) {
        double share = 1 / (1 + Math.exp(-6 * (red - 127) / 128.0));
        return RadiusCode.RADIUS_PX[(int) Math.min(Math.round(256 * share), 255)];
    }

    /** A photo of one colour, and a dot of another red in each cell, which reduced is hardly there. */
    private static ByteBuffer photo(double radiusPx, int green, int blue) {
        byte[] rgb = new byte[WIDTH * HEIGHT * 3];
        byte dot = (byte) red(radiusPx);
        byte around = (byte) red(Math.min(radiusPx, 1));
        for (int i = 0; i < rgb.length; i += 3) {
            boolean isDot = i / 3 % WIDTH % 16 == 8 && i / 3 / WIDTH % 16 == 8;
            rgb[i] = isDot ? dot : around;
            rgb[i + 1] = (byte) green;
            rgb[i + 2] = (byte) blue;
        }
        return ByteBuffer.wrap(rgb);
    }

    private static RgbFrame frame(ByteBuffer rgb) {
        return new RgbFrame().set(rgb, WIDTH, HEIGHT, WIDTH * 3, 3);
    }

    private Focus judged(double radiusPx, int green, int blue, Strictness strictness) {
        Frame frame = frame(photo(radiusPx, green, blue));
        return detector.judge(frame, Framing.WHOLE, BOX, strictness);
    }

    @After
    public void close() {
        detector.close();
    }

    @Test
    public void judge_anyRadius_isItsVerdictAt100Percent() {
        double most = JudgeConstants.MAX_RADIUS_PX;
        double[] radii = {1, 0.94 * most, 1.1 * most, 1.9 * most, 2.2 * most};
        Focus.Verdict[] verdicts = {
            Focus.Verdict.SHARP,
            Focus.Verdict.SHARP,
            Focus.Verdict.SOFT,
            Focus.Verdict.SOFT,
            Focus.Verdict.BLURRED
        };
        for (int i = 0; i < radii.length; i++) {
            Focus focus = judged(radii[i], 0, 0, Strictness.PIXEL);
            assertEquals(verdicts[i], focus.verdict());
            assertEquals(radii[i], focus.blurRadiusPx(), 0.05 * radii[i]);
            assertFalse(focus.isMotion());
            assertFalse(focus.isSubjectFound());
            assertEquals(WIDTH, focus.photoWidth());
            assertEquals(400, focus.right());
        }
    }

    @Test
    public void judge_softPhoto_isSharpAtASmallerWidth() {
        Focus soft = judged(4, 0, 0, Strictness.PIXEL);
        assertEquals(
                WIDTH * added(JudgeConstants.MAX_RADIUS_PX) / added(4), soft.sharpWidthPx(), 15);
        Focus small = judged(4, 0, 0, Strictness.PIXEL.at(soft.sharpWidthPx()));
        assertEquals(Focus.Verdict.SHARP, small.verdict());
        assertTrue(small.reason(), small.reason().contains(", blurred at 100 %: blur radius 4."));
        assertTrue(soft.score() < small.score());
        assertEquals(soft.sharpWidthPx(), small.atWidth());
    }

    /** What the lens added to a radius. */
    private static double added(double radiusPx) {
        return Math.sqrt(radiusPx * radiusPx - JudgeConstants.CRISP_PX * JudgeConstants.CRISP_PX);
    }

    @Test
    public void judge_movingPhoto_isSaidToMove() {
        Focus focus = judged(5, 0, 255, Strictness.PIXEL);
        assertTrue(focus.isMotion());
        assertTrue(focus.reason(), focus.reason().startsWith("blurred by motion at 100 %"));
    }

    @Test
    public void judge_photoWithoutTexture_isUndecidable() {
        Focus focus = judged(1, UNSURE, 0, Strictness.PIXEL);
        assertEquals(Focus.Verdict.UNDECIDABLE, focus.verdict());
        assertEquals("no texture in the box that could be sharp or not", focus.reason());
        assertTrue(Double.isNaN(focus.blurRadiusPx()) && Double.isNaN(focus.score()));
        assertEquals(0, focus.sharpWidthPx());
    }

    @Test
    public void judge_turnedCrop_looksAtTheUprightPhoto() {
        // Sharp but for a blurred right half; turned by 180 degrees, that is the left one.
        ByteBuffer rgb = photo(1, 0, 0);
        byte[] pixels = rgb.array();
        byte[] blurred = photo(5, 0, 0).array();
        for (int row = 0; row < HEIGHT; row++) {
            int from = (row * WIDTH + WIDTH / 2) * 3;
            System.arraycopy(blurred, from, pixels, from, WIDTH / 2 * 3);
        }
        Framing turned = Framing.upright(180, false).crop(64, 32, 512, 416);
        Region left = Region.box(16, 16, 240, 400);
        Region right = Region.box(272, 16, 496, 400);
        Frame frame = frame(rgb);
        assertEquals(
                Focus.Verdict.BLURRED,
                detector.judge(frame, turned, left, Strictness.PIXEL).verdict());
        assertEquals(
                Focus.Verdict.SHARP,
                detector.judge(frame, turned, right, Strictness.PIXEL).verdict());
        Framing aside = Framing.upright(90, false);
        Focus lower =
                detector.judge(frame, aside, Region.box(10, 340, 470, 630), Strictness.PIXEL);
        assertEquals(HEIGHT, lower.photoWidth());
        assertEquals(Focus.Verdict.BLURRED, lower.verdict());
    }

    @Test
    public void judge_withoutARegion_looksAtTheSubject() {
        byte[] rgb = photo(1, 255, 255).array();
        // To the blur map dark is in focus; there, and there alone, something can be measured.
        byte[] subject = photo(1.3, 0, 0).array();
        for (int row = 160; row < 320; row++) {
            int from = (row * WIDTH + 240) * 3;
            System.arraycopy(subject, from, rgb, from, 160 * 3);
        }
        Frame frame = frame(ByteBuffer.wrap(rgb));
        Focus focus = detector.judge(frame, Framing.WHOLE, Strictness.PIXEL);
        assertTrue(focus.isSubjectFound());
        assertEquals(focus.toString(), Focus.Verdict.SHARP, focus.verdict());
        assertEquals(240, focus.left(), 30);
        assertEquals(320, focus.bottom(), 30);
        BlurMap map = detector.newMap();
        detector.detect(frame, Framing.WHOLE, map);
        assertEquals(
                focus.toString(),
                detector.judge(frame, Framing.WHOLE, map, Strictness.PIXEL).toString());
    }

    @Test
    public void judge_mapOfAnotherPhoto_throwsArgument() {
        Frame frame = frame(photo(1, 0, 0));
        BlurMap map = detector.newMap();
        DbdException.Argument error =
                assertThrows(
                        DbdException.Argument.class,
                        () -> detector.judge(frame, Framing.WHOLE, map, Strictness.PIXEL));
        assertEquals(
                "The blur map is of another photo: it is for 24x16, got 640x480.",
                error.getMessage());
    }

    @Test
    public void judge_smallPhoto_throwsImage() {
        Framing small = Framing.WHOLE.crop(0, 0, 200, 63);
        DbdException.Image error =
                assertThrows(
                        DbdException.Image.class,
                        () ->
                                detector.judge(
                                        frame(photo(1, 0, 0)), small, BOX, Strictness.PIXEL));
        assertEquals(
                "A photo has sides of 64 pixels at least to be judged, got 200x63.",
                error.getMessage());
    }

    @Test
    public void judge_withoutADetailModelOrClosed_saysSo() {
        Frame frame = frame(photo(1, 0, 0));
        try (BlurDetector blurOnly = BlurDetector.open(blurModel(), one)) {
            DbdException.Argument error =
                    assertThrows(
                            DbdException.Argument.class,
                            () -> blurOnly.judge(frame, Framing.WHOLE, BOX, Strictness.PIXEL));
            assertTrue(error.getMessage(), error.getMessage().contains("DetailModel.bundled"));
        }
        detector.judge(frame, Framing.WHOLE, BOX, Strictness.PIXEL);
        detector.close();
        assertThrows(
                DbdException.Closed.class,
                () -> detector.judge(frame, Framing.WHOLE, BOX, Strictness.PIXEL));
        assertThrows(
                DbdException.Closed.class,
                () -> detector.judge(frame, Framing.WHOLE, Strictness.PIXEL));
    }

    @Test
    public void judge_again_allocatesNoMoreThanItsAnswer() {
        Frame frame = frame(photo(1.5, 0, 0));
        Framing framing = Framing.upright(90, false);
        Region small = Region.box(200, 200, 260, 260);
        Focus[] last = new Focus[1];
        long bytes =
                NoGarbageTest.allocatedBy(
                        () -> last[0] = detector.judge(frame, framing, small, Strictness.PIXEL));
        // The answer, and a few small objects of TensorFlow Lite's own for each of a dozen tiles.
        assertTrue("50 frames allocated " + bytes + " bytes", bytes <= 50 * 12 * 500);
        assertEquals(Focus.Verdict.SHARP, last[0].verdict());
    }

    @Test
    public void judge_frame_isNotKept() throws Exception {
        WeakReference<Frame> frame = new WeakReference<>(judgedFrame());
        for (int i = 0; i < 100 && frame.get() != null; i++) {
            System.gc();
            Thread.sleep(10);
        }
        // A still of 12 megapixels would stay in memory as long as its detector is open.
        assertNull(frame.get());
    }

    private Frame judgedFrame() {
        Frame frame = frame(photo(1, 0, 0));
        detector.judge(frame, Framing.WHOLE, BOX, Strictness.PIXEL);
        detector.judge(frame, Framing.WHOLE, Strictness.PIXEL);
        return frame;
    }

    @Test
    public void detailModel_ofAnotherKind_throwsModel() {
        DbdException.Model error =
                assertThrows(DbdException.Model.class, () -> detailModel(TINY));
        assertTrue(
                error.getMessage(),
                error.getMessage()
                        .contains(
                                "does not measure blur: expected one output"
                                        + " [1, height / 16, width / 16, 3]"));
        assertThrows(
                DbdException.Model.class,
                () ->
                        BlurModel.read(
                                new ByteArrayInputStream(Golden.bytes(TINY_DETAIL)), "d", null));
        assertEquals(64, detailModel(TINY_DETAIL).tileWidth());
    }

    @Test
    public void bundled_modelsOfTheOtherKind_areRefused() {
        BlurModel.Assets assets = path -> new ByteArrayInputStream(asset(path));
        DetailModel detail = DetailModel.bundled(assets, "measures");
        assertEquals("measures", detail.name());
        assertEquals(64, detail.sha256().length());
        assertTrue(BlurModel.isBundled(assets, "maps"));
        assertFalse(BlurModel.isBundled(assets, "measures"));
        DbdException.Model error =
                assertThrows(
                        DbdException.Model.class, () -> BlurModel.bundled(assets, "measures"));
        assertEquals(
                "The model measures measures the blur of tiles in pixels: here one is needed that"
                        + " gives a blur map of a whole photo.",
                error.getMessage());
        assertThrows(DbdException.Model.class, () -> DetailModel.bundled(assets, "maps"));
    }

    /** Two models with a card each. */
    private static byte[] asset(String path) {
        String id = path.split("/")[1];
        String file = id.equals("maps") ? TINY : TINY_DETAIL;
        if (!path.endsWith("card.json")) {
            return Golden.bytes(file);
        }
        String kind = id.equals("maps") ? "blur-map" : "detail";
        String sha256 =
                id.equals("maps") ? blurModel().sha256() : detailModel(TINY_DETAIL).sha256();
        return ("{\"id\": \"" + id + "\", \"kind\": \"" + kind + "\", \"sha256\": \"" + sha256 + "\"}")
                .getBytes();
    }

    @Test
    public void region_thatCannotBe_throwsArgument() {
        Frame frame = frame(photo(1, 0, 0));
        Region[] outside = {
            Region.box(700, 0, 800, 100),
            Region.box(10, 10, 10, 20),
            Region.box(Double.NaN, 0, 1, 1),
            Region.points(640, 1),
            Region.polygon(-9, -9, -5, -9, -5, -5),
            Region.mask(filled(20 * 10), 20, 10)
        };
        for (Region region : outside) {
            assertThrows(
                    region.toString(),
                    DbdException.Argument.class,
                    () -> detector.judge(frame, Framing.WHOLE, region, Strictness.PIXEL));
        }
        assertThrows(DbdException.Argument.class, () -> Region.points());
        assertThrows(DbdException.Argument.class, () -> Region.points(1, 2, 3));
        assertThrows(DbdException.Argument.class, () -> Region.polygon(1, 2, 3, 4));
        assertThrows(
                DbdException.Argument.class, () -> Region.points(1, Double.POSITIVE_INFINITY));
        assertThrows(DbdException.Argument.class, () -> Region.mask(new byte[200], 20, 10));
        assertThrows(DbdException.Argument.class, () -> Region.mask(filled(9), 20, 10));
    }

    private static byte[] filled(int size) {
        byte[] mask = new byte[size];
        Arrays.fill(mask, (byte) 1);
        return mask;
    }

    @Test
    public void strictness_thatCannotBe_throwsArgument() {
        assertEquals(1920, Strictness.WEB.atWidth());
        assertEquals(Strictness.PIXEL.at(1920).atWidth(), Strictness.WEB.atWidth());
        assertEquals(Strictness.of("mine", 2), Strictness.of("mine", 2));
        assertThrows(DbdException.Argument.class, () -> Strictness.PIXEL.at(0));
        assertThrows(DbdException.Argument.class, () -> Strictness.PIXEL.at(1_000_001));
        for (double radius : new double[] {1.29, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThrows(DbdException.Argument.class, () -> Strictness.of("mine", radius));
        }
        assertThrows(DbdException.Argument.class, () -> Strictness.of("", 2));
    }
}
