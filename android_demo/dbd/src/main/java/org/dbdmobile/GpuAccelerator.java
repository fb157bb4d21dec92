package org.dbdmobile;

import java.io.Closeable;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import org.tensorflow.lite.Delegate;

/**
 * TensorFlow Lite's GPU delegate, if the app has it: the library finds it by name and does not
 * depend on it. A detector with it has to be opened, used and closed on one thread.
 *
 * <p>Devices that are not on TensorFlow Lite's own list of those whose GPU works are refused. A driver
 * may fail all the same, and end the app: take {@link DetectorOptions#withCpuFallback} with it.
 *
 * <p>Int8 models gain little from it and may give slightly different maps: measure before choosing
 * it.
 */
public final class GpuAccelerator implements Accelerator {
    private static final String PACKAGE = "org.tensorflow.lite.gpu.";

    private final String delegate;
    private final String compatibility;

    /** The delegate of the package that {@code litert-gpu} and {@code tensorflow-lite-gpu} share. */
    public GpuAccelerator() {
        this(PACKAGE + "GpuDelegate", PACKAGE + "CompatibilityList");
    }

    /** Other classes in the place of those two. */
    GpuAccelerator(String delegate, String compatibility) {
        this.delegate = delegate;
        this.compatibility = compatibility;
    }

    @Override
    public String name() {
        return "GPU";
    }

    @Override
    public Delegate create() {
        try {
            if (!isSupported()) {
                throw new DbdException.Backend(
                        "The GPU of this device is not one that TensorFlow Lite's delegate is known"
                                + " to work on.",
                        null);
            }
            return (Delegate) Class.forName(delegate).getConstructor().newInstance();
        } catch (ClassNotFoundException error) {
            throw new DbdException.Backend(
                    "This app has no GPU delegate: add the dependencies litert-gpu and"
                            + " litert-gpu-api of com.google.ai.edge.litert.",
                    error);
        } catch (InvocationTargetException error) {
            throw new DbdException.Backend(
                    "The GPU delegate cannot be used on this device: " + error.getCause() + ".",
                    error);
        } catch (ReflectiveOperationException
                | ClassCastException
                | LinkageError
                | IOException error) {
            throw new DbdException.Backend(
                    "The app's GPU delegate cannot be loaded, litert-gpu-api may be missing: "
                            + error + ".",
                    error);
        }
    }

    private boolean isSupported() throws ReflectiveOperationException, IOException {
        Class<?> list = Class.forName(compatibility);
        try (Closeable known = (Closeable) list.getConstructor().newInstance()) {
            return (Boolean) list.getMethod("isDelegateSupportedOnThisDevice").invoke(known);
        }
    }
}
