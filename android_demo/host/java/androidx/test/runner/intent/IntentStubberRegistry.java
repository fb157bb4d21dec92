package androidx.test.runner.intent;

/** Stands in for AndroidX Test's class, which Robolectric asks for a stubber: there is none. */
public final class IntentStubberRegistry {
    private IntentStubberRegistry() {}

    public static boolean isLoaded() {
        return false;
    }

    public static IntentStubber getInstance() {
        throw new IllegalStateException("There is no stubber.");
    }
}
