package androidx.camera.core;

/** Stands in for CameraX's interface. */
public interface Camera {}
