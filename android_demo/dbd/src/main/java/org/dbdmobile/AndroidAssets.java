package org.dbdmobile;

import android.content.res.AssetFileDescriptor;
import android.content.res.AssetManager;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import org.jspecify.annotations.Nullable;

/**
 * An app's assets, of which those that are stored as they are get mapped: {@code .tflite} files are,
 * unless an app's build compresses them. Safe for several threads at once.
 */
public final class AndroidAssets implements BlurModel.MappedAssets {
    private final AssetManager assets;

    /**
     * An app's assets.
     *
     * @param assets of any of the app's contexts: {@code context.getAssets()}
     * @throws DbdException.Argument {@code assets} is null
     */
    public AndroidAssets(AssetManager assets) {
        Given.check(assets, "The app's assets");
        this.assets = assets;
    }

    @Override
    public InputStream open(String path) throws IOException {
        Given.check(path, "An asset's path");
        return assets.open(path);
    }

    @Override
    public @Nullable ByteBuffer map(String path) {
        Given.check(path, "An asset's path");
        // Not its own stream, whose channel counts from the asset's start or, on older phones, from
        // the archive's.
        try (AssetFileDescriptor place = assets.openFd(path);
                FileInputStream archive = new FileInputStream(place.getFileDescriptor())) {
            return archive.getChannel()
                    .map(
                            FileChannel.MapMode.READ_ONLY,
                            place.getStartOffset(),
                            place.getDeclaredLength());
        } catch (IOException error) {
            // It is compressed, or not there: reading it says which.
            return null;
        }
    }
}
