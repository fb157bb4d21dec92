package org.dbdmobile;

import java.io.File;
import org.jspecify.annotations.Nullable;

/** How a {@link BlurDetector} runs its model. Immutable: each change gives new options. */
public final class DetectorOptions {
    /** The most threads that an interpreter may be given. */
    public static final int MAX_THREADS = 256;

    private final int threads;
    private final boolean usesXnnpack;
    private final @Nullable Accelerator accelerator;
    private final @Nullable File cpuFallback;

    private DetectorOptions(
            int threads,
            boolean usesXnnpack,
            @Nullable Accelerator accelerator,
            @Nullable File cpuFallback) {
        this.threads = threads;
        this.usesXnnpack = usesXnnpack;
        this.accelerator = accelerator;
        this.cpuFallback = cpuFallback;
    }

    /**
     * One thread per core, at most 4, with XNNPACK, on the CPU. More than four threads rarely help a
     * network of this size, and heat the phone.
     *
     * @return the options
     */
    public static DetectorOptions defaults() {
        int cores = Runtime.getRuntime().availableProcessors();
        return new DetectorOptions(Math.min(4, cores), true, null, null);
    }

    /**
     * The same with another number of threads.
     *
     * @param threads threads of the interpreter, 1 to 256
     * @return new options
     * @throws DbdException.Argument {@code threads} is out of range
     */
    public DetectorOptions withThreads(int threads) {
        if (threads < 1 || threads > MAX_THREADS) {
            throw new DbdException.Argument(
                    "threads is from 1 to " + MAX_THREADS + ", got " + threads + ".");
        }
        return new DetectorOptions(threads, usesXnnpack, accelerator, cpuFallback);
    }

    /**
     * The same with or without XNNPACK, the fast kernels for the CPU.
     *
     * @param usesXnnpack false takes the interpreter's own kernels, which are much slower
     * @return new options
     */
    public DetectorOptions withXnnpack(boolean usesXnnpack) {
        return new DetectorOptions(threads, usesXnnpack, accelerator, cpuFallback);
    }

    /**
     * The same on an accelerator.
     *
     * @param accelerator makes the delegate; null for the CPU alone
     * @return new options
     */
    public DetectorOptions withAccelerator(@Nullable Accelerator accelerator) {
        return new DetectorOptions(threads, usesXnnpack, accelerator, cpuFallback);
    }

    /**
     * The same with the CPU in the accelerator's place where that cannot be used: it is not there,
     * this device or the model is none for it, it fails on its first photo, or it ended the app when
     * it was tried before, as a faulty driver does without any exception. {@link
     * BlurDetector#fallbackReason} says which. Without this {@link BlurDetector#open} throws, and a
     * driver that ends the app does so at every start.
     *
     * @param sentinel a file of the app's own in a folder that exists, e.g. {@code new
     *     File(context.getNoBackupFilesDir(), "dbd-gpu")}: it is there while the accelerator was not
     *     proved by a photo. Once it has stayed, the accelerator is not tried until the app deletes
     *     it
     * @return new options
     * @throws DbdException.Argument {@code sentinel} is null
     */
    public DetectorOptions withCpuFallback(File sentinel) {
        Given.check(sentinel, "A file for the trial of the accelerator");
        return new DetectorOptions(threads, usesXnnpack, accelerator, sentinel);
    }

    /**
     * Threads of the interpreter.
     *
     * @return 1 to 256
     */
    public int threads() {
        return threads;
    }

    /**
     * Whether the CPU's part runs on XNNPACK.
     *
     * @return true by default
     */
    public boolean usesXnnpack() {
        return usesXnnpack;
    }

    /**
     * What makes the delegate.
     *
     * @return null for the CPU alone
     */
    public @Nullable Accelerator accelerator() {
        return accelerator;
    }

    /**
     * What tells that the accelerator is being tried.
     *
     * @return null where there is no falling back
     */
    public @Nullable File cpuFallback() {
        return cpuFallback;
    }

    @Override
    public String toString() {
        return "DetectorOptions(threads=" + threads + ", xnnpack=" + usesXnnpack + ", accelerator="
                + (accelerator == null ? "none" : accelerator.name())
                + (cpuFallback == null ? "" : ", or the CPU") + ")";
    }
}
