package org.dbdmobile.demo;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import org.dbdmobile.Framing;
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
