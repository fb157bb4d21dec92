package org.dbdmobile.demo;

import android.graphics.Bitmap;
import android.media.Image;
import android.media.ImageReader;
import android.os.Handler;
import android.os.HandlerThread;
import android.os.Process;
import android.util.Log;
import java.io.File;
import org.dbdmobile.AndroidFrames;
import org.dbdmobile.BlurMap;
import org.dbdmobile.BlurModel;
import org.dbdmobile.DbdException;
import org.dbdmobile.Frame;
import org.dbdmobile.Framing;

/**
 * The thread that looks at frames: the newest one each time, whatever came in between is dropped.
 * Opens, uses and closes its detector there.
 */
final class Inference implements ImageReader.OnImageAvailableListener {
    /** Is told of results, on the inference thread. */
    interface Listener {
        /** A frame was looked at; {@code live} is good until this returns. */
        void onResult(LiveBlur live);

        /** The still that was asked for: upright, the listener's own. */
        void onStill(Bitmap still);

        /** The still that was asked for cannot be made; frames are looked at as before. */
        void onStillFailure(Failure failure);

        /** The GPU cannot be used: the CPU is, from now on. */
        void onFallback(String reason);

        /** Nothing will be looked at until it is opened again. */
        void onFailure(Failure failure);
    }

    /** Of the thread that looks at frames: before those that nobody sees, as what draws has it. */
    static final int PRIORITY = Process.THREAD_PRIORITY_DISPLAY;

    private static final String TAG = "dbd-mobile";
    // A second's frames: after so many in a row that cannot be read, no other kind will come.
    private static final int MAX_REFUSED = 30;

    private final BlurModel.Assets assets;
    private final File gpuTrial;
    private final Listener listener;
    private final HandlerThread thread = new HandlerThread("inference", PRIORITY);
    private final Handler handler;
    private final AndroidFrames frames = new AndroidFrames();
    private volatile Framing framing = Framing.WHOLE;
    private volatile OverlayMode mode = OverlayMode.HEAT_MAP;
    private volatile Subject subject;
    private volatile boolean isStillWanted;

    // The inference thread's own.
    private LiveBlur live;
    private int refused;
    private boolean hasFallenBack;

    /**
     * A thread that looks at nothing yet.
     *
     * @param gpuTrial as for {@link DemoSettings#open}
     */
    Inference(BlurModel.Assets assets, File gpuTrial, Listener listener) {
        this.assets = assets;
        this.gpuTrial = gpuTrial;
        this.listener = listener;
        thread.start();
        handler = new Handler(thread.getLooper());
    }

    /** Runs tasks between frames. */
    Handler handler() {
        return handler;
    }

    void setFraming(Framing framing) {
        this.framing = framing;
    }

    void setMode(OverlayMode mode) {
        this.mode = mode;
    }

    /** Null for none. */
    void setSubject(Subject subject) {
        this.subject = subject;
    }

    /** Makes a still of the next frame. */
    void takeStill() {
        isStillWanted = true;
    }

    /** Makes none of what was asked for. */
    void dropStill() {
        isStillWanted = false;
    }

    /** Opens a detector, and closes the one before. */
    void open(final DemoSettings settings) {
        handler.post(
                new Runnable() {
                    @Override
                    public void run() {
                        letGo();
                        try {
                            live = new LiveBlur(settings.open(assets, gpuTrial));
                            tellFallback();
                        } catch (DbdException | OutOfMemoryError error) {
                            fail(error);
                        }
                    }
                });
    }

    /** Closes the detector. */
    void close() {
        handler.post(
                new Runnable() {
                    @Override
                    public void run() {
                        letGo();
                    }
                });
    }

    /** Ends the thread, after what was asked before. */
    void quit() {
        close();
        thread.quitSafely();
    }

    @Override
    public void onImageAvailable(ImageReader reader) {
        Bitmap still = null;
        try (Image image = newest(reader)) {
            if (image == null || live == null) {
                return;
            }
            Frame frame = frames.of(image);
            Framing framed = framing;
            live.look(frame, framed, mode, subject);
            refused = 0;
            tellFallback();
            listener.onResult(live);
            if (isStillWanted) {
                isStillWanted = false;
                still = still(frame, framed);
            }
        } catch (DbdException.Image error) {
            refuse(error);
        } catch (DbdException | OutOfMemoryError error) {
            letGo();
            fail(error);
        }
        if (still != null) {
            listener.onStill(still);
        }
    }

    /** Known when it was opened, or after the first frame; said once. */
    private void tellFallback() {
        String reason = live.fallbackReason();
        if (reason != null && !hasFallenBack) {
            hasFallenBack = true;
            Log.w(TAG, reason);
            listener.onFallback(reason);
        }
    }

    private Image newest(ImageReader reader) {
        try {
            return reader.acquireLatestImage();
        } catch (IllegalStateException | UnsupportedOperationException error) {
            // All its pictures are in use, or of a kind that is not for apps.
            if (live != null) {
                refuse(error);
            }
            return null;
        }
    }

    /** A frame of a kind that no camera here should give; the next may be better. */
    private void refuse(RuntimeException error) {
        refused++;
        if (refused == 1) {
            Log.w(TAG, error.getMessage());
        } else if (refused == MAX_REFUSED) {
            letGo();
            Log.e(TAG, "The camera's pictures cannot be looked at.", error);
            listener.onFailure(Failure.ofPicture(error));
        }
    }

    /** The frame that was looked at, upright; null where there is no room for it. */
    private Bitmap still(Frame frame, Framing framed) {
        try {
            BlurMap map = live.map();
            return Stills.upright(frame, framed, map.photoWidth(), map.photoHeight());
        } catch (OutOfMemoryError error) {
            Log.e(TAG, "The still cannot be made.", error);
            listener.onStillFailure(Failure.of(error));
            return null;
        }
    }

    private void letGo() {
        if (live != null) {
            live.close();
            live = null;
            refused = 0;
            hasFallenBack = false;
        }
    }

    private void fail(Throwable error) {
        Log.e(TAG, "Blur cannot be found.", error);
        listener.onFailure(Failure.of(error));
    }
}
