package androidx.camera.view;

import androidx.camera.core.Preview;
import androidx.camera.core.ViewPort;
import org.jspecify.annotations.Nullable;

/** Stands in for CameraX's view: what the guide asks of it. */
public abstract class PreviewView {
    public abstract @Nullable ViewPort getViewPort();

    public abstract Preview.SurfaceProvider getSurfaceProvider();
}
