package androidx.camera.core;

/** Stands in for CameraX's class: what the guide asks of it. */
public final class Preview extends UseCase {
    /** What the picture is shown on. */
    public interface SurfaceProvider {}

    /** Makes one. */
    public static final class Builder {
        public Preview build() {
            return new Preview();
        }
    }

    public void setSurfaceProvider(SurfaceProvider surfaceProvider) {}
}
