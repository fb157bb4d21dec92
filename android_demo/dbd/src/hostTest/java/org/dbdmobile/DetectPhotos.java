package org.dbdmobile;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Paths;

/**
 * Runs the library on decoded photos, for a comparison with the Python runtime: {@code DetectPhotos
 * MODEL THREADS PHOTO WIDTH HEIGHT MAP [PHOTO WIDTH HEIGHT MAP ...]}. A photo is a file of RGB bytes,
 * a map one of the model's uint8 output. A photo of the input's own size is not squashed.
 */
public final class DetectPhotos {
    private DetectPhotos() {}

    public static void main(String[] arguments) throws IOException {
        DetectorOptions options =
                DetectorOptions.defaults().withThreads(Integer.parseInt(arguments[1]));
        try (InputStream file = Files.newInputStream(Paths.get(arguments[0]));
                BlurDetector detector =
                        BlurDetector.open(BlurModel.read(file, arguments[0], null), options)) {
            BlurMap map = detector.newMap();
            byte[] values = new byte[map.width() * map.height()];
            RgbFrame frame = new RgbFrame();
            for (int i = 2; i < arguments.length; i += 4) {
                ByteBuffer photo =
                        ByteBuffer.wrap(Files.readAllBytes(Paths.get(arguments[i])));
                int width = Integer.parseInt(arguments[i + 1]);
                int height = Integer.parseInt(arguments[i + 2]);
                frame.set(photo, width, height, width * 3, 3);
                detector.detect(frame, Framing.WHOLE, map);
                map.copyValues(values);
                Files.write(Paths.get(arguments[i + 3]), values);
            }
        }
    }
}
