package org.dbdmobile.demo;

import org.junit.runners.model.FrameworkMethod;
import org.junit.runners.model.InitializationError;
import org.robolectric.RobolectricTestRunner;
import org.robolectric.internal.bytecode.InstrumentationConfiguration;

/**
 * Runs a test on Android's own classes, with TensorFlow Lite's as they are: its native library is
 * loaded once, for all tests.
 */
public final class ScreenRunner extends RobolectricTestRunner {
    public ScreenRunner(Class<?> test) throws InitializationError {
        super(test);
    }

    @Override
    protected InstrumentationConfiguration createClassLoaderConfig(FrameworkMethod method) {
        return new InstrumentationConfiguration.Builder(super.createClassLoaderConfig(method))
                .doNotAcquirePackage("org.tensorflow.")
                .build();
    }
}
