package androidx.test.runner.lifecycle;

/** Stands in for AndroidX Test's class, which Robolectric names stages of an activity's life with. */
public enum Stage {
    PRE_ON_CREATE,
    CREATED,
    STARTED,
    RESUMED,
    PAUSED,
    STOPPED,
    RESTARTED,
    DESTROYED
}
