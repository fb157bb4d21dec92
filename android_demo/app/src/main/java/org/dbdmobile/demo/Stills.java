package org.dbdmobile.demo;

import android.content.ContentResolver;
import android.content.Context;
import android.graphics.Bitmap;
import android.graphics.BitmapFactory;
import android.graphics.Canvas;
import android.graphics.Matrix;
import android.graphics.Paint;
import android.graphics.RectF;
import android.media.ExifInterface;
import android.net.Uri;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.dbdmobile.BlurMap;
import org.dbdmobile.Frame;
import org.dbdmobile.FrameConverter;
import org.dbdmobile.Framing;

/** Photos that stand still: read from the gallery, taken from a frame, written to be shared. */
final class Stills {
    /** What is shown of a photo with a longer side is halved until it has not. */
    static final int MAX_SIDE = 4096;

    /** A photo of more pixels is decoded reduced: they would take more than 128 MiB. */
    static final int MAX_PIXELS = 1 << 25;

    // Of the folder, so that a picture that another app still reads is not taken from under it.
    private static final long KEPT_MS = 24L * 60 * 60 * 1000;

    private Stills() {}

    /**
     * The pixels of a frame as an upright picture.
     *
     * @param width of the picture: the frame's, or its height where it lies on its side
     */
    static Bitmap upright(Frame frame, Framing framing, int width, int height) {
        ByteBuffer rgb = ByteBuffer.allocateDirect(width * height * 3);
        new FrameConverter(width, height).convert(frame, framing, rgb);
        int[] argb = new int[width * height];
        for (int i = 0, at = 0; i < argb.length; i++, at += 3) {
            argb[i] =
                    0xFF000000
                            | (rgb.get(at) & 0xFF) << 16
                            | (rgb.get(at + 1) & 0xFF) << 8
                            | rgb.get(at + 2) & 0xFF;
        }
        return Bitmap.createBitmap(argb, width, height, Bitmap.Config.ARGB_8888);
    }

    /**
     * Decodes a photo, upright as its EXIF data says.
     *
     * @throws PhotoException it cannot be read, is damaged, or does not fit into memory
     */
    static Still read(ContentResolver resolver, Uri uri) throws PhotoException {
        return read(resolver, uri, MAX_PIXELS);
    }

    /** The same with another number of pixels from which on a photo is decoded reduced. */
    static Still read(ContentResolver resolver, Uri uri, int maxPixels) throws PhotoException {
        try {
            BitmapFactory.Options options = new BitmapFactory.Options();
            options.inJustDecodeBounds = true;
            try (InputStream stream = open(resolver, uri)) {
                BitmapFactory.decodeStream(stream, null, options);
            }
            options.inJustDecodeBounds = false;
            options.inSampleSize = 1;
            long pixels = (long) options.outWidth * options.outHeight;
            while (pixels / options.inSampleSize / options.inSampleSize > maxPixels) {
                options.inSampleSize *= 2;
            }
            Bitmap photo;
            try (InputStream stream = open(resolver, uri)) {
                photo = BitmapFactory.decodeStream(stream, null, options);
            }
            if (photo == null) {
                throw new PhotoException(
                        R.string.photo_damaged, uri + " is no picture that can be decoded.", null);
            }
            Bitmap whole = turned(photo, orientation(resolver, uri));
            return new Still(whole, shown(whole), options.inSampleSize);
        } catch (IOException error) {
            throw new PhotoException(R.string.photo_unreadable, uri + " cannot be read.", error);
        } catch (OutOfMemoryError error) {
            throw new PhotoException(R.string.out_of_memory, uri + " is too large.", error);
        }
    }

    private static Bitmap shown(Bitmap whole) {
        Bitmap picture = whole;
        while (Math.max(picture.getWidth(), picture.getHeight()) > MAX_SIDE) {
            // Halved at most: so each pixel is the mean of those that it stands for.
            picture =
                    Bitmap.createScaledBitmap(
                            picture,
                            (picture.getWidth() + 1) / 2,
                            (picture.getHeight() + 1) / 2,
                            true);
        }
        return picture;
    }

    private static InputStream open(ContentResolver resolver, Uri uri) throws IOException {
        InputStream stream;
        try {
            stream = resolver.openInputStream(uri);
        } catch (RuntimeException error) {
            // The other app's own, handed over to this one; or a permission that has ended.
            throw new IOException(uri + " cannot be opened", error);
        }
        if (stream == null) {
            throw new IOException(uri + " has no bytes");
        }
        return stream;
    }

