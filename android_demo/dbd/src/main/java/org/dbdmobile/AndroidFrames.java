package org.dbdmobile;

import android.graphics.Bitmap;
import android.graphics.ImageFormat;
import android.graphics.PixelFormat;
import android.media.Image;

/**
 * Makes frames of Android's pictures: {@code Image} of a camera and {@code Bitmap}. The one class of
 * this library that needs Android.
 *
 * <p>Keep one for each thread: it hands out the same few frames again and again. A frame is good
 * until the next call, and until its picture is closed, recycled or changed.
 */
public final class AndroidFrames {
    private final YuvFrame yuv = new YuvFrame();
    private final RgbFrame rgba = new RgbFrame();
    private final BitmapFrame bitmap = new BitmapFrame();

    /** An adapter that has made no frame yet. */
    public AndroidFrames() {}

    /**
     * A camera's image as a frame; nothing is copied, and the image is not closed. Its crop
     * rectangle is left to {@link Framing#crop}.
     *
     * @param image of the format {@code YUV_420_888} or {@code RGBA_8888}
     * @return a frame, good until the image is closed or this adapter is asked again
     * @throws DbdException.Image the image has another format, or was closed
     */
    public Frame of(Image image) {
        try {
            int format = image.getFormat();
            if (format != ImageFormat.YUV_420_888 && format != PixelFormat.RGBA_8888) {
                throw new DbdException.Image(
                        "An Image is YUV_420_888 (35) or RGBA_8888 (1), got format " + format
                                + ".");
            }
            Image.Plane[] planes = image.getPlanes();
            Image.Plane first = planes[0];
            if (format == PixelFormat.RGBA_8888) {
                return rgba.set(
                        first.getBuffer(),
                        image.getWidth(),
                        image.getHeight(),
                        first.getRowStride(),
                        first.getPixelStride());
            }
            return yuv.set(
                    first.getBuffer(),
                    first.getRowStride(),
                    planes[1].getBuffer(),
                    planes[2].getBuffer(),
                    planes[1].getRowStride(),
                    planes[1].getPixelStride(),
                    image.getWidth(),
                    image.getHeight());
        } catch (IllegalStateException error) {
            throw new DbdException.Image("The Image was closed: use it before.", error);
        }
    }

    /**
     * A bitmap as a frame; nothing is copied. Transparent pixels count as laid over white.
     *
     * @param picture of any config that lies in memory, so not {@code HARDWARE}
     * @return a frame, good until the bitmap is recycled or this adapter is asked again
     * @throws DbdException.Image the bitmap was recycled, or its pixels cannot be read
     */
    public Frame of(Bitmap picture) {
        if (picture.isRecycled()) {
            throw new DbdException.Image("The Bitmap was recycled: use it before.");
        }
        if (picture.getConfig() == Bitmap.Config.HARDWARE) {
            throw new DbdException.Image(
                    "The Bitmap is in the GPU's memory: copy it to ARGB_8888 first.");
        }
        return bitmap.set(picture);
    }

    private static final class BitmapFrame extends Frame {
        private Bitmap picture;
        private int[] line = new int[0];
        private long[] rgb = new long[0];

        BitmapFrame set(Bitmap picture) {
            checkSize(picture.getWidth(), picture.getHeight());
            this.picture = picture;
            setSize(picture.getWidth(), picture.getHeight());
            if (line.length < width()) {
                line = new int[width()];
                rgb = new long[width()];
            }
            return this;
        }

        @Override
        void addRow(int row, int left, int width, boolean reversed, int across, int[] sums) {
            try {
                picture.getPixels(line, 0, width, left, row, width, 1);
            } catch (IllegalStateException | IllegalArgumentException error) {
                throw new DbdException.Image(
                        "The Bitmap was recycled or reconfigured: use it before.", error);
            }
            ArgbRow.toRgb(line, width, rgb);
            addUp(rgb, width, reversed, across, sums);
        }
    }
}
