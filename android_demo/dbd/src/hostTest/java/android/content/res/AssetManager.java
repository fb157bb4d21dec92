package android.content.res;

import java.io.IOException;
import java.io.InputStream;

/** Stands in for Android's class on the JVM: what {@code AndroidAssets} asks of it. */
public abstract class AssetManager {
    public abstract InputStream open(String path) throws IOException;

    public abstract AssetFileDescriptor openFd(String path) throws IOException;
}
