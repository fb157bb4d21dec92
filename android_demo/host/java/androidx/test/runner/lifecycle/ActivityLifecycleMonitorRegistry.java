package androidx.test.runner.lifecycle;

/** Stands in for AndroidX Test's class, which Robolectric registers its monitor with. */
public final class ActivityLifecycleMonitorRegistry {
    private ActivityLifecycleMonitorRegistry() {}

    public static void registerInstance(ActivityLifecycleMonitor monitor) {}
}
