package org.dbdmobile;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads texts out of a bundled model's card.json, the one that the Python runtime reads. */
final class ModelCard {
    // A string, or one of the brackets that nest; numbers and words are passed over.
    private static final Pattern TOKEN =
            Pattern.compile("\"((?:[^\"\\\\]|\\\\.)*+)\"\\s*(:)?|[\\[\\]{}]");

    private ModelCard() {}

    /** The text that a key of the outermost object has; null where there is none. */
    static @Nullable String value(String json, String key) {
        Matcher token = TOKEN.matcher(json);
        int depth = 0;
        boolean isNext = false;
        while (token.find()) {
            String text = token.group(1);
            if (text == null) {
                depth += "[{".contains(token.group()) ? 1 : -1;
                isNext = false;
            } else if (token.group(2) != null) {
                isNext = depth == 1 && text.equals(key);
            } else if (isNext) {
                return text;
            }
        }
        return null;
    }
}
