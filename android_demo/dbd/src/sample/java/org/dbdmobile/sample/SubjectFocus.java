package org.dbdmobile.sample;

import android.content.Context;
import android.graphics.Bitmap;
import android.media.Image;
import org.dbdmobile.AndroidAssets;
import org.dbdmobile.AndroidFrames;
import org.dbdmobile.BlurDetector;
import org.dbdmobile.BlurModel;
import org.dbdmobile.DetailModel;
import org.dbdmobile.DetectorOptions;
import org.dbdmobile.Focus;
import org.dbdmobile.Framing;
import org.dbdmobile.Region;
import org.dbdmobile.Strictness;

/** The guide's ten lines, as they compile: whether a photo's subject, or a tapped one, is sharp. */
public final class SubjectFocus {
    private final BlurDetector detector;
    private final AndroidFrames frames;

    /** Opens the detector; not on the main thread. */
    public SubjectFocus(Context context) {
        // guide: once
        AndroidAssets assets = new AndroidAssets(context.getAssets());
        BlurModel model = BlurModel.bundled(assets, "lite");
        DetailModel detail = DetailModel.bundled(assets, "detail");
        detector = BlurDetector.open(model, detail, DetectorOptions.defaults());
        frames = new AndroidFrames();
        // guide: end
    }

    /** Judges what is in focus near the middle of an upright photo, at 100 %. */
    public String ofStill(Bitmap photo) {
        // guide: a still, decoded at its full size: its subject, at 100 %
        Focus focus = detector.judge(frames.of(photo), Framing.WHOLE, Strictness.PIXEL);
        boolean isKept = focus.verdict() == Focus.Verdict.SHARP;
        return isKept + ", " + focus.reason(); // "sharp at 100 %: blur radius 1.3 px"
        // guide: end
    }

    /** Judges what was tapped in a camera's frame, as it will look on a screen 1920 pixels wide. */
    public Focus.Verdict ofTapped(Image image, Framing framing, int x, int y) {
        // guide: a camera's frame: the subject that was tapped at x, y of the upright picture
        Region subject = Region.box(x - 80, y - 80, x + 80, y + 80);
        Focus seen = detector.judge(frames.of(image), framing, subject, Strictness.WEB);
        return seen.verdict();
        // guide: end
    }

    /** Lets go of the native memory. */
    public void close() {
        detector.close();
    }
}
