package org.dbdmobile;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.ByteArrayInputStream;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import org.junit.Test;

/** One definition, two languages: what the Python runtime computes, to the same numbers. */
public class GoldenVectorsTest {
    @Test
    public void convert_anyFrameAndTurn_isWithinOneOfPython() {
        for (Map<String, String> row : Golden.table("squash.tsv")) {
            int width = Golden.number(row, "target_width");
            int height = Golden.number(row, "target_height");
            ByteBuffer output = ByteBuffer.allocateDirect(width * height * 3);
            new FrameConverter(width, height)
                    .convert(Golden.frame(row), Golden.framing(row), output);
            byte[] expected = Golden.golden(row.get("expected"));
            int most = 0;
            for (int i = 0; i < expected.length; i++) {
                most = Math.max(most, Math.abs((expected[i] & 0xFF) - (output.get(i) & 0xFF)));
            }
            assertTrue(row.get("expected") + " differs by " + most, most <= 1);
        }
    }

    @Test
    public void pictures_ofAStoredMap_areExactlyPythons() {
        for (Map<String, String> row : Golden.table("maps.tsv")) {
            BlurMap map = Golden.map(row, false);
            int[] pixels = new int[map.width() * map.height()];
            map.heatMap(pixels);
            assertPicture(row.get("name") + "_heat_map.bin", pixels);
            map.focusPeaking(Golden.number(row, "contrast"), pixels);
            assertPicture(row.get("name") + "_focus_peaking.bin", pixels);
            assertEquals(
                    Double.parseDouble(row.get("blurred_fraction")), map.blurredFraction(), 0);
        }
    }

    @Test
    public void mask_atAnyThreshold_isExactlyPythons() {
        for (Map<String, String> row : Golden.table("masks.tsv")) {
            BlurMap map = Golden.map(maps().get(row.get("map")), false);
            byte[] mask = new byte[map.width() * map.height()];
            map.mask(Float.parseFloat(row.get("threshold")), mask);
            assertArrayEquals(Golden.golden(row.get("expected")), mask);
        }
    }

    @Test
    public void scores_ofAnyBox_areExactlyPythons() {
        for (Map<String, String> row : Golden.table("scores.tsv")) {
            BlurMap map = Golden.map(maps().get(row.get("map")), true);
            int left = Golden.number(row, "left");
            int top = Golden.number(row, "top");
            int right = Golden.number(row, "right");
            int bottom = Golden.number(row, "bottom");
            double expected = Double.parseDouble(row.get("sharpness"));
            assertEquals(expected, map.sharpness(left, top, right, bottom), 0);
            boolean isInFocus = row.get("in_focus").equals("1");
            assertEquals(isInFocus, map.isInFocus(left, top, right, bottom));
        }
        for (Map<String, String> row : Golden.table("maps.tsv")) {
            double expected = Double.parseDouble(row.get("sharpness"));
            assertEquals(expected, Golden.map(row, true).sharpness(), 0);
        }
    }

    @Test
    public void structuralCheck_ofADamagedByte_decidesAsPythonDoes() {
        byte[] content = Golden.bytes("tests/runtime/data/tiny_int8.tflite");
        for (Map<String, String> row : Golden.table("models.tsv")) {
            byte[] damaged = content.clone();
            damaged[Golden.number(row, "place")] = (byte) Golden.number(row, "value");
            boolean isRefused = false;
            try {
                BlurModel.read(new ByteArrayInputStream(damaged), "damaged", null);
            } catch (DbdException.Model refused) {
                isRefused = true;
            }
            assertEquals(row.toString(), row.get("refused").equals("1"), isRefused);
        }
    }

    private static Map<String, Map<String, String>> maps() {
        Map<String, Map<String, String>> maps = new HashMap<>();
        for (Map<String, String> row : Golden.table("maps.tsv")) {
            maps.put(row.get("name"), row);
        }
        return maps;
    }

    private static void assertPicture(String name, int[] argb) {
        byte[] rgba = new byte[argb.length * 4];
        for (int i = 0; i < argb.length; i++) {
            // Python's clear pixels of the focus peaking have no colour either.
            rgba[4 * i] = (byte) (argb[i] >> 16);
            rgba[4 * i + 1] = (byte) (argb[i] >> 8);
            rgba[4 * i + 2] = (byte) argb[i];
            rgba[4 * i + 3] = (byte) (argb[i] >> 24);
        }
        assertArrayEquals(name, Golden.golden(name), rgba);
    }
}
