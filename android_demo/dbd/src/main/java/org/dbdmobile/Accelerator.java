package org.dbdmobile;

import org.tensorflow.lite.Delegate;

/**
 * Runs a model elsewhere than on the CPU: a TensorFlow Lite delegate that the app brings. {@link
 * GpuAccelerator} is one; the library itself needs none.
 */
public interface Accelerator {
    /**
     * What to call it in messages.
     *
     * @return e.g. {@code "GPU"}
     */
    String name();

    /**
     * Makes a delegate for one detector, which closes it.
     *
     * @return a new delegate
     * @throws DbdException.Backend it is not there, or this device cannot run it
     */
    Delegate create();
}
