package org.dbdmobile;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import org.junit.Test;

public class BlurMapTest {
    private final BlurMap map = Golden.mapOf(4, 1, 0, 128, 129, 255);

    @Test
    public void newMap_saysNothing() {
        BlurMap empty = new BlurMap(new ModelFacts(8, 8, 8, 8, 1 / 256f, 3));
        assertTrue(Double.isNaN(empty.sharpness()));
        assertTrue(Double.isNaN(empty.blurredFraction()));
        assertFalse(empty.isInFocus(0, 0, 8, 8));
        assertEquals(0, empty.probability(7, 7), 0);
        int[] pixels = new int[64];
        empty.heatMap(pixels);
        assertEquals(0, pixels[63] >>> 24);
    }

    @Test
    public void isInFocus_fromHalfOn_isTrue() {
        assertTrue(map.isInFocus(0, 0, 1, 1));
        assertTrue(map.isInFocus(1, 0, 2, 1));
        assertFalse(map.isInFocus(2, 0, 3, 1));
        assertFalse(map.isInFocus(3, 0, 4, 1));
    }

    @Test
    public void mask_atHalf_is255WhereBlurred() {
        byte[] mask = new byte[4];
        map.mask(0.5f, mask);
        assertArrayEquals(new byte[] {0, -1, -1, -1}, mask);
        assertEquals(0.75, map.blurredFraction(), 0);
    }

    @Test
    public void heatMap_isClearWhereInFocus() {
        int[] pixels = new int[4];
        map.heatMap(pixels);
        assertEquals(0, pixels[0] >>> 24);
        assertEquals(0xFF3000, pixels[3] & 0xFFFFFF);
        assertTrue(pixels[3] >>> 24 > pixels[1] >>> 24);
    }

    @Test
    public void sharpness_boxNotInThePhoto_throwsArgument() {
        int[][] boxes = {{0, 0, 0, 1}, {2, 0, 1, 1}, {-1, 0, 1, 1}, {0, 0, 5, 1}, {0, 0, 1, 2}};
        for (int[] box : boxes) {
            DbdException.Argument error =
                    assertThrows(
                            DbdException.Argument.class,
                            () -> map.sharpness(box[0], box[1], box[2], box[3]));
            assertTrue(error.getMessage(), error.getMessage().contains("photo of 4x1"));
        }
    }

    @Test
    public void arraysOfAnotherSize_throwArgument() {
        assertThrows(DbdException.Argument.class, () -> map.mask(0.5f, new byte[3]));
        assertThrows(DbdException.Argument.class, () -> map.heatMap(new int[5]));
        assertThrows(DbdException.Argument.class, () -> map.focusPeaking(48, new int[0]));
    }

    @Test
    public void numbersOutOfRange_throwArgument() {
        for (float threshold : new float[] {-0.1f, 1.1f, Float.NaN}) {
            assertThrows(DbdException.Argument.class, () -> map.mask(threshold, new byte[4]));
        }
        assertThrows(DbdException.Argument.class, () -> map.focusPeaking(0, new int[4]));
        assertThrows(DbdException.Argument.class, () -> map.focusPeaking(511, new int[4]));
        assertThrows(DbdException.Argument.class, () -> map.probability(4, 0));
    }

    @Test
    public void focusPeaking_mapSmallerThanInput_throwsArgument() {
        BlurMap smaller = new BlurMap(new ModelFacts(8, 8, 4, 4, 1 / 256f, 0));
        assertThrows(DbdException.Argument.class, () -> smaller.focusPeaking(48, new int[16]));
    }
}
