package org.dbdmobile;

import org.jspecify.annotations.Nullable;

/**
 * Everything that this library throws for what a caller can put right; each message is one sentence
 * or two.
 *
 * <pre>
 * DbdException
 * ├── Argument   a value that cannot be: a box outside the photo, a buffer of the wrong size
 * ├── Backend    TensorFlow Lite or the delegate that was asked for cannot be used
 * ├── Closed     the detector was closed
 * ├── Image      a frame of a kind or size that is not handled
 * └── Model      a model that is missing, damaged or of another kind
 * </pre>
 */
public abstract class DbdException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private DbdException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /** A value that cannot be: a box outside the photo, a buffer of the wrong size. */
    public static final class Argument extends DbdException {
        private static final long serialVersionUID = 1;

        Argument(String message) {
            super(message, null);
        }
    }

    /** TensorFlow Lite or the delegate that was asked for cannot be used, or failed. */
    public static final class Backend extends DbdException {
        private static final long serialVersionUID = 1;

        /**
         * Also for an {@link Accelerator} of the app's own.
         *
         * @param message one sentence: what cannot be used, and why
         * @param cause what was thrown; null where nothing was
         */
        public Backend(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    /** The detector was used after it was closed. */
    public static final class Closed extends DbdException {
        private static final long serialVersionUID = 1;

        Closed() {
            super("This BlurDetector was closed: open a new one.", null);
        }
    }

    /** A frame of a kind or size that is not handled. */
    public static final class Image extends DbdException {
        private static final long serialVersionUID = 1;

        Image(String message) {
            this(message, null);
        }

        Image(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    /** A model that is missing, damaged or of another kind. */
    public static final class Model extends DbdException {
        private static final long serialVersionUID = 1;

        Model(String message) {
            this(message, null);
        }

        Model(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }
}
