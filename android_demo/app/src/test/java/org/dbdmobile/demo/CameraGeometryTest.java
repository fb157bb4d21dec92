package org.dbdmobile.demo;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.dbdmobile.FrameConverter;
import org.dbdmobile.Framing;
import org.dbdmobile.RgbFrame;
import org.junit.Test;

/** How frames lie to the screen: the table of Android's camera guide. */
public class CameraGeometryTest {
    @Test
    public void backCamera_screenTurned_turnsFramesTheOtherWay() {
        int[] upright = {90, 0, 270, 180};
        for (int i = 0; i < 4; i++) {
            assertEquals(
                    Framing.upright(upright[i], false),
                    CameraGeometry.framing(90, 90 * i, false));
        }
    }

    @Test
    public void frontCamera_screenTurned_turnsFramesWithItAndMirrorsThem() {
        int[] upright = {270, 0, 90, 180};
        for (int i = 0; i < 4; i++) {
            assertEquals(
                    Framing.upright(upright[i], true),
                    CameraGeometry.framing(270, 90 * i, true));
        }
    }

    @Test
    public void sensorOnItsSide_isTransposedWhileTheScreenIsUpright() {
        assertTrue(CameraGeometry.isTransposed(90, 0));
        assertFalse(CameraGeometry.isTransposed(90, 90));
        assertFalse(CameraGeometry.isTransposed(0, 180));
    }

    @Test
    public void aim_anyTurn_isWhereTheTappedPixelLies() {
        // One bright pixel of a frame, wherever the turn brings it in the upright photo.
        byte[] pixels = new byte[40 * 30 * 3];
        Arrays.fill(pixels, (12 * 40 + 28) * 3, (12 * 40 + 28) * 3 + 3, (byte) 255);
        RgbFrame frame = new RgbFrame().set(ByteBuffer.wrap(pixels), 40, 30, 120, 3);
        for (int rotation = 0; rotation < 360; rotation += 90) {
            for (boolean isMirrored : new boolean[] {false, true}) {
                int width = rotation % 180 == 0 ? 40 : 30;
                ByteBuffer photo = ByteBuffer.allocate(pixels.length);
                new FrameConverter(width, 1200 / width)
                        .convert(frame, Framing.upright(rotation, isMirrored), photo);
                int at = 0;
                while (photo.get(3 * at) == 0) {
                    at++;
                }
                Subject tapped =
                        new Subject(
                                (at % width + 0.5f) / width,
                                (at / width + 0.5f) / (1200 / width));
                assertArrayEquals(
                        new int[] {2550, 950, 600, 600},
                        CameraGeometry.aim(tapped, rotation, isMirrored, 40, 30, 4000, 3000));
            }
        }
    }

    @Test
    public void aim_frameOfAnotherShape_isTheSensorsMiddle() {
        // 1280x720 of 4000x3000: 375 of the sensor's rows are left out at either end.
        assertArrayEquals(
                new int[] {0, 150, 450, 450},
                CameraGeometry.aim(new Subject(0, 0), 0, false, 1280, 720, 4000, 3000));
        assertArrayEquals(
                new int[] {3400, 2400, 600, 600},
                CameraGeometry.aim(new Subject(1, 1), 0, false, 640, 480, 4000, 3000));
    }

    @Test
    public void size_isTheLargestThatIsNotTooLarge() {
        int[] widths = {4000, 1280, 640, 1280};
        int[] heights = {3000, 960, 480, 720};
        assertEquals(3, CameraGeometry.chooseSize(widths, heights));
    }

    @Test
    public void size_allTooLarge_isTheSmallest() {
        assertEquals(1, CameraGeometry.chooseSize(new int[] {4000, 1920}, new int[] {3000, 1080}));
    }
}
