package org.dbdmobile;

import org.jspecify.annotations.Nullable;

/** What callers have to give. */
final class Given {
    private Given() {}

    /** Refuses null; {@code what} is the sentence's subject, e.g. {@code "A frame"}. */
    static void check(@Nullable Object value, String what) {
        if (value == null) {
            throw new DbdException.Argument(what + " is expected, got null.");
        }
    }
}
