package org.dbdmobile;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.Test;

public class FrameConverterTest {
    private static final int SIDE = 16;

    private final FrameConverter converter = new FrameConverter(SIDE, SIDE);
    private final ByteBuffer output = ByteBuffer.allocateDirect(SIDE * SIDE * 3);

    @Test
    public void convert_frameReusedForMorePixelsOfFewerBytes_works() {
        RgbFrame frame = new RgbFrame().set(ByteBuffer.allocate(96 * 64 * 4), 96, 64, 384, 4);
        FrameConverter converter = new FrameConverter(32, 32);
        converter.convert(frame, Framing.upright(0, false));
        frame.set(ByteBuffer.allocate(128 * 64 * 3), 128, 64, 384, 3);
        assertEquals(32 * 32 * 3, converter.convert(frame, Framing.upright(0, false)).length);
    }

    @Test
    public void convert_plainColor_keepsItExactly() {
        for (int value : new int[] {0, 1, 127, 254, 255}) {
            byte[] pixels = new byte[37 * 23 * 3];
            Arrays.fill(pixels, (byte) value);
            RgbFrame frame = new RgbFrame().set(ByteBuffer.wrap(pixels), 37, 23, 111, 3);
            converter.convert(frame, Framing.upright(90, true), output);
            for (int i = 0; i < output.capacity(); i++) {
                assertEquals(value, output.get(i) & 0xFF);
            }
        }
    }

    @Test
    public void convert_quarterTurns_moveTheCornerClockwise() {
        // One red pixel in the top left corner of a frame of the result's size.
        byte[] pixels = new byte[SIDE * SIDE * 3];
        pixels[0] = (byte) 255;
        RgbFrame frame = new RgbFrame().set(ByteBuffer.wrap(pixels), SIDE, SIDE, SIDE * 3, 3);
        int right = SIDE - 1;
        int[][] corners = {{0, 0}, {right, 0}, {right, right}, {0, right}};
        for (int turn = 0; turn < 4; turn++) {
            for (int mirror = 0; mirror <= 1; mirror++) {
                converter.convert(frame, Framing.upright(90 * turn, mirror == 1), output);
                int column = mirror == 1 ? right - corners[turn][0] : corners[turn][0];
                assertEquals(255, output.get((corners[turn][1] * SIDE + column) * 3) & 0xFF);
            }
        }
    }

    @Test
    public void convert_greyYuv_isItsLuma() {
        ByteBuffer y = ByteBuffer.allocate(SIDE * SIDE);
        for (int i = 0; i < SIDE * SIDE; i++) {
            y.put(i, (byte) i);
        }
        byte[] neutral = new byte[SIDE * SIDE / 4];
        Arrays.fill(neutral, (byte) 128);
        YuvFrame frame = new YuvFrame();
        ByteBuffer chroma = ByteBuffer.wrap(neutral);
        frame.set(y, SIDE, chroma, chroma, SIDE / 2, 1, SIDE, SIDE);
        converter.convert(frame, Framing.WHOLE, output);
        for (int i = 0; i < SIDE * SIDE * 3; i++) {
            assertEquals(i / 3, output.get(i) & 0xFF);
        }
    }

    @Test
    public void convert_readsNewPixelsInTheSameBuffers() {
        ByteBuffer y = ByteBuffer.allocate(2 * 2);
        ByteBuffer u = ByteBuffer.allocate(1);
        YuvFrame frame = new YuvFrame().set(y, 2, u, u, 1, 1, 2, 2);
        u.put(0, (byte) 128);
        converter.convert(frame, Framing.WHOLE, output);
        assertEquals(0, output.get(0) & 0xFF);
        u.put(0, (byte) 255);
        converter.convert(frame, Framing.WHOLE, output);
        assertTrue((output.get(0) & 0xFF) > 150);
    }

