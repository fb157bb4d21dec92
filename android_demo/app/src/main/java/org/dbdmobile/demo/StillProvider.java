package org.dbdmobile.demo;

import android.content.ContentProvider;
import android.content.ContentValues;
import android.database.Cursor;
import android.database.MatrixCursor;
import android.net.Uri;
import android.os.ParcelFileDescriptor;
import android.provider.OpenableColumns;
import java.io.File;
import java.io.FileNotFoundException;
import java.io.IOException;

/**
 * Lets an app that a still was shared with read it: nothing else, and nobody else. {@code
 * content://org.dbdmobile.demo.stills/NAME}.
 */
public final class StillProvider extends ContentProvider {
    private static final String AUTHORITY = "org.dbdmobile.demo.stills";

    /** The address of a file of {@link Stills#folder}. */
    static Uri uri(File still) {
        return new Uri.Builder()
                .scheme("content")
                .authority(AUTHORITY)
                .appendPath(still.getName())
                .build();
    }

    @Override
    public boolean onCreate() {
        return true;
    }

    @Override
    public String getType(Uri uri) {
        return uri.getPath().endsWith(".png") ? "image/png" : "image/jpeg";
    }

    @Override
    public ParcelFileDescriptor openFile(Uri uri, String mode) throws FileNotFoundException {
        if (!mode.equals("r")) {
            throw new FileNotFoundException("Stills are for reading only.");
        }
        return ParcelFileDescriptor.open(file(uri), ParcelFileDescriptor.MODE_READ_ONLY);
    }

    @Override
    public Cursor query(
            Uri uri, String[] projection, String selection, String[] arguments, String order) {
        String[] all = {OpenableColumns.DISPLAY_NAME, OpenableColumns.SIZE};
        MatrixCursor cursor = new MatrixCursor(projection == null ? all : projection);
        try {
            File file = file(uri);
            // Columns that were not asked for are left out, unknown ones stay null.
            MatrixCursor.RowBuilder row = cursor.newRow();
            row.add(OpenableColumns.DISPLAY_NAME, file.getName());
            row.add(OpenableColumns.SIZE, file.length());
        } catch (FileNotFoundException error) {
            // No such still, so no row.
        }
        return cursor;
    }

    private File file(Uri uri) throws FileNotFoundException {
        String name = uri.getLastPathSegment();
        if (name == null || !name.matches("[A-Za-z0-9-]+(\\.(blur|overlay))?\\.(jpg|png)")) {
            throw new FileNotFoundException("There is no still " + uri + ".");
        }
        try {
            File file = new File(Stills.folder(getContext()), name);
            if (!file.isFile()) {
                throw new FileNotFoundException("There is no still " + uri + ".");
            }
            return file;
        } catch (FileNotFoundException error) {
            throw error;
        } catch (IOException error) {
            throw new FileNotFoundException(error.getMessage());
        }
    }

    @Override
    public Uri insert(Uri uri, ContentValues values) {
        throw new UnsupportedOperationException("Stills are for reading only.");
    }

    @Override
    public int delete(Uri uri, String selection, String[] arguments) {
        throw new UnsupportedOperationException("Stills are for reading only.");
    }

    @Override
    public int update(Uri uri, ContentValues values, String selection, String[] arguments) {
        throw new UnsupportedOperationException("Stills are for reading only.");
    }
}
