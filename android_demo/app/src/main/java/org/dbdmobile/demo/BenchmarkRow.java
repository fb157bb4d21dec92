package org.dbdmobile.demo;

/** What one row of a benchmark measures: the kernels, how many threads, and what with. Immutable. */
final class BenchmarkRow {
    /** What goes into the model. */
    enum Input {
        /** A photo in memory, which {@code dbd-mobile bench} measures with too. */
        PHOTO,
        /** Frames as a camera gives them. */
        CAMERA
    }

    final Kernels kernels;
    final int threads;
    final Input input;

    BenchmarkRow(Kernels kernels, int threads, Input input) {
        this.kernels = kernels;
        this.threads = threads;
        this.input = input;
    }

    @Override
    public String toString() {
        return kernels.id + " " + threads + (input == Input.CAMERA ? " camera" : "");
    }
}
