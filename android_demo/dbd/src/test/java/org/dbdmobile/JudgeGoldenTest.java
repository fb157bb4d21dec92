package org.dbdmobile;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.Test;

/** What {@code judge} makes of the same measurements in Python: the same, step by step. */
public class JudgeGoldenTest {
    private static final double EXACT = 1e-6;
    private static final String[] SIDES = {"left", "top", "right", "bottom"};

    /** Says what is stored of a photo's levels. */
    private static final class StoredCodes implements TileMeter {
        private final Map<String, String> row;
        private final Map<Integer, byte[]> levels = new HashMap<>();
        private int left;
        private int top;

        StoredCodes(Map<String, String> row) {
            this.row = row;
            byte[] content = Golden.golden("judge/" + row.get("codes"));
            int width = Golden.number(row, "width");
            int height = Golden.number(row, "height");
            int start = 0;
            for (int level = Tiles.coarsestLevel(width, height); level >= 1; level /= 2) {
                int end = start + 3 * Tiles.cellsOf(width / level) * Tiles.cellsOf(height / level);
                levels.put(level, Arrays.copyOfRange(content, start, end));
                start = end;
            }
            assertEquals(content.length, start);
        }

        @Override
        public void set(Frame frame, Framing framing, int left, int top, int width, int height) {
            this.left = left;
            this.top = top;
        }

        @Override
        public void letGo() {}

        @Override
        public int tileColumns() {
            return Golden.number(row, "tile_columns");
        }

        @Override
        public int tileRows() {
            return Golden.number(row, "tile_rows");
        }

        @Override
        public void read(
                int level, int first, int upper, int right, int bottom, byte[] codes, int columns) {
            int all = Tiles.cellsOf(Golden.number(row, "width") / level);
            int across = left / (16 * level);
            int down = top / (16 * level);
            for (int y = upper; y < bottom; y++) {
                int from = 3 * ((y + down) * all + first + across);
                int to = 3 * (y * columns + first);
                System.arraycopy(levels.get(level), from, codes, to, 3 * (right - first));
            }
        }

        @Override
        public void close() {}
    }

    @Test
    public void constants_areThoseOfPython() throws Exception {
        Map<String, Double> expected = new HashMap<>();
        for (Map<String, String> row : Golden.table("judge/constants.tsv")) {
            expected.put(row.get("name"), Double.parseDouble(row.get("value")));
        }
        Map<String, Double> found = new HashMap<>();
        for (Field field : JudgeConstants.class.getDeclaredFields()) {
            if (Modifier.isStatic(field.getModifiers())) {
                found.put(field.getName(), ((Number) field.get(null)).doubleValue());
            }
        }
        assertEquals(expected, found);
    }

    @Test
    public void codes_meanWhatTheyMeanInPython() {
        List<Map<String, String>> rows = Golden.table("judge/radius_code.tsv");
        assertEquals(256, rows.size());
        for (int code = 0; code < 256; code++) {
            Map<String, String> row = rows.get(code);
            assertEquals(decimal(row, "radius_px"), RadiusCode.RADIUS_PX[code], EXACT);
            assertEquals(decimal(row, "confidence"), RadiusCode.CONFIDENCE[code], EXACT);
            assertEquals(decimal(row, "motion"), RadiusCode.MOTION[code], EXACT);
        }
    }

    @Test
    public void tile_ofAnyFrameTurnAndLevel_hasPythonsBytes() {
        for (Map<String, String> row : Golden.table("judge/tiles.tsv")) {
            TileReader reader =
                    new TileReader(
                            16 * Golden.number(row, "tile_columns"),
                            16 * Golden.number(row, "tile_rows"));
            Frame frame = Golden.frame(row);
            Framing framing = Golden.framing(row);
            int width = framing.photoWidth(frame);
            int height = framing.photoHeight(frame);
            reader.set(frame, framing, 0, 0, width, height);
            int[] cells = sides(row);
            byte[] tile =
                    reader.read(
                            Golden.number(row, "level"), cells[0], cells[1], cells[2], cells[3]);
            String file = row.get("expected");
            assertArrayEquals(file, Golden.golden("judge/" + file), tile);
        }
    }

