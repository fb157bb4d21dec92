package org.dbdmobile;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Finds which parts of photos and camera frames are out of focus; keeps the model ready between them.
 *
 * <p>All memory is allocated when the detector is opened and when the first frame of a size comes.
 * Safe to use from several threads: they take turns. A camera app gives it one thread of its own,
 * hands it the newest frame when the last one is done, and drops those in between.
 *
 * <p>Close it when it is no longer needed: the native interpreter is no matter of the garbage
 * collector.
 */
public final class BlurDetector implements AutoCloseable {
    private final BlurModel model;
    private final DetectorOptions options;
    private final FrameConverter converter;
    private final ByteBuffer input;
    private final ByteBuffer output;
    private final byte[] rgb;
    private Engine engine;

    BlurDetector(BlurModel model, DetectorOptions options, Engine engine) {
        this.model = model;
        this.options = options;
        this.engine = engine;
        ModelFacts facts = model.facts();
        converter = new FrameConverter(facts.inputWidth(), facts.inputHeight());
        rgb = new byte[facts.inputWidth() * facts.inputHeight() * 3];
        input = ByteBuffer.allocateDirect(rgb.length).order(ByteOrder.nativeOrder());
        output =
                ByteBuffer.allocateDirect(facts.outputWidth() * facts.outputHeight())
                        .order(ByteOrder.nativeOrder());
    }

    /**
     * Opens a detector. Takes some tens of milliseconds: not for the main thread.
     *
     * @param model the model, checked
     * @param options threads, XNNPACK, accelerator
     * @return the detector, to be closed
     * @throws DbdException.Backend TensorFlow Lite or the accelerator cannot be used
     * @throws DbdException.Model TensorFlow Lite refuses the model
     */
    public static BlurDetector open(BlurModel model, DetectorOptions options) {
        Engine engine = TfliteEngine.open(model, options);
        try {
            return new BlurDetector(model, options, engine);
        } catch (RuntimeException | Error failed) {
            // Out of memory for the buffers, most likely.
            engine.close();
            throw failed;
        }
    }

    /**
     * The model that runs.
     *
     * @return as it was given
     */
    public BlurModel model() {
        return model;
    }

    /**
     * How it runs.
     *
     * @return as it was given
     */
    public DetectorOptions options() {
        return options;
    }

    /**
     * Makes a map for {@link #detect} to fill. One is enough for a camera that shows a frame's map
     * before the next frame; two let one be shown while the other is filled.
     *
     * @return an empty map of the model's size
     */
    public BlurMap newMap() {
        return new BlurMap(model.facts());
    }

    /**
     * Finds which parts of a frame are out of focus.
     *
     * @param frame the frame; its pixels are read during the call only, so a camera's image may be
     *     closed afterwards
     * @param framing which part of the frame is the photo, and how it is turned upright
     * @param map filled with the photo's map; unchanged where this throws
     * @throws DbdException.Image the frame is empty, or the crop is not in it
     * @throws DbdException.Argument the map is another model's
     * @throws DbdException.Backend TensorFlow Lite failed
     * @throws DbdException.Closed the detector was closed
     */
    public synchronized void detect(Frame frame, Framing framing, BlurMap map) {
        check(map);
        byte[] photo = converter.convert(frame, framing);
        int width = framing.width(frame);
        int height = framing.height(frame);
        boolean isTransposed = framing.isTransposed();
        run(photo, map, isTransposed ? height : width, isTransposed ? width : height);
    }

    /**
     * Runs the model on pixels that already have its input's size.
     *
     * @param photo {@code inputHeight * inputWidth} pixels of red, green and blue, row by row, from
     *     the buffer's position to its limit; both are left as they are
     * @param map filled with the photo's map; unchanged where this throws
     * @throws DbdException.Argument {@code photo} has another size, or the map is another model's
     * @throws DbdException.Backend TensorFlow Lite failed
     * @throws DbdException.Closed the detector was closed
     */
    public synchronized void detectRgb(ByteBuffer photo, BlurMap map) {
        check(map);
        ModelFacts facts = model.facts();
        if (photo.remaining() != rgb.length) {
            throw new DbdException.Argument(
                    "The model " + model.name() + " takes " + rgb.length + " bytes, "
                            + facts.inputWidth() + "x" + facts.inputHeight()
                            + " pixels of red, green and blue: got " + photo.remaining() + ".");
        }
        int position = photo.position();
        photo.get(rgb, 0, rgb.length);
        photo.position(position);
        run(rgb, map, facts.inputWidth(), facts.inputHeight());
    }

    /** Lets go of the interpreter and its memory, after a run that is under way; may be repeated. */
    @Override
    public synchronized void close() {
        if (engine != null) {
            engine.close();
            engine = null;
        }
    }

    private void check(BlurMap map) {
        if (engine == null) {
            throw new DbdException.Closed();
        }
        ModelFacts facts = model.facts();
        if (!map.isOf(facts)) {
            throw new DbdException.Argument(
                    "The map is not of the model " + model.name() + ": make it with newMap().");
        }
    }

    private void run(byte[] photo, BlurMap map, int width, int height) {
        input.rewind();
        input.put(photo, 0, photo.length);
        engine.run(input, output);
        output.rewind();
        map.fill(output, photo, width, height);
    }

    @Override
    public String toString() {
        return "BlurDetector(" + model.name() + ", " + options + ")";
    }
}
