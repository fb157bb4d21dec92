package org.dbdmobile.demo;

import java.util.ArrayList;
import java.util.List;
import org.dbdmobile.DetectorOptions;
import org.dbdmobile.GpuAccelerator;

/** What runs the model. */
enum Kernels {
    /** The fast kernels for the CPU. */
    XNNPACK("xnnpack", "XNNPACK"),
    /** TensorFlow Lite's own kernels for the CPU. */
    CPU("cpu", "TensorFlow Lite"),
    /** The GPU delegate, if it was packed. */
    GPU("gpu", "GPU");

    private static final String GPU_DELEGATE = "org.tensorflow.lite.gpu.GpuDelegate";

    /** In settings, arguments and reports. */
    final String id;

    /** A proper name, the same in every language. */
    final String title;

    Kernels(String id, String title) {
        this.id = id;
        this.title = title;
    }

    /** Those kernels with this id; null where there are none. */
    static Kernels of(String id) {
        for (Kernels kernels : values()) {
            if (kernels.id.equals(id)) {
                return kernels;
            }
        }
        return null;
    }

    /** All that this app has. */
    static List<Kernels> packed() {
        List<Kernels> packed = new ArrayList<>();
        for (Kernels kernels : values()) {
            if (kernels.isPacked()) {
                packed.add(kernels);
            }
        }
        return packed;
    }

    /** Whether this app has them. */
    boolean isPacked() {
        if (this != GPU) {
            return true;
        }
        try {
            Class.forName(GPU_DELEGATE, false, Kernels.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException error) {
            return false;
        }
    }

    /**
     * The detector's options.
     *
     * @throws org.dbdmobile.DbdException.Argument {@code threads} is out of range
     */
    DetectorOptions options(int threads) {
        DetectorOptions options =
                DetectorOptions.defaults().withThreads(threads).withXnnpack(this != CPU);
        return this == GPU ? options.withAccelerator(new GpuAccelerator()) : options;
    }
}
