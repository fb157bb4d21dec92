package org.dbdmobile.demo;

/**
 * A text with one number in it that changes for every frame, written without a new string each time.
 */
final class Readout {
    private static final String PLACE = "%d";
    // Of a whole number, or of tenths and their point.
    private static final int MAX_DIGITS = 11;

    private final char[] text;
    private final int start;
    private final char point;
    private final String suffix;
    private int length;

    private Readout(char[] text) {
        this.text = text;
        start = text.length;
        point = 0;
        suffix = "";
        length = text.length;
    }

    /** A text without a number. */
    static Readout fixed(String text) {
        return new Readout(text.toCharArray());
    }

    /**
     * A text.
     *
     * @param pattern with {@code %d} where the number goes
     * @param point what stands before its tenths in the person's language
     */
    Readout(String pattern, char point) {
        int at = pattern.indexOf(PLACE);
        if (at < 0) {
            throw new IllegalArgumentException("The pattern '" + pattern + "' has no %d.");
        }
        start = at;
        this.point = point;
        suffix = pattern.substring(at + PLACE.length());
        text = new char[pattern.length() + MAX_DIGITS];
        pattern.getChars(0, at, text, 0);
    }

    /** Writes the number, 0 or more. */
    void set(int number) {
        end(write(number, start));
    }

    /** Writes a tenth of the number, which is 0 or more: 16 as 1.6 or 1,6. */
    void setTenths(int number) {
        int at = write(number / 10, start);
        text[at] = point;
        text[at + 1] = (char) ('0' + number % 10);
        end(at + 2);
    }

    private int write(int number, int from) {
        int end = from + 1;
        for (int rest = number / 10; rest > 0; rest /= 10) {
            end++;
        }
        int at = end;
        int rest = number;
        do {
            text[--at] = (char) ('0' + rest % 10);
            rest /= 10;
        } while (rest > 0);
        return end;
    }

    private void end(int at) {
        suffix.getChars(0, suffix.length(), text, at);
        length = at + suffix.length();
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