    @Test
    public void layout_ofTilesAroundCells_isPythons() {
        for (Map<String, String> row : Golden.table("judge/layout.tsv")) {
            Tiles tiles =
                    new Tiles(
                            Golden.number(row, "tile_columns"), Golden.number(row, "tile_rows"));
            int[] cells = sides(row);
            tiles.setAround(
                    cells[0],
                    cells[1],
                    cells[2],
                    cells[3],
                    Golden.number(row, "columns"),
                    Golden.number(row, "rows"));
            assertEquals(
                    row.get("around"), text(tiles.left, tiles.top, tiles.right, tiles.bottom));
            List<String> all = new ArrayList<>();
            for (int i = 0; i < tiles.count(); i++) {
                all.add(text(tiles.left(i), tiles.top(i), tiles.right(i), tiles.bottom(i)));
            }
            assertEquals(row.get("tiles"), String.join(";", all));
        }
    }

    @Test
    public void region_ofAnyKind_hasPythonsBoxPartAndCells() {
        for (Map<String, String> row : Golden.table("judge/regions.tsv")) {
            int width = Golden.number(row, "width");
            int height = Golden.number(row, "height");
            int[] box = new int[4];
            int[] part = new int[4];
            Region region = region(row);
            region.bound(width, height, box);
            assertEquals(row.toString(), row.get("box"), text(box));
            int coarsest = Tiles.coarsestLevel(width, height);
            FocusJudge.findPart(new Tiles(16, 16), box, width, height, coarsest, part);
            assertEquals(row.toString(), row.get("part"), text(part));
            int columns = Tiles.cellsOf(part[2] - part[0]);
            boolean[] inside = new boolean[columns * Tiles.cellsOf(part[3] - part[1])];
            region.cells(width, height, box, part, inside);
            assertEquals(row.toString(), row.get("cells"), bits(inside));
        }
    }

    @Test
    public void focus_ofTheSameMeasurements_isPythons() {
        for (Map<String, String> row : Golden.table("judge/focus.tsv")) {
            Strictness strictness = Strictness.of("golden", decimal(row, "max_radius_px"));
            if (Golden.number(row, "at_width") > 0) {
                strictness = strictness.at(Golden.number(row, "at_width"));
            }
            Frame frame = new RgbFrame();
            frame.setSize(Golden.number(row, "width"), Golden.number(row, "height"));
            FocusJudge judge = new FocusJudge(new StoredCodes(row));
            Focus focus =
                    row.get("region").equals("subject")
                            ? judge.judgeSubject(frame, Framing.WHOLE, map(row), strictness)
                            : judge.judge(frame, Framing.WHOLE, region(row), strictness);
            String what = row.toString();
            assertEquals(what, row.get("verdict"), said(focus.verdict()));
            assertEquals(what, row.get("reason"), focus.reason());
            assertEquals(what, decimal(row, "blur_radius_px"), focus.blurRadiusPx(), EXACT);
            assertEquals(what, decimal(row, "lens_blur_px"), focus.lensBlurPx(), EXACT);
            assertEquals(what, decimal(row, "score"), focus.score(), EXACT);
            assertEquals(what, decimal(row, "confidence"), focus.confidence(), EXACT);
            assertEquals(what, row.get("motion").equals("1"), focus.isMotion());
            int width = row.get("sharp_width_px").equals("-") ? 0 : number(row, "sharp_width_px");
            assertEquals(what, width, focus.sharpWidthPx());
            assertEquals(
                    what,
                    row.get("box"),
                    text(focus.left(), focus.top(), focus.right(), focus.bottom()));
            assertEquals(row.get("region").equals("subject"), focus.isSubjectFound());
            boolean isSaid = row.get("reason").startsWith("nothing stands out as sharp, ");
            assertEquals(what, isSaid, focus.isLeastBlurredPart());
        }
    }

