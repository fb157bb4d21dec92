package androidx.camera.core;

/** Stands in for CameraX's class: which part of a frame is shown. */
public final class ViewPort {}
