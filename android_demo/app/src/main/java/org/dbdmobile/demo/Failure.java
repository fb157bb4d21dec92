package org.dbdmobile.demo;

import java.io.IOException;
import org.dbdmobile.DbdException;

/** What to say on the screen of something that went wrong. Immutable. */
final class Failure {
    /** The id of a string resource, for people. */
    final int message;

    /** What the library or the system said, in English: for the log. */
    final String detail;

    private Failure(int message, String detail) {
        this.message = message;
        this.detail = detail;
    }

    /**
     * What a thrown exception means for the person at the screen.
     *
     * @throws RuntimeException, Error what this app does not expect: a bug
     */
    static Failure of(Throwable thrown) {
        String detail = String.valueOf(thrown.getMessage());
        if (thrown instanceof DbdException.Model) {
            return new Failure(R.string.model_refused, detail);
        }
        if (thrown instanceof DbdException.Image) {
            return new Failure(R.string.picture_refused, detail);
        }
        if (thrown instanceof DbdException) {
            return new Failure(R.string.kernels_refused, detail);
        }
        if (thrown instanceof PhotoException) {
            return new Failure(((PhotoException) thrown).message, detail);
        }
        if (thrown instanceof IOException) {
            return new Failure(
                    isStorageFull(detail) ? R.string.storage_full : R.string.not_saved, detail);
        }
        if (thrown instanceof BenchmarkPlan.WrongException) {
            return new Failure(R.string.benchmark_refused, detail);
        }
        if (thrown instanceof OutOfMemoryError) {
            return new Failure(R.string.out_of_memory, detail);
        }
        if (thrown instanceof Error) {
            throw (Error) thrown;
        }
        if (thrown instanceof RuntimeException) {
            throw (RuntimeException) thrown;
        }
        throw new IllegalStateException(thrown);
    }

    /** A camera whose pictures cannot be had. */
    static Failure ofPicture(RuntimeException thrown) {
        return new Failure(R.string.picture_refused, String.valueOf(thrown.getMessage()));
    }

    /** A GPU that cannot be used, and the CPU in its place. */
    static Failure ofGpu(String reason) {
        return new Failure(R.string.gpu_refused, reason);
    }

    /** Whether that is ENOSPC, in the words of the system's C library. */
    private static boolean isStorageFull(String detail) {
        return detail.contains("No space left on device") || detail.contains("ENOSPC");
    }
}
