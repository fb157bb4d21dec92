package org.dbdmobile.sample;

import android.graphics.Rect;
import android.media.Image;
import org.dbdmobile.AndroidFrames;
import org.dbdmobile.BlurDetector;
import org.dbdmobile.BlurMap;
import org.dbdmobile.Framing;

/** A video decoder's picture, of which only a part is one. */
public final class CropRectangle {
    private CropRectangle() {}

    /** Looks at the part that the image says is valid. */
    public static void detect(
            BlurDetector detector, AndroidFrames frames, Image image, Framing framing, BlurMap map) {
        // guide: for an image whose crop rectangle is not all of it
        Rect part = image.getCropRect();
        Framing cut = framing.crop(part.left, part.top, part.width(), part.height());
        detector.detect(frames.of(image), cut, map);
        // guide: end
    }
}
