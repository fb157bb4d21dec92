package androidx.camera.lifecycle;

import androidx.camera.core.Camera;
import androidx.camera.core.CameraSelector;
import androidx.camera.core.UseCaseGroup;
import androidx.lifecycle.LifecycleOwner;

/** Stands in for CameraX's class: what the guide asks of it. */
public abstract class ProcessCameraProvider {
    public abstract Camera bindToLifecycle(
            LifecycleOwner lifecycleOwner, CameraSelector cameraSelector, UseCaseGroup group);

    public abstract void unbindAll();
}
