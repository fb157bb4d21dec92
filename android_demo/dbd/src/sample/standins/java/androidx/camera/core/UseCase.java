package androidx.camera.core;

/** Stands in for CameraX's class, whose archive is in Google's repository only. */
public abstract class UseCase {}
