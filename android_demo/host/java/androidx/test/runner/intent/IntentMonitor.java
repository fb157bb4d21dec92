package androidx.test.runner.intent;

/** Stands in for AndroidX Test's class, which Robolectric registers. */
public interface IntentMonitor {}