    @Test
    public void convert_leavesTheBuffersAsTheyWere() {
        ByteBuffer pixels = ByteBuffer.allocate(7 + 4 * 4 * 3);
        pixels.position(7);
        ByteBuffer larger = ByteBuffer.allocate(SIDE * SIDE * 3 + 5);
        larger.position(3);
        converter.convert(new RgbFrame().set(pixels, 4, 4, 12, 3), Framing.WHOLE, larger);
        assertEquals(7, pixels.position());
        assertEquals(3, larger.position());
        assertEquals(0, larger.get(2));
    }

    @Test
    public void convert_frameOfAnotherSize_isPreparedAnew() {
        byte[] white = new byte[64 * 64 * 3];
        Arrays.fill(white, (byte) 255);
        for (int side : new int[] {64, 5, 31, 64}) {
            RgbFrame frame = new RgbFrame().set(ByteBuffer.wrap(white), side, side, side * 3, 3);
            output.clear();
            converter.convert(frame, Framing.WHOLE, output);
            assertEquals(255, output.get(SIDE * SIDE * 3 - 1) & 0xFF);
        }
    }

    @Test
    public void convert_hugeFrameToOnePixel_isItsMean() {
        byte[] row = new byte[32768 * 3];
        Arrays.fill(row, (byte) 200);
        RgbFrame frame = new RgbFrame().set(ByteBuffer.wrap(row), 32768, 1, row.length, 3);
        ByteBuffer pixel = ByteBuffer.allocate(3);
        new FrameConverter(1, 1).convert(frame, Framing.WHOLE, pixel);
        assertArrayEquals(new byte[] {(byte) 200, (byte) 200, (byte) 200}, pixel.array());
    }

    @Test
    public void convert_transparentArgb_isLaidOverWhite() {
        long[] rgb = new long[3];
        ArgbRow.toRgb(new int[] {0x00FF0000, 0xFF102030, 0x80000000}, 3, rgb);
        assertEquals(255 * Frame.ONES, rgb[0]);
        assertEquals(0x10L | 0x20L << Frame.LANE | 0x30L << 2 * Frame.LANE, rgb[1]);
        assertEquals(127 * Frame.ONES, rgb[2]);
    }

    @Test
    public void convert_cropOutsideTheFrame_throwsImage() {
        RgbFrame frame = new RgbFrame().set(ByteBuffer.allocate(48), 4, 4, 12, 3);
        Framing crop = Framing.WHOLE.crop(2, 0, 3, 4);
        DbdException.Image error =
                assertThrows(
                        DbdException.Image.class, () -> converter.convert(frame, crop, output));
        assertEquals("The crop 3x4 at 2,0 is not in the frame of 4x4.", error.getMessage());
        Framing far = Framing.WHOLE.crop(Integer.MAX_VALUE, 0, Integer.MAX_VALUE, 1);
        assertThrows(DbdException.Image.class, () -> converter.convert(frame, far, output));
    }

    @Test
    public void convert_frameWithoutPixels_throwsImage() {
        for (Frame frame : new Frame[] {new RgbFrame(), new YuvFrame()}) {
            assertThrows(
                    DbdException.Image.class,
                    () -> converter.convert(frame, Framing.WHOLE, output));
        }
    }

    @Test
    public void convert_intoASmallOrReadOnlyBuffer_throwsArgument() {
        RgbFrame frame = new RgbFrame().set(ByteBuffer.allocate(48), 4, 4, 12, 3);
        for (ByteBuffer wrong :
                new ByteBuffer[] {
                    ByteBuffer.allocate(SIDE * SIDE * 3 - 1),
                    ByteBuffer.allocate(SIDE * SIDE * 3).asReadOnlyBuffer()
                }) {
            assertThrows(
                    DbdException.Argument.class,
                    () -> converter.convert(frame, Framing.WHOLE, wrong));
        }
    }

