package org.dbdmobile;

import java.lang.reflect.InvocationTargetException;
import org.tensorflow.lite.Delegate;

/**
 * TensorFlow Lite's GPU delegate, if the app has it: the library finds it by name and does not
 * depend on it. A detector with it has to be opened, used and closed on one thread.
 *
 * <p>Int8 models gain little from it and may give slightly different maps: measure before choosing
 * it.
 */
public final class GpuAccelerator implements Accelerator {
    private static final String DELEGATE = "org.tensorflow.lite.gpu.GpuDelegate";

    private final String className;

    /** The delegate of the package that {@code litert-gpu} and {@code tensorflow-lite-gpu} share. */
    public GpuAccelerator() {
        this(DELEGATE);
    }

    GpuAccelerator(String className) {
        this.className = className;
    }

    @Override
    public String name() {
        return "GPU";
    }

    @Override
    public Delegate create() {
        try {
            return (Delegate) Class.forName(className).getConstructor().newInstance();
        } catch (ClassNotFoundException error) {
            throw new DbdException.Backend(
                    "This app has no GPU delegate: add the dependencies litert-gpu and"
                            + " litert-gpu-api of com.google.ai.edge.litert.",
                    error);
        } catch (InvocationTargetException error) {
            throw new DbdException.Backend(
                    "The GPU delegate cannot be used on this device: " + error.getCause() + ".",
                    error);
        } catch (ReflectiveOperationException | ClassCastException | LinkageError error) {
            throw new DbdException.Backend(
                    "The app's GPU delegate cannot be loaded, litert-gpu-api may be missing: "
                            + error + ".",
                    error);
        }
    }
}
