package org.dbdmobile;

/** What callers have to give. */
final class Given {
    private Given() {}

    /** Refuses null; {@code what} is the sentence's subject, e.g. {@code "A frame"}. */
    static void check(Object value, String what) {
        if (value == null) {
            throw new DbdException.Argument(what + " is expected, got null.");
        }
    }
}
