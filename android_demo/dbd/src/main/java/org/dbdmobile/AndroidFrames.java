package org.dbdmobile;

import android.graphics.Bitmap;
import android.graphics.ImageFormat;
import android.graphics.PixelFormat;
import android.media.Image;

/**
 * Makes frames of Android's pictures: {@code Image} of a camera and {@code Bitmap}. Besides it only
 * {@link AndroidAssets} of this library needs Android.
 *
 * <p>Keep one for each thread: for images it hands out the same two frames again and again, and its
 * frames of bitmaps share their memory for rows. It keeps no picture: a bitmap can be collected once
 * its frame is no longer used.
 */
public final class AndroidFrames {
    private final YuvFrame yuv = new YuvFrame();
    private final RgbFrame rgba = new RgbFrame();
    private final Rows rows = new Rows();

    /** An adapter that has made no frame yet. */
    public AndroidFrames() {}

    /**
     * A camera's image as a frame; nothing is copied, and the image is not closed. It is the whole
     * image, whatever {@code getCropRect} says: a camera's is the whole image too. Where it is not,
     * as in pictures of a video decoder, what lies outside is no picture: leave it out with {@link
     * Framing#crop}, which counts in the same pixels.
     *
     * @param image of the format {@code YUV_420_888} or {@code RGBA_8888}
     * @return a frame, good until the image is closed or this adapter is asked for an image again
     * @throws DbdException.Image the image has another format, was closed, or its planes cannot be
     *     had
     * @throws DbdException.Argument {@code image} is null
     */
    public Frame of(Image image) {
        Given.check(image, "An Image");
        try {
            int format = image.getFormat();
            if (format != ImageFormat.YUV_420_888 && format != PixelFormat.RGBA_8888) {
                throw new DbdException.Image(
                        "An Image is YUV_420_888 (35) or RGBA_8888 (1), got format " + format
                                + ".");
            }
            Image.Plane[] planes = image.getPlanes();
            int count = format == PixelFormat.RGBA_8888 ? 1 : 3;
            if (planes == null || planes.length < count) {
                throw new DbdException.Image(
                        "An Image of format " + format + " has " + count + " planes, got "
                                + (planes == null ? 0 : planes.length) + ".");
            }
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
        } catch (DbdException refused) {
            throw refused;
        } catch (IllegalStateException error) {
            throw new DbdException.Image("The Image was closed: use it before.", error);
        } catch (RuntimeException error) {
            // The buffer was taken back by the camera, or is none that a processor may read.
            throw new DbdException.Image("The Image cannot be read: " + error + ".", error);
        }
    }

    /**
     * A bitmap as a frame; nothing is copied. Transparent pixels count as laid over white.
     *
     * @param picture of any config that lies in memory, so not {@code HARDWARE}
     * @return a frame, good until the bitmap is recycled or changed
     * @throws DbdException.Image the bitmap was recycled, or its pixels cannot be read
     * @throws DbdException.Argument {@code picture} is null
     */
    public Frame of(Bitmap picture) {
        Given.check(picture, "A Bitmap");
        if (picture.isRecycled()) {
            throw new DbdException.Image("The Bitmap was recycled: use it before.");
        }
        if (picture.getConfig() == Bitmap.Config.HARDWARE) {
            throw new DbdException.Image(
                    "The Bitmap is in the GPU's memory: copy it to ARGB_8888 first.");
        }
        return new BitmapFrame(picture, rows);
    }

    /** Memory for one row of any bitmap. */
    private static final class Rows {
        int[] line = new int[0];
        long[] rgb = new long[0];

        void makeRoom(int width) {
            if (line.length < width) {
                line = new int[width];
                rgb = new long[width];
            }
        }
    }

    private static final class BitmapFrame extends Frame {
        private final Bitmap picture;
        private final Rows rows;

        BitmapFrame(Bitmap picture, Rows rows) {
            checkSize(picture.getWidth(), picture.getHeight());
            this.picture = picture;
            this.rows = rows;
            setSize(picture.getWidth(), picture.getHeight());
            rows.makeRoom(width());
        }

        @Override
        void addRow(int row, int left, int width, boolean reversed, int across, int[] sums) {
            try {
                picture.getPixels(rows.line, 0, width, left, row, width, 1);
            } catch (IllegalStateException | IllegalArgumentException error) {
                throw new DbdException.Image(
                        "The Bitmap was recycled or reconfigured: use it before.", error);
            }
            ArgbRow.toRgb(rows.line, width, rows.rgb);
            addUp(rows.rgb, width, reversed, across, sums);
        }
    }
}
