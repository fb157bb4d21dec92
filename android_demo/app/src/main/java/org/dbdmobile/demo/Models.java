package org.dbdmobile.demo;

import android.content.res.AssetManager;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.dbdmobile.AndroidAssets;
import org.dbdmobile.BlurModel;

/** The models that were packed: folders with a card each, where the library has its assets. */
final class Models implements BlurModel.MappedAssets {
    /** Of the app's assets. */
    static final String FOLDER = "org.dbdmobile";

    private final AssetManager assets;
    private final AndroidAssets files;

    Models(AssetManager assets) {
        this.assets = assets;
        files = new AndroidAssets(assets);
    }

    /** Ids of those that find blur, in alphabetical order, at least one in a whole app. */
    List<String> ids() {
        Set<String> ids = new TreeSet<>();
        try {
            for (String entry : assets.list(FOLDER)) {
                // A phone names the folders here, Robolectric the files in them.
                String id = entry.split("/")[0];
                if (BlurModel.isBundled(this, id)) {
                    ids.add(id);
                }
            }
        } catch (IOException error) {
            throw new IllegalStateException("The app's own assets cannot be listed.", error);
        }
        return new ArrayList<>(ids);
    }

    @Override
    public InputStream open(String path) throws IOException {
        return files.open(path);
    }

    @Override
    public ByteBuffer map(String path) {
        return files.map(path);
    }
}
