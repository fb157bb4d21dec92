package androidx.test.runner.lifecycle;

/** Stands in for AndroidX Test's class, which Robolectric registers. */
public interface ApplicationLifecycleMonitor {}
