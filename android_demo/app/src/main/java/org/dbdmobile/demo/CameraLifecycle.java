package org.dbdmobile.demo;

/**
 * When to ask for the camera, open it and let go of it: the events of a phone go in, in whatever
 * order they come; {@link Commands} and a {@link Message} come out. No Android types; one thread.
 *
 * <p>The camera is wanted while the screen is in front, the permission is granted, the preview's
 * surface is there and nothing went wrong a moment ago. Android opens a camera in its own time and
 * cannot be told to stop, so a camera that arrives unwanted is closed then. Every camera has a number;
 * what is said of another one than the last is old news, and so is what goes wrong with one that was
 * asked for before the screen was left: Android refuses cameras to apps in the background.
 *
 * <p>Whatever went wrong is tried again: after a while, which grows, and once at once when Android
 * says that a camera has become free.
 */
final class CameraLifecycle {
    /** What the machine asks of Android. None of them may answer before it returns. */
    interface Commands {
        /** Show the system's question for the camera permission. */
        void askPermission();

        /** Open the camera, and answer {@link #opened}, {@link #lost} or {@link #failed}. */
        void open(int camera);

        /** Start the preview, and answer {@link #configured} or {@link #configureFailed}. */
        void configure(int camera);

        /** Let go of the camera and all that hangs on it. */
        void close(int camera);

        /** Call {@link #retryDue} after so many milliseconds. */
        void retryLater(int camera, int milliseconds);

        /** The screen was turned under a camera that stays open. */
        void reframe();

        /** Show this, and hide what was shown before. */
        void show(Message message);
    }

    /** What is known of the permission. */
    enum Permission {
        /** Not asked yet, or the question was interrupted. */
        UNKNOWN,
        /** The question is on the screen. */
        ASKED,
        GRANTED,
        DENIED,
        /** The system will not ask again. */
        DENIED_FOR_GOOD
    }

    /** What can go wrong with a camera. */
    enum Problem {
        IN_USE(Message.IN_USE),
        LOST(Message.LOST),
        DISABLED(Message.DISABLED),
        MISSING(Message.MISSING),
        FAILED(Message.FAILED);

        final Message message;

        Problem(Message message) {
            this.message = message;
        }
    }

    /** What the person at the screen has to know. */
    enum Message {
        /** The preview runs, or nobody looks. */
        NONE,
        STARTING,
        PERMISSION_NEEDED,
        PERMISSION_IN_SETTINGS,
        IN_USE,
        LOST,
        DISABLED,
        MISSING,
        FAILED
    }

    private enum Phase {
        CLOSED,
        OPENING,
        CONFIGURING,
        RUNNING
    }

    private static final int FIRST_RETRY_MS = 1000;
    // Doubled so often at most: eight seconds.
    private static final int MOST_DOUBLED = 3;

    private final Commands commands;
    private Permission permission;
    private boolean isResumed;
    private boolean hasSurface;
    private Phase phase = Phase.CLOSED;
    // The last one, until the preview runs or the person wants it tried once more.
    private Problem problem;
    // Until the next try.
    private boolean isWaiting;
    // How often the wait was doubled.
    private int doubled;
    // Whether a camera that became free was tried since the preview ran.
    private boolean hasTriedFree;
    // The camera that is being opened was asked for before the screen was left.
    private boolean isOld;
    private int camera;
    private Message shown = Message.NONE;

    /**
     * A machine whose screen is not in front yet.
     *
     * @param wasAsked whether the question was left on the screen by a screen before this one
     */
    CameraLifecycle(Commands commands, boolean wasAsked) {
        this.commands = commands;
        permission = wasAsked ? Permission.ASKED : Permission.UNKNOWN;
    }

    /**
     * The screen is in front.
     *
     * @param isGranted what the system says of the permission now
     * @param canExplain whether it was denied and the system would ask again all the same: the
     *     person may have changed that in the settings
     */
    void resumed(boolean isGranted, boolean canExplain) {
        isResumed = true;
        startAfresh();
        if (isGranted) {
            permission = Permission.GRANTED;
        } else if (permission == Permission.GRANTED) {
            permission = Permission.UNKNOWN;
        } else if (permission == Permission.DENIED_FOR_GOOD && canExplain) {
            permission = Permission.DENIED;
        }
        if (permission == Permission.UNKNOWN) {
            ask();
        }
        update();
    }

