package org.dbdmobile.sample;

import android.annotation.TargetApi;
import android.content.ContentResolver;
import android.graphics.Bitmap;
import android.graphics.ImageDecoder;
import android.net.Uri;
import android.os.Build;
import java.io.IOException;
import org.dbdmobile.AndroidFrames;
import org.dbdmobile.BlurDetector;
import org.dbdmobile.Focus;
import org.dbdmobile.Framing;
import org.dbdmobile.Strictness;

/** A photo of the gallery: decoded upright and whole, then its subject judged. */
@TargetApi(Build.VERSION_CODES.P)
public final class StillFocus {
    private StillFocus() {}

    /** Judges a photo's subject at 100 %. */
    public static Focus of(
            BlurDetector detector, AndroidFrames frames, ContentResolver resolver, Uri uri)
            throws IOException {
        // guide: Android 9 and later; where the GPU had the pixels, nothing else could read them
        ImageDecoder.Source source = ImageDecoder.createSource(resolver, uri);
        Bitmap photo = ImageDecoder.decodeBitmap(source, (decoder, info, same) ->
                decoder.setAllocator(ImageDecoder.ALLOCATOR_SOFTWARE));
        return detector.judge(frames.of(photo), Framing.WHOLE, Strictness.PIXEL);
        // guide: end
    }
}
