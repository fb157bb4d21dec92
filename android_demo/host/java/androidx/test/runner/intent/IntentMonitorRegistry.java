package androidx.test.runner.intent;

/** Stands in for AndroidX Test's class, which Robolectric registers its monitor with. */
public final class IntentMonitorRegistry {
    private IntentMonitorRegistry() {}

    public static void registerInstance(IntentMonitor monitor) {}
}