    /** The screen is in the background, or partly covered. */
    void paused() {
        isResumed = false;
        isOld |= phase == Phase.OPENING;
        update();
    }

    /** The question for the permission was answered; UNKNOWN where it was interrupted. */
    void answered(Permission answer) {
        permission = answer;
        update();
    }

    /** The preview can be drawn. */
    void surfaceReady() {
        hasSurface = true;
        update();
    }

    /** The preview can no longer be drawn. */
    void surfaceLost() {
        hasSurface = false;
        update();
    }

    /** The camera is open. */
    void opened(int which) {
        if (which == camera && phase == Phase.OPENING) {
            phase = Phase.CONFIGURING;
            isOld = false;
            if (isWanted()) {
                commands.configure(camera);
            }
            update();
        }
    }

    /** The preview runs. */
    void configured(int which) {
        if (which == camera && phase == Phase.CONFIGURING) {
            phase = Phase.RUNNING;
            startAfresh();
            update();
        }
    }

    /** The preview cannot be started. */
    void configureFailed(int which) {
        if (phase == Phase.CONFIGURING) {
            failed(which, Problem.FAILED);
        }
    }

    /** Another app took the camera, or it was unplugged. */
    void lost(int which) {
        failed(which, Problem.LOST);
    }

    /** The camera cannot be opened, or stopped working. */
    void failed(int which, Problem why) {
        if (which == camera && phase != Phase.CLOSED) {
            close();
            if (isOld) {
                isOld = false;
            } else {
                problem = why;
                isWaiting = true;
                commands.retryLater(camera, FIRST_RETRY_MS << doubled);
                doubled = Math.min(doubled + 1, MOST_DOUBLED);
            }
            update();
        }
    }

    /** The time to try again has come, for what went wrong with this camera. */
    void retryDue(int which) {
        if (which == camera) {
            isWaiting = false;
            update();
        }
    }

    /**
     * A camera has become free, or was plugged in. Our own does so too when it fails, so this counts
     * once; after that it is the time that does.
     */
    void available() {
        if (isWaiting && !hasTriedFree) {
            hasTriedFree = true;
            isWaiting = false;
            update();
        }
    }

    private void startAfresh() {
        problem = null;
        isWaiting = false;
        doubled = 0;
        hasTriedFree = false;
    }

    /** The person at the screen wants it tried once more. */
    void retry() {
        startAfresh();
        if (isResumed && permission != Permission.GRANTED) {
            ask();
        }
        update();
    }

    /** The screen was turned. */
    void rotated() {
        if (phase == Phase.CONFIGURING || phase == Phase.RUNNING) {
            commands.reframe();
        }
    }

    /** Whether the question for the permission is on the screen. */
    boolean isAsking() {
        return permission == Permission.ASKED;
    }

    /** What is shown. */
    Message message() {
        return shown;
    }

    private boolean isWanted() {
        return isResumed && hasSurface && permission == Permission.GRANTED && !isWaiting;
    }

    private void ask() {
        permission = Permission.ASKED;
        commands.askPermission();
    }

    private void close() {
        phase = Phase.CLOSED;
        commands.close(camera);
    }

    private void update() {
        if (isWanted() && phase == Phase.CLOSED) {
            phase = Phase.OPENING;
            camera++;
            commands.open(camera);
        } else if (!isWanted() && (phase == Phase.CONFIGURING || phase == Phase.RUNNING)) {
            close();
        }
        Message now = current();
        if (now != shown) {
            shown = now;
            commands.show(now);
        }
    }

    private Message current() {
        if (!isResumed) {
            return Message.NONE;
        }
        if (permission == Permission.DENIED_FOR_GOOD) {
            return Message.PERMISSION_IN_SETTINGS;
        }
        if (permission != Permission.GRANTED) {
            return Message.PERMISSION_NEEDED;
        }
        if (problem != null) {
            return problem.message;
        }
        return phase == Phase.RUNNING ? Message.NONE : Message.STARTING;
    }

    /** All that decides what happens next, but for the camera's number. */
    @Override
    public String toString() {
        return permission + " " + isResumed + " " + hasSurface + " " + phase + " " + problem + " "
                + isWaiting + " " + doubled + " " + hasTriedFree + " " + isOld;
    }
}
