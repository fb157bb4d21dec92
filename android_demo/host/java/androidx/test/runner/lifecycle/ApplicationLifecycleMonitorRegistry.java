package androidx.test.runner.lifecycle;

/** Stands in for AndroidX Test's class, which Robolectric registers its monitor with. */
public final class ApplicationLifecycleMonitorRegistry {
    private ApplicationLifecycleMonitorRegistry() {}

    public static void registerInstance(ApplicationLifecycleMonitor monitor) {}
}
