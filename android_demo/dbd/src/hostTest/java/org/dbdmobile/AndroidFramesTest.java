package org.dbdmobile;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertSame;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import android.graphics.Bitmap;
import android.media.Image;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import org.junit.Test;

/** The adapter over stand-ins of Android's two classes, which lie in this folder. */
public class AndroidFramesTest {
    private static final int YUV_420_888 = 35;
    private static final int RGBA_8888 = 1;
    private static final int JPEG = 256;

    private static final class FakePlane extends Image.Plane {
        final ByteBuffer buffer;
        final int rowStride;
        final int pixelStride;

        FakePlane(ByteBuffer buffer, int rowStride, int pixelStride) {
            this.buffer = buffer;
            this.rowStride = rowStride;
            this.pixelStride = pixelStride;
        }

        @Override
        public ByteBuffer getBuffer() {
            return buffer;
        }

        @Override
        public int getRowStride() {
            return rowStride;
        }

        @Override
        public int getPixelStride() {
            return pixelStride;
        }
    }

    private static final class FakeImage extends Image {
        final int format;
        final int width;
        final int height;
        final Image.Plane[] planes;
        boolean isClosed;
        RuntimeException refusal;

        FakeImage(int format, int width, int height, Image.Plane... planes) {
            this.format = format;
            this.width = width;
            this.height = height;
            this.planes = planes;
        }

        @Override
        public int getFormat() {
            if (isClosed) {
                throw new IllegalStateException("Image is already closed");
            }
            return format;
        }

        @Override
        public int getWidth() {
            return width;
        }

        @Override
        public int getHeight() {
            return height;
        }

        @Override
        public Image.Plane[] getPlanes() {
            if (refusal != null) {
                throw refusal;
            }
            return planes;
        }

        @Override
        public void close() {
            isClosed = true;
        }
    }

    private final AndroidFrames frames = new AndroidFrames();

    @Test
    public void of_yuvImage_givesTheGoldenTensor() {
        for (Map<String, String> row : Golden.table("squash.tsv")) {
            if (row.get("kind").equals("yuv")) {
                ByteBuffer memory = Golden.direct(Golden.golden(row.get("frame")));
                FakeImage image =
                        new FakeImage(
                                YUV_420_888,
                                Golden.number(row, "width"),
                                Golden.number(row, "height"),
                                new FakePlane(memory, Golden.number(row, "row_stride"), 1),
                                chroma(memory, row, "u_at"),
                                chroma(memory, row, "v_at"));
                assertSameAs(Golden.frame(row), frames.of(image), Golden.framing(row));
            }
        }
    }

    @Test
    public void of_rgbaImage_isThatFrame() {
        ByteBuffer pixels = ByteBuffer.allocate(20 * 3 + 16);
        pixels.put(0, (byte) 200);
        Frame expected = new RgbFrame().set(pixels, 4, 4, 20, 4);
        FakeImage image = new FakeImage(RGBA_8888, 4, 4, new FakePlane(pixels, 20, 4));
        assertSameAs(expected, frames.of(image), Framing.WHOLE);
    }

    @Test
    public void of_bitmap_isTheSameAsItsRgb() {
        int[] argb = new int[9 * 7];
        byte[] rgb = new byte[9 * 7 * 3];
        for (int i = 0; i < argb.length; i++) {
            argb[i] = 0xFF000000 | i * 40503;
            rgb[3 * i] = (byte) (argb[i] >> 16);
            rgb[3 * i + 1] = (byte) (argb[i] >> 8);
            rgb[3 * i + 2] = (byte) argb[i];
        }
        Frame expected = new RgbFrame().set(ByteBuffer.wrap(rgb), 9, 7, 27, 3);
        Framing framing = Framing.upright(270, true).crop(1, 2, 7, 5);
        Bitmap bitmap = new Bitmap(argb, 9, Bitmap.Config.ARGB_8888);
        assertSameAs(expected, frames.of(bitmap), framing);
    }

