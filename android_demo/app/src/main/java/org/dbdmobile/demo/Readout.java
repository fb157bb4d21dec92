package org.dbdmobile.demo;

/**
 * A text with one whole number in it that changes for every frame, written without a new string each
 * time.
 */
final class Readout {
    private static final String PLACE = "%d";
    private static final int MAX_DIGITS = 10;

    private final char[] text;
    private final int start;
    private final String suffix;
    private int length;

    /**
     * A text.
     *
     * @param pattern with {@code %d} where the number goes
     */
    Readout(String pattern) {
        int at = pattern.indexOf(PLACE);
        if (at < 0) {
            throw new IllegalArgumentException("The pattern '" + pattern + "' has no %d.");
        }
        start = at;
        suffix = pattern.substring(at + PLACE.length());
        text = new char[pattern.length() + MAX_DIGITS];
        pattern.getChars(0, at, text, 0);
    }

    /** Writes the number, 0 or more. */
    void set(int number) {
        int digits = 1;
        for (int rest = number / 10; rest > 0; rest /= 10) {
            digits++;
        }
        int at = start + digits;
        int rest = number;
        do {
            text[--at] = (char) ('0' + rest % 10);
            rest /= 10;
        } while (rest > 0);
        suffix.getChars(0, suffix.length(), text, start + digits);
        length = start + digits + suffix.length();
    }

    /** The characters; {@link #length} of them count. */
    char[] text() {
        return text;
    }

    int length() {
        return length;
    }

    @Override
    public String toString() {
        return new String(text, 0, length);
    }
}