    private static Matrix orientation(ContentResolver resolver, Uri uri) {
        Matrix turn = new Matrix();
        try (InputStream stream = open(resolver, uri)) {
            int orientation =
                    new ExifInterface(stream)
                            .getAttributeInt(
                                    ExifInterface.TAG_ORIENTATION,
                                    ExifInterface.ORIENTATION_NORMAL);
            switch (orientation) {
                case ExifInterface.ORIENTATION_FLIP_HORIZONTAL:
                    turn.postScale(-1, 1);
                    break;
                case ExifInterface.ORIENTATION_ROTATE_180:
                    turn.postRotate(180);
                    break;
                case ExifInterface.ORIENTATION_FLIP_VERTICAL:
                    turn.postScale(1, -1);
                    break;
                case ExifInterface.ORIENTATION_TRANSPOSE:
                    turn.postRotate(90);
                    turn.postScale(-1, 1);
                    break;
                case ExifInterface.ORIENTATION_ROTATE_90:
                    turn.postRotate(90);
                    break;
                case ExifInterface.ORIENTATION_TRANSVERSE:
                    turn.postRotate(270);
                    turn.postScale(-1, 1);
                    break;
                case ExifInterface.ORIENTATION_ROTATE_270:
                    turn.postRotate(270);
                    break;
                default:
                    break;
            }
        } catch (IOException error) {
            // A photo without EXIF data lies as it is.
            turn.reset();
        }
        return turn;
    }

    private static Bitmap turned(Bitmap photo, Matrix turn) {
        if (turn.isIdentity()) {
            return photo;
        }
        return Bitmap.createBitmap(
                photo, 0, 0, photo.getWidth(), photo.getHeight(), turn, true);
    }

    /** The folder that {@link StillProvider} hands out; what is a day old is deleted. */
    static File folder(Context context) throws IOException {
        File folder = new File(context.getCacheDir(), "stills");
        if (!folder.isDirectory() && !folder.mkdirs()) {
            throw new IOException(folder + " cannot be made");
        }
        File[] files = folder.listFiles();
        for (File file : files == null ? new File[0] : files) {
            if (System.currentTimeMillis() - file.lastModified() > KEPT_MS) {
                file.delete();
            }
        }
        return folder;
    }

    /**
     * Writes what is shared of a photo: {@code STEM.jpg}, {@code STEM.blur.png} (the map, 255 =
     * blurred, at the photo's size) and {@code STEM.overlay.jpg}, as {@code dbd-mobile detect} names
     * them.
     *
     * @param overlay what lies over the photo, of the map's size
     * @throws IOException storage is full
     */
    static List<File> write(
            File folder, String stem, Bitmap photo, BlurMap map, Bitmap overlay)
            throws IOException {
        List<File> files = new ArrayList<>();
        files.add(jpeg(new File(folder, stem + ".jpg"), photo));
        RectF area = new RectF(0, 0, photo.getWidth(), photo.getHeight());
        Paint scaling = new Paint(Paint.FILTER_BITMAP_FLAG);
        Bitmap picture =
                Bitmap.createBitmap(photo.getWidth(), photo.getHeight(), Bitmap.Config.ARGB_8888);
        Canvas canvas = new Canvas(picture);
        canvas.drawBitmap(grey(map), null, area, scaling);
        files.add(
                compressed(
                        new File(folder, stem + ".blur.png"), picture, Bitmap.CompressFormat.PNG));
        canvas.drawBitmap(photo, null, area, scaling);
        canvas.drawBitmap(overlay, null, area, scaling);
        files.add(jpeg(new File(folder, stem + ".overlay.jpg"), picture));
        return files;
    }

    /** The map as a grey picture of its own size, white = blurred. */
    private static Bitmap grey(BlurMap map) {
        int[] argb = new int[map.width() * map.height()];
        for (int row = 0, i = 0; row < map.height(); row++) {
            for (int column = 0; column < map.width(); column++, i++) {
                int level = Math.round(map.probability(column, row) * 255);
                argb[i] = 0xFF000000 | Math.min(Math.max(level, 0), 255) * 0x010101;
            }
        }
        return Bitmap.createBitmap(argb, map.width(), map.height(), Bitmap.Config.ARGB_8888);
    }

    /** Writes a photo; whole, or an exception. */
    static File jpeg(File file, Bitmap photo) throws IOException {
        return compressed(file, photo, Bitmap.CompressFormat.JPEG);
    }

    private static File compressed(File file, Bitmap picture, Bitmap.CompressFormat format)
            throws IOException {
        // Into memory first: compress would not say why it cannot write.
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        if (!picture.compress(format, 95, bytes)) {
            throw new IOException(file.getName() + " cannot be encoded");
        }
        boolean isWhole = false;
        try (OutputStream out = new FileOutputStream(file)) {
            bytes.writeTo(out);
            isWhole = true;
        } finally {
            if (!isWhole) {
                file.delete();
            }
        }
        return file;
    }
}
