package org.dbdmobile.demo;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.dbdmobile.FrameConverter;
import org.dbdmobile.Framing;
import org.dbdmobile.RgbFrame;
import org.junit.Test;

/** Where a tap lies on the sensor, and which size a camera's frames get. */
public class CameraGeometryTest {
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
                Framing framing = Framing.upright(rotation, isMirrored);
                new FrameConverter(width, 1200 / width).convert(frame, framing, photo);
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
                        CameraGeometry.aim(tapped, framing, 40, 30, 4000, 3000));
            }
        }
    }

    @Test
    public void aim_frameOfAnotherShape_isTheSensorsMiddle() {
        // 1280x720 of 4000x3000: 375 of the sensor's rows are left out at either end.
        assertArrayEquals(
                new int[] {0, 150, 450, 450},
                CameraGeometry.aim(new Subject(0, 0), Framing.WHOLE, 1280, 720, 4000, 3000));
        assertArrayEquals(
                new int[] {3400, 2400, 600, 600},
                CameraGeometry.aim(new Subject(1, 1), Framing.WHOLE, 640, 480, 4000, 3000));
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
