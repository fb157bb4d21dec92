package org.dbdmobile;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Runs one model. Used by one thread at a time, under the detector's lock. */
interface Engine extends AutoCloseable {
    /** Runs the model once on direct buffers of its input's and its output's size. */
    void run(ByteBuffer input, ByteBuffer output);

    /** Why it runs on the CPU and not as it was asked to; null where it runs as asked. */
    @Nullable String fallbackReason();

    @Override
    void close();
}
