package androidx.test.runner.lifecycle;

/** Stands in for AndroidX Test's class, which Robolectric names stages of an application's life with. */
public enum ApplicationStage {
    PRE_ON_CREATE,
    CREATED
}
