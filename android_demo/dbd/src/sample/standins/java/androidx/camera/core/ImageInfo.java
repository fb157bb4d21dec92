package androidx.camera.core;

/** Stands in for CameraX's interface: what the guide asks of it. */
public interface ImageInfo {
    int getRotationDegrees();
}