    @Test
    public void set_planesThatAreTooSmall_throwsImage() {
        ByteBuffer four = ByteBuffer.allocate(4);
        ByteBuffer sixteen = ByteBuffer.allocate(16);
        assertThrows(DbdException.Image.class, () -> new RgbFrame().set(four, 2, 2, 6, 3));
        assertThrows(DbdException.Image.class, () -> new RgbFrame().set(sixteen, 2, 2, 5, 3));
        assertThrows(DbdException.Image.class, () -> new RgbFrame().set(sixteen, 2, 2, 4, 2));
        assertThrows(DbdException.Image.class, () -> new RgbFrame().set(sixteen, 0, 2, 6, 3));
        assertThrows(DbdException.Image.class, () -> new RgbFrame().set(null, 2, 2, 6, 3));
        YuvFrame yuv = new YuvFrame();
        yuv.set(sixteen, 4, four, four, 2, 1, 4, 4);
        assertThrows(
                DbdException.Image.class, () -> yuv.set(sixteen, 4, four, four, 2, 2, 4, 4));
        assertThrows(
                DbdException.Image.class, () -> yuv.set(four, 4, four, four, 2, 1, 4, 4));
        assertThrows(
                DbdException.Image.class, () -> yuv.set(sixteen, 4, four, null, 2, 1, 4, 4));
        assertThrows(
                DbdException.Image.class, () -> yuv.set(sixteen, 4, four, four, 2, 0, 4, 4));
    }

    @Test
    public void framing_impossibleNumbers_throwArgument() {
        assertThrows(DbdException.Argument.class, () -> Framing.upright(45, false));
        assertThrows(DbdException.Argument.class, () -> Framing.WHOLE.crop(-1, 0, 2, 2));
        assertThrows(DbdException.Argument.class, () -> Framing.WHOLE.crop(0, 0, 0, 2));
        assertThrows(DbdException.Argument.class, () -> new FrameConverter(0, 4));
        assertThrows(DbdException.Argument.class, () -> new FrameConverter(32768, 32768));
    }

    @Test
    public void framing_ofACamera_turnsItsFramesUprightOnTheScreen() {
        // By the sensor's orientation and the display's rotation.
        int[][] back = {{0, 270, 180, 90}, {90, 0, 270, 180}, {180, 90, 0, 270}, {270, 180, 90, 0}};
        int[][] front = {
            {0, 90, 180, 270}, {90, 180, 270, 0}, {180, 270, 0, 90}, {270, 0, 90, 180}
        };
        for (int sensor = 0; sensor < 4; sensor++) {
            for (int display = 0; display < 4; display++) {
                Framing behind = Framing.ofCamera(90 * sensor, display, false);
                assertEquals(Framing.upright(back[sensor][display], false), behind);
                assertEquals(back[sensor][display], behind.rotationDegrees());
                assertTrue(!behind.isMirrored());
                Framing before = Framing.ofCamera(90 * sensor, display, true);
                assertEquals(Framing.upright(front[sensor][display], true), before);
                assertEquals(front[sensor][display], before.rotationDegrees());
                assertTrue(before.isMirrored());
            }
        }
    }

    @Test
    public void framing_ofACameraThatCannotBe_throwsArgument() {
        DbdException.Argument error =
                assertThrows(
                        DbdException.Argument.class, () -> Framing.ofCamera(90, 270, false));
        assertEquals(
                "A display's rotation is Surface.ROTATION_0 to ROTATION_270, so 0 to 3, as"
                        + " Display.getRotation() returns it, got 270.",
                error.getMessage());
        assertThrows(DbdException.Argument.class, () -> Framing.ofCamera(90, -1, true));
        assertThrows(DbdException.Argument.class, () -> Framing.ofCamera(1, 0, false));
        // 450 - 90 would be a whole turn.
        assertThrows(DbdException.Argument.class, () -> Framing.ofCamera(450, 1, false));
    }

    @Test
    public void framing_sameNumbers_areEqual() {
        Framing one = Framing.upright(90, true).crop(1, 2, 3, 4);
        assertEquals(one, Framing.upright(90, true).crop(1, 2, 3, 4));
        assertEquals(one.hashCode(), Framing.upright(90, true).crop(1, 2, 3, 4).hashCode());
        assertEquals("Framing(3x4+1+2, 90 degrees, mirrored)", one.toString());
        assertTrue(!one.equals(Framing.upright(90, false).crop(1, 2, 3, 4)));
    }
}
