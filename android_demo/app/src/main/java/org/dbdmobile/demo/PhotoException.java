package org.dbdmobile.demo;

/** A photo that cannot be shown. */
final class PhotoException extends Exception {
    private static final long serialVersionUID = 1;

    /** The id of a string resource that says why. */
    final int message;

    /**
     * A photo that cannot be shown.
     *
     * @param message the id of a string resource
     * @param detail for the log
     */
    PhotoException(int message, String detail, Throwable cause) {
        super(detail, cause);
        this.message = message;
    }
}
