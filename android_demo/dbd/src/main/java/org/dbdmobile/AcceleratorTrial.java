package org.dbdmobile;

import java.io.File;
import java.io.FileOutputStream;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Remembers beyond the app's end that an accelerator is being tried: a driver that fails may end the
 * app without any exception. A file is there from before its delegate is made until after its first
 * photo; one that is there when the app starts is from a trial that nothing came back from.
 */
final class AcceleratorTrial {
    // By the file's path: those of this process, which are no sign of an end.
    private static final Map<String, Integer> UNDER_WAY = new HashMap<>();

    private final File sentinel;
    private boolean isUnderWay;

    AcceleratorTrial(File sentinel) {
        this.sentinel = sentinel.getAbsoluteFile();
    }

    /** Begins, or says in a sentence why it must not; null where it has begun. */
    @Nullable String begin() {
        synchronized (UNDER_WAY) {
            Integer others = UNDER_WAY.get(sentinel.getPath());
            if (others == null && sentinel.exists()) {
                return "The app ended when the accelerator was tried before, which " + sentinel
                        + " tells: delete it to try again.";
            }
            try (FileOutputStream out = new FileOutputStream(sentinel)) {
                // On the disk before the driver is asked: it may take the whole phone down.
                out.getFD().sync();
            } catch (IOException error) {
                return "The trial of the accelerator cannot be noted: " + error.getMessage() + ".";
            }
            UNDER_WAY.put(sentinel.getPath(), others == null ? 1 : others + 1);
            isUnderWay = true;
            return null;
        }
    }

    /** It is over, well or not; the file goes with the last one. May be repeated. */
    void end() {
        synchronized (UNDER_WAY) {
            if (!isUnderWay) {
                return;
            }
            isUnderWay = false;
            int others = UNDER_WAY.get(sentinel.getPath()) - 1;
            if (others > 0) {
                UNDER_WAY.put(sentinel.getPath(), others);
            } else {
                UNDER_WAY.remove(sentinel.getPath());
                sentinel.delete();
            }
        }
    }
}
