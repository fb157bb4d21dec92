package androidx.camera.core;

/** Stands in for CameraX's class: what the guide asks of it. */
public final class CameraSelector {
    public static final CameraSelector DEFAULT_BACK_CAMERA = new CameraSelector();
}
