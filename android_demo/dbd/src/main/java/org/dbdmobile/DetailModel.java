package org.dbdmobile;

import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * A model file that measures blur in tiles of a photo's own pixels, for {@link BlurDetector#judge}; its
 * checksum where one is known, its structure, and what it takes and gives were checked. Immutable; one
 * model may serve several detectors and threads.
 */
public final class DetailModel {
    private static final String EXPECTED =
            "does not measure blur: expected one output [1, height / 16, width / 16, 3] of uint8"
                    + " with scale 1/256 and zero point 0";

    private final ModelFile file;

    private DetailModel(ModelFile file) {
        this.file = file;
        int[] photo = file.input.shape;
        int[] codes = file.output.shape;
        boolean isWhole =
                photo[1] % JudgeConstants.CELL == 0 && photo[2] % JudgeConstants.CELL == 0;
        boolean hasCodes =
                codes.length == 4
                        && codes[0] == 1
                        && codes[1] == photo[1] / JudgeConstants.CELL
                        && codes[2] == photo[2] / JudgeConstants.CELL
                        && codes[3] == 3
                        && file.output.type == TfliteGraph.UINT8
                        && ModelFile.isSigmoid(file.output.scale, file.output.zeroPoint);
        if (!isWhole || !hasCodes) {
            throw file.refused(EXPECTED);
        }
    }

    /**
     * Opens a model that comes with this library, and checks it against its card. It is mapped where
     * the assets are {@link BlurModel.MappedAssets}.
     *
     * @param assets the app's assets: {@code new AndroidAssets(context.getAssets())}
     * @param id the model's id, {@code "detail"}
     * @return the model
     * @throws DbdException.Model there is no such model, or it is not the one that its card describes
     */
    public static DetailModel bundled(BlurModel.Assets assets, String id) {
        return new DetailModel(ModelFile.bundled(assets, id, ModelFile.DETAIL, EXPECTED));
    }

    /**
     * Reads a model of the app's own.
     *
     * @param stream the file's bytes; read to the end, and not closed
     * @param name what to call the model in messages
     * @param sha256 the file's SHA-256, 64 hexadecimal digits; null where it is not known
     * @return the model
     * @throws DbdException.Model the file cannot be read, is another one, is damaged, or does not
     *     take one [1, height, width, 3] uint8 photo and give [1, height / 16, width / 16, 3] uint8
     *     codes of blur
     * @throws DbdException.Argument {@code sha256} is no checksum
     */
    public static DetailModel read(
            InputStream stream, String name, @Nullable String sha256) {
        return new DetailModel(ModelFile.read(stream, name, sha256, EXPECTED));
    }

    /**
     * The model's name.
     *
     * @return the bundled model's id, or the name that was given
     */
    public String name() {
        return file.name;
    }

    /**
     * The file's SHA-256.
     *
     * @return 64 hexadecimal digits
     */
    public String sha256() {
        return file.sha256;
    }

    /**
     * Columns of a tile.
     *
     * @return pixels, a multiple of 16
     */
    public int tileWidth() {
        return file.input.shape[2];
    }

    /**
     * Rows of a tile.
     *
     * @return pixels, a multiple of 16
     */
    public int tileHeight() {
        return file.input.shape[1];
    }

    ModelFile file() {
        return file;
    }

    @Override
    public String toString() {
        return "DetailModel(" + file.name + ", tiles of " + tileWidth() + "x" + tileHeight() + ")";
    }
}
