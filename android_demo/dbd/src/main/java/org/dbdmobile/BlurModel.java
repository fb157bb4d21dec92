package org.dbdmobile;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A model file that was checked: its checksum where one is known, its structure, and that it takes a
 * photo and gives a blur map. No native code sees a file that failed. Immutable; one model may serve
 * several detectors and threads.
 */
public final class BlurModel {
    /** Opens assets by path. Those of an app are {@link AndroidAssets}. */
    public interface Assets {
        /**
         * Opens one asset.
         *
         * @param path its path, with slashes: the models' are {@code org.dbdmobile/ID/model.tflite} and
         *     {@code org.dbdmobile/ID/card.json}
         * @return its bytes; closed by who asked
         * @throws IOException there is no such asset, or it cannot be read
         */
        InputStream open(String path) throws IOException;
    }

    /**
     * Assets that lie in files as they are. A model that is mapped takes no memory of its own: its pages
     * are the file's, which several processes share and Android may drop and read again.
     */
    public interface MappedAssets extends Assets {
        /**
         * Maps one asset into memory.
         *
         * @param path as for {@link #open}
         * @return the asset's bytes and no others, from the buffer's position to its limit, direct, and
         *     the same for as long as the model is used; null where it cannot be mapped, and is read
         */
        @Nullable ByteBuffer map(String path);
    }

    private static final String EXPECTED =
            "does not give a blur map: expected one output [1, height, width, 1] of uint8"
                    + " probabilities";
    // A probability may leave 0..1 by this much through the rounding of a quantised model.
    private static final double RANGE_TOLERANCE = 0.01;
    private static final float PROBABILITY_SCALE = 1 / 255f;

    private final ModelFile file;
    private final ModelFacts facts;

    private BlurModel(ModelFile file) {
        this.file = file;
        facts = facts(file);
    }

    /**
     * Opens a model that comes with this library, each as a dependency of its own or all with its
     * AAR, and checks it against its card. It is mapped where the assets are {@link MappedAssets}.
     *
     * @param assets the app's assets: {@code new AndroidAssets(context.getAssets())}
     * @param id the model's id, e.g. {@code "lite"}
     * @return the model
     * @throws DbdException.Model there is no such model, or it is not the one that its card describes
     */
    public static BlurModel bundled(Assets assets, String id) {
        return new BlurModel(ModelFile.bundled(assets, id, ModelFile.BLUR_MAP, EXPECTED));
    }

    /**
     * Whether a model that comes with this library gives blur maps; others serve other ends.
     *
     * @param assets the app's assets
     * @param id the model's id
     * @return what its card says
     * @throws DbdException.Model there is no such model, or its card is damaged
     */
    public static boolean isBundled(Assets assets, String id) {
        return ModelFile.BLUR_MAP.equals(ModelFile.kind(assets, id));
    }

    /**
     * Reads a model of the app's own.
     *
     * @param stream the file's bytes; read to the end, and not closed
     * @param name what to call the model in messages
     * @param sha256 the file's SHA-256, 64 hexadecimal digits; null where it is not known
     * @return the model
     * @throws DbdException.Model the file cannot be read, is another one, is damaged, or does not
     *     take one [1, height, width, 3] uint8 photo and give one [1, height, width, 1] uint8 map
     * @throws DbdException.Argument {@code sha256} is no checksum
     */
    public static BlurModel read(InputStream stream, String name, @Nullable String sha256) {
        return new BlurModel(ModelFile.read(stream, name, sha256, EXPECTED));
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
     * What goes into the model and comes out of it.
     *
     * @return the facts, read from the file
     */
    public ModelFacts facts() {
        return facts;
    }

    ModelFile file() {
        return file;
    }

    @Override
    public String toString() {
        return "BlurModel(" + file.name + ", " + facts + ")";
    }

    private static ModelFacts facts(ModelFile file) {
        int[] photo = file.input.shape;
        TfliteGraph.Tensor output = file.output;
        boolean hasMap =
                (output.shape.length == 3 || (output.shape.length == 4 && output.shape[3] == 1))
                        && output.shape[0] == 1
                        && ModelFile.hasSides(output.shape)
                        && output.type == TfliteGraph.UINT8
                        && output.isQuantized
                        && -output.zeroPoint * (double) output.scale >= -RANGE_TOLERANCE
                        && (255 - output.zeroPoint) * (double) output.scale
                                <= 1 + RANGE_TOLERANCE;
        if (!hasMap) {
            throw file.refused(EXPECTED);
        }
        return new ModelFacts(
                photo[2],
                photo[1],
                output.shape[2],
                output.shape[1],
                readScale(output.scale, output.zeroPoint),
                output.zeroPoint);
    }

    /**
     * How the steps of a map are read. TFLite fixes those of an int8 sigmoid at 1/256; the last one,
     * 255/256, stands for all that is above it, nearly all of which is close to 1. Its 256 steps are
     * read as those from 0 to 1 inclusive, as the Python runtime does.
     */
    private static float readScale(float stored, int zeroPoint) {
        return ModelFile.isSigmoid(stored, zeroPoint) ? PROBABILITY_SCALE : stored;
    }
}
