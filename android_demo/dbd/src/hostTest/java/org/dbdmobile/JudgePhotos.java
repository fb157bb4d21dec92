package org.dbdmobile;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.Locale;

/**
 * Judges decoded photos, for a comparison with the Python runtime: {@code JudgePhotos MODEL DETAIL
 * THREADS OUT PHOTO WIDTH HEIGHT BOX [PHOTO WIDTH HEIGHT BOX ...]}. A photo is a file of RGB bytes, a
 * box four numbers with commas between them, or {@code subject}. The file OUT gets a line for each:
 * verdict, radius, confidence, box, reason, with tabs between them.
 */
public final class JudgePhotos {
    private JudgePhotos() {}

    public static void main(String[] arguments) throws IOException {
        DetectorOptions options =
                DetectorOptions.defaults().withThreads(Integer.parseInt(arguments[2]));
        StringBuilder said = new StringBuilder();
        try (InputStream file = Files.newInputStream(Paths.get(arguments[0]));
                InputStream detailFile = Files.newInputStream(Paths.get(arguments[1]));
                BlurDetector detector =
                        BlurDetector.open(
                                BlurModel.read(file, arguments[0], null),
                                DetailModel.read(detailFile, arguments[1], null),
                                options)) {
            RgbFrame frame = new RgbFrame();
            for (int i = 4; i < arguments.length; i += 4) {
                Path photo = Paths.get(arguments[i]);
                int width = Integer.parseInt(arguments[i + 1]);
                int height = Integer.parseInt(arguments[i + 2]);
                frame.set(ByteBuffer.wrap(Files.readAllBytes(photo)), width, height, width * 3, 3);
                said.append(line(judged(detector, frame, arguments[i + 3])));
            }
        }
        Files.write(Paths.get(arguments[3]), said.toString().getBytes("UTF-8"));
    }

    private static Focus judged(BlurDetector detector, Frame frame, String where) {
        if (where.equals("subject")) {
            return detector.judge(frame, Framing.WHOLE, Strictness.PIXEL);
        }
        String[] sides = where.split(",");
        Region box =
                Region.box(
                        Double.parseDouble(sides[0]),
                        Double.parseDouble(sides[1]),
                        Double.parseDouble(sides[2]),
                        Double.parseDouble(sides[3]));
        return detector.judge(frame, Framing.WHOLE, box, Strictness.PIXEL);
    }

    private static String line(Focus focus) {
        return focus.verdict().toString().toLowerCase(Locale.ROOT) + "\t"
                + focus.blurRadiusPx() + "\t" + focus.confidence() + "\t" + focus.left() + ","
                + focus.top() + "," + focus.right() + "," + focus.bottom() + "\t"
                + focus.reason() + "\n";
    }
}
