package org.dbdmobile;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * Finds which parts of photos and camera frames are out of focus, and judges how sharp a subject is;
 * keeps the models ready between them.
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
    private final @Nullable DetailModel detail;
    private final DetectorOptions options;
    private final FrameConverter converter;
    private final ByteBuffer input;
    private final ByteBuffer output;
    private final byte[] rgb;
    private @Nullable Engine engine;
    // Both are made when something is judged for the first time.
    private @Nullable FocusJudge judge;
    private @Nullable BlurMap ownMap;

    BlurDetector(
            BlurModel model,
            @Nullable DetailModel detail,
            DetectorOptions options,
            Engine engine) {
        this.model = model;
        this.detail = detail;
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
     * Opens a detector that finds blur, and does not {@link #judge}. Takes some tens of milliseconds:
     * not for the main thread.
     *
     * @param model the model, checked
     * @param options threads, XNNPACK, accelerator
     * @return the detector, to be closed
     * @throws DbdException.Backend TensorFlow Lite cannot be used; or the accelerator cannot, and
     *     there is no {@link DetectorOptions#withCpuFallback}
     * @throws DbdException.Model TensorFlow Lite refuses the model
     * @throws DbdException.Argument the model or the options are null
     */
    public static BlurDetector open(BlurModel model, DetectorOptions options) {
        return open(model, null, options);
    }

    /**
     * Opens a detector that also judges.
     *
     * @param model the model, checked
     * @param detail the model that measures blur, checked; it is made ready when something is judged
     *     for the first time, which takes some milliseconds more. It runs on the CPU, whatever the
     *     accelerator: for tiles of its size that is as good. Null for a detector that does not judge
     * @param options threads, XNNPACK, accelerator
     * @return the detector, to be closed
     * @throws DbdException.Backend TensorFlow Lite cannot be used; or the accelerator cannot, and
     *     there is no {@link DetectorOptions#withCpuFallback}
     * @throws DbdException.Model TensorFlow Lite refuses the model
     * @throws DbdException.Argument the model or the options are null
     */
    public static BlurDetector open(
            BlurModel model, @Nullable DetailModel detail, DetectorOptions options) {
        Given.check(model, "A model");
        Given.check(options, "DetectorOptions");
        boolean canFallBack = options.accelerator() != null && options.cpuFallback() != null;
        Engine engine =
                canFallBack
                        ? FallbackEngine.open(model.file(), options)
                        : TfliteEngine.open(model.file(), options);
        try {
            return new BlurDetector(model, detail, options, engine);
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
     * Why the model runs on the CPU and not on the accelerator that was asked for: known when the
     * detector is open, or after the first photo.
     *
     * @return a sentence or two; null where it runs as it was asked to
     * @throws DbdException.Closed the detector was closed
     */
    public synchronized @Nullable String fallbackReason() {
        checkOpen();
        return engine.fallbackReason();
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
        Given.check(frame, "A frame");
        Given.check(framing, "A framing");
        byte[] photo = converter.convert(frame, framing);
        run(photo, map, framing.photoWidth(frame), framing.photoHeight(frame));
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
        Given.check(photo, "A photo");
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

    /**
     * Says how sharp a region of a photo is: sharp, soft, blurred or unknown. The blur is measured in
     * the photo's own pixels, so that a focus that is slightly off shows; give the largest frame
     * that there is. Only what lies around the region is read, tile by tile.
     *
     * @param frame the frame; its pixels are read during the call only
     * @param framing which part of the frame is the photo, and how it is turned upright
     * @param region where to look, in the upright photo's pixels
     * @param strictness what counts as sharp, and at which width
     * @return the verdict with its reason and numbers
     * @throws DbdException.Image the frame is empty, the crop is not in it, or the photo has less than
     *     64 pixels a side
     * @throws DbdException.Argument the region is not in the photo, or the detector has no detail model
     * @throws DbdException.Backend TensorFlow Lite failed
     * @throws DbdException.Model TensorFlow Lite refuses the detail model
     * @throws DbdException.Closed the detector was closed
     */
    public synchronized Focus judge(
            Frame frame, Framing framing, Region region, Strictness strictness) {
        FocusJudge ready = readyJudge();
        check(frame, framing, strictness);
        Given.check(region, "A region");
        framing.check(frame);
        return ready.judge(frame, framing, region, strictness);
    }

    /**
     * Says how sharp a photo's subject is: what is in focus and near the middle by its blur map.
     *
     * @param frame as for {@link #judge(Frame, Framing, Region, Strictness)}
     * @param framing as there
     * @param map the photo's map, if {@link #detect} was called before
     * @param strictness as there
     * @return the verdict with its reason and numbers
     * @throws DbdException.Argument the map is of another photo or model, or the detector has no
     *     detail model
     * @throws DbdException as there
     */
    public synchronized Focus judge(
            Frame frame, Framing framing, BlurMap map, Strictness strictness) {
        FocusJudge ready = readyJudge();
        check(map);
        check(frame, framing, strictness);
        framing.check(frame);
        int width = framing.photoWidth(frame);
        int height = framing.photoHeight(frame);
        if (map.photoWidth() != width || map.photoHeight() != height) {
            throw new DbdException.Argument(
                    "The blur map is of another photo: it is for " + map.photoWidth() + "x"
                            + map.photoHeight() + ", got " + width + "x" + height + ".");
        }
        return ready.judgeSubject(frame, framing, map, strictness);
    }

    /**
     * Says how sharp a photo's subject is, and finds its blur map on the way.
     *
     * @param frame as for {@link #judge(Frame, Framing, Region, Strictness)}
     * @param framing as there
     * @param strictness as there
     * @return the verdict with its reason and numbers
     * @throws DbdException as there
     */
    public synchronized Focus judge(Frame frame, Framing framing, Strictness strictness) {
        readyJudge();
        if (ownMap == null) {
            ownMap = newMap();
        }
        detect(frame, framing, ownMap);
        return judge(frame, framing, ownMap, strictness);
    }

    private FocusJudge readyJudge() {
        checkOpen();
        if (detail == null) {
            throw new DbdException.Argument(
                    "This BlurDetector was opened without a model that measures blur: open it with"
                            + " DetailModel.bundled.");
        }
        if (judge == null) {
            DetectorOptions onCpu = options.withAccelerator(null);
            Engine opened = TfliteEngine.open(detail.file(), onCpu);
            try {
                judge = new FocusJudge(new DetailMeter(detail, opened));
            } catch (RuntimeException | Error failed) {
                opened.close();
                throw failed;
            }
        }
        return judge;
    }

    /** Lets go of the interpreters and their memory, after a run that is under way; may be repeated. */
    @Override
    public synchronized void close() {
        Engine open = engine;
        FocusJudge ready = judge;
        engine = null;
        judge = null;
        try {
            if (ready != null) {
                ready.close();
            }
        } finally {
            if (open != null) {
                open.close();
            }
        }
    }

    private void checkOpen() {
        if (engine == null) {
            throw new DbdException.Closed();
        }
    }

    private static void check(Frame frame, Framing framing, Strictness strictness) {
        Given.check(frame, "A frame");
        Given.check(framing, "A framing");
        Given.check(strictness, "A strictness");
    }

    private void check(BlurMap map) {
        checkOpen();
        Given.check(map, "A map");
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