    @Test
    public void subjects_ofTheSameMaps_arePythons() {
        for (Map<String, String> row : Golden.table("judge/subjects.tsv")) {
            int width = Golden.number(row, "width");
            int height = Golden.number(row, "height");
            SubjectFinder finder = new SubjectFinder(map(row), width, height);
            List<String> boxes = new ArrayList<>();
            for (boolean[] part : finder.subjects()) {
                boxes.add(box(finder, part, width, height));
            }
            String expected = row.get("boxes").equals("-") ? "" : row.get("boxes");
            assertEquals(expected, String.join(";", boxes));
            assertEquals(
                    row.get("least_blurred"), box(finder, finder.leastBlurred(), width, height));
        }
    }

    private static String box(SubjectFinder finder, boolean[] part, int width, int height) {
        int[] box = new int[4];
        Region.grid(part, finder.columns, finder.rows, "subject").bound(width, height, box);
        return text(box);
    }

    private static BlurMap map(Map<String, String> row) {
        int width = Golden.number(row, "map_width");
        int height = Golden.number(row, "map_height");
        float scale = Float.parseFloat(row.get("scale"));
        ModelFacts facts =
                new ModelFacts(width, height, width, height, scale, number(row, "zero_point"));
        BlurMap map = new BlurMap(facts);
        map.fill(
                ByteBuffer.wrap(Golden.golden("judge/" + row.get("map"))),
                new byte[width * height * 3],
                Golden.number(row, "width"),
                Golden.number(row, "height"));
        return map;
    }

    private static Region region(Map<String, String> row) {
        double[] numbers =
                Arrays.stream(row.get("numbers").split(","))
                        .mapToDouble(Double::parseDouble)
                        .toArray();
        switch (row.get("region")) {
            case "box":
                return Region.box(numbers[0], numbers[1], numbers[2], numbers[3]);
            case "polygon":
                return Region.polygon(numbers);
            case "points":
                return Region.points(numbers);
            default:
                return circle(number(row, "width"), number(row, "height"), numbers);
        }
    }

    private static Region circle(int width, int height, double[] numbers) {
        byte[] mask = new byte[width * height];
        for (int i = 0; i < mask.length; i++) {
            double across = i % width - numbers[0];
            double down = i / width - numbers[1];
            mask[i] =
                    (byte) (across * across + down * down <= numbers[2] * numbers[2] ? 1 : 0);
        }
        return Region.mask(mask, width, height);
    }

    /** Eight to a byte, the first one the highest, as numpy packs them. */
    private static String bits(boolean[] inside) {
        StringBuilder hex = new StringBuilder();
        for (int i = 0; i < inside.length; i += 8) {
            int packed = 0;
            for (int k = i; k < i + 8; k++) {
                packed = packed << 1 | (k < inside.length && inside[k] ? 1 : 0);
            }
            hex.append(String.format(Locale.ROOT, "%02x", packed));
        }
        return hex.toString();
    }

    private static String said(Focus.Verdict verdict) {
        return verdict.toString().toLowerCase(Locale.ROOT);
    }

    private static int[] sides(Map<String, String> row) {
        return Arrays.stream(SIDES).mapToInt(side -> Golden.number(row, side)).toArray();
    }

    private static String text(int... numbers) {
        StringBuilder text = new StringBuilder();
        for (int number : numbers) {
            text.append(text.length() > 0 ? "," : "").append(number);
        }
        return text.toString();
    }

    private static int number(Map<String, String> row, String name) {
        return Golden.number(row, name);
    }

    /** NaN for what is not there. */
    private static double decimal(Map<String, String> row, String name) {
        String number = row.get(name);
        return number.equals("-") ? Double.NaN : Double.parseDouble(number);
    }
}