    @Test
    public void of_nextPicture_handsOutTheSameFrame() {
        FakePlane plane = new FakePlane(ByteBuffer.allocate(64), 16, 4);
        Frame first = frames.of(new FakeImage(RGBA_8888, 4, 4, plane));
        assertSame(first, frames.of(new FakeImage(RGBA_8888, 2, 4, plane)));
        assertEquals(2, first.width());
    }

    @Test
    public void of_imageOfAnotherFormat_throwsImage() {
        FakeImage image = new FakeImage(JPEG, 4, 4);
        DbdException.Image error =
                assertThrows(DbdException.Image.class, () -> frames.of(image));
        assertTrue(error.getMessage(), error.getMessage().endsWith("got format 256."));
    }

    @Test
    public void of_closedImage_throwsImage() {
        FakeImage image = new FakeImage(RGBA_8888, 4, 4);
        image.close();
        assertThrows(DbdException.Image.class, () -> frames.of(image));
    }

    @Test
    public void of_imageWhosePlanesCannotBeHad_throwsImage() {
        FakePlane plane = new FakePlane(ByteBuffer.allocate(64), 16, 4);
        RuntimeException[] refusals = {
            new IllegalStateException("Image is already closed"),
            new UnsupportedOperationException("no planes"),
            new NullPointerException("no buffer")
        };
        for (RuntimeException refusal : refusals) {
            FakeImage image = new FakeImage(RGBA_8888, 4, 4, plane);
            image.refusal = refusal;
            DbdException.Image error =
                    assertThrows(DbdException.Image.class, () -> frames.of(image));
            assertSame(refusal, error.getCause());
        }
        assertThrows(
                DbdException.Image.class, () -> frames.of(new FakeImage(RGBA_8888, 4, 4)));
        assertThrows(
                DbdException.Image.class,
                () -> frames.of(new FakeImage(YUV_420_888, 4, 4, plane, plane)));
    }

    @Test
    public void of_bitmapThatIsNoLongerUsed_isLetGoOf() throws InterruptedException {
        WeakReference<Bitmap> picture = usedBitmap();
        for (int i = 0; picture.get() != null && i < 100; i++) {
            System.gc();
            Thread.sleep(10);
        }
        assertNull("the adapter keeps the bitmap", picture.get());
        assertEquals(2, frames.of(new Bitmap(new int[4], 2, Bitmap.Config.ARGB_8888)).width());
    }

    private WeakReference<Bitmap> usedBitmap() {
        Bitmap picture = new Bitmap(new int[4], 2, Bitmap.Config.ARGB_8888);
        ByteBuffer output = ByteBuffer.allocate(12);
        new FrameConverter(2, 2).convert(frames.of(picture), Framing.WHOLE, output);
        return new WeakReference<>(picture);
    }

    @Test
    public void of_bitmapOutOfReach_throwsImage() {
        Bitmap hardware = new Bitmap(new int[4], 2, Bitmap.Config.HARDWARE);
        assertThrows(DbdException.Image.class, () -> frames.of(hardware));
        Bitmap recycled = new Bitmap(new int[4], 2, Bitmap.Config.ARGB_8888);
        Frame frame = frames.of(recycled);
        recycled.recycle();
        assertThrows(DbdException.Image.class, () -> frames.of(recycled));
        ByteBuffer output = ByteBuffer.allocate(12);
        assertThrows(
                DbdException.Image.class,
                () -> new FrameConverter(2, 2).convert(frame, Framing.WHOLE, output));
    }

    private static FakePlane chroma(ByteBuffer memory, Map<String, String> row, String start) {
        ByteBuffer plane = memory.duplicate();
        plane.position(Golden.number(row, start));
        return new FakePlane(
                plane.slice(),
                Golden.number(row, "chroma_row_stride"),
                Golden.number(row, "chroma_pixel_stride"));
    }

    private static void assertSameAs(Frame expected, Frame frame, Framing framing) {
        byte[] wanted = new byte[40 * 30 * 3];
        new FrameConverter(40, 30).convert(expected, framing, ByteBuffer.wrap(wanted));
        byte[] got = new byte[wanted.length];
        Arrays.fill(got, (byte) 1);
        new FrameConverter(40, 30).convert(frame, framing, ByteBuffer.wrap(got));
        assertArrayEquals(wanted, got);
    }
}
