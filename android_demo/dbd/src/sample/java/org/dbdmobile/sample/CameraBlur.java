package org.dbdmobile.sample;

import android.content.Context;
import android.graphics.Bitmap;
import android.media.Image;
import android.media.ImageReader;
import org.dbdmobile.AndroidAssets;
import org.dbdmobile.AndroidFrames;
import org.dbdmobile.BlurDetector;
import org.dbdmobile.BlurMap;
import org.dbdmobile.BlurModel;
import org.dbdmobile.DetectorOptions;
import org.dbdmobile.Framing;

/** The guide's fifteen lines, as they compile: a camera's frames to a heat map and a verdict. */
public final class CameraBlur {
    private final BlurDetector detector;
    private final BlurMap map;
    private final AndroidFrames frames;
    private final int[] pixels;
    private final Bitmap overlay;

    /** Opens the detector; on the camera's own thread, which then calls {@link #onImage}. */
    public CameraBlur(Context context) {
        // guide: once
        BlurModel model = BlurModel.bundled(new AndroidAssets(context.getAssets()), "lite");
        detector = BlurDetector.open(model, DetectorOptions.defaults());
        frames = new AndroidFrames();
        map = detector.newMap();
        pixels = new int[map.width() * map.height()];
        overlay = Bitmap.createBitmap(map.width(), map.height(), Bitmap.Config.ARGB_8888);
        // guide: end
    }

    /** Looks at the newest frame; true where the middle of the photo is in focus. */
    public boolean onImage(ImageReader reader, Framing framing) {
        // guide: for every frame, on the camera's thread
        try (Image image = reader.acquireLatestImage()) {
            if (image == null) return false;
            detector.detect(frames.of(image), framing, map);
        }
        map.heatMap(pixels);
        overlay.setPixels(pixels, 0, map.width(), 0, 0, map.width(), map.height());
        int w = map.photoWidth(), h = map.photoHeight();
        return map.isInFocus(w / 3, h / 3, 2 * w / 3, 2 * h / 3);
        // guide: end
    }

    /** The picture to lay over the preview, as large as it; draw it between two frames. */
    public Bitmap overlay() {
        return overlay;
    }

    /** Lets go of the native memory; on the camera's thread, after its last frame. */
    public void close() {
        detector.close();
    }
}
