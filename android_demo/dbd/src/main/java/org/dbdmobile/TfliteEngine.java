package org.dbdmobile;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tensorflow.lite.DataType;
import org.tensorflow.lite.Delegate;
import org.tensorflow.lite.Interpreter;
import org.tensorflow.lite.Tensor;

/** {@link Engine} over {@code org.tensorflow.lite.Interpreter}. */
final class TfliteEngine implements Engine {
    private final String modelName;
    private final Interpreter interpreter;
    private final @Nullable Delegate delegate;
    // Kept from run to run, so that a run makes no garbage of ours.
    private final Object[] inputs = new Object[1];
    private Map<Integer, Object> outputs = Collections.emptyMap();
    private @Nullable ByteBuffer outputInMap;

    private TfliteEngine(
            String modelName, Interpreter interpreter, @Nullable Delegate delegate) {
        this.modelName = modelName;
        this.interpreter = interpreter;
        this.delegate = delegate;
    }

    /** Opens an interpreter, and checks that it sees in the model what the library read in it. */
    static TfliteEngine open(ModelFile model, DetectorOptions options) {
        Accelerator accelerator = options.accelerator();
        Delegate delegate = accelerator == null ? null : create(accelerator);
        Interpreter interpreter = null;
        try {
            Interpreter.Options own = new Interpreter.Options();
            own.setNumThreads(options.threads());
            own.setUseXNNPACK(options.usesXnnpack());
            if (delegate != null) {
                own.addDelegate(delegate);
            }
            interpreter = new Interpreter(model.content(), own);
            interpreter.allocateTensors();
            check(model, interpreter);
            return new TfliteEngine(model.name, interpreter, delegate);
        } catch (DbdException refused) {
            close(interpreter, delegate);
            throw refused;
        } catch (RuntimeException error) {
            close(interpreter, delegate);
            if (accelerator != null) {
                throw new DbdException.Backend(
                        "The accelerator " + accelerator.name() + " cannot run the model "
                                + model.name + ": " + firstLine(error) + ".",
                        error);
            }
            throw new DbdException.Model(
                    "TensorFlow Lite refuses the model " + model.name + ": " + firstLine(error)
                            + ".",
                    error);
        } catch (LinkageError error) {
            close(interpreter, delegate);
            String what =
                    accelerator == null
                            ? "TensorFlow Lite"
                            : "TensorFlow Lite or the accelerator " + accelerator.name();
            throw new DbdException.Backend(
                    what + " cannot be loaded: " + firstLine(error) + ".", error);
        }
    }

    /** A delegate, whatever the app's own accelerator does instead of making one. */
    private static Delegate create(Accelerator accelerator) {
        Delegate delegate;
        try {
            delegate = accelerator.create();
        } catch (DbdException refused) {
            throw refused;
        } catch (RuntimeException | LinkageError error) {
            throw new DbdException.Backend(
                    "The accelerator " + accelerator.name() + " cannot be made: "
                            + firstLine(error) + ".",
                    error);
        }
        if (delegate == null) {
            throw new DbdException.Backend(
                    "The accelerator " + accelerator.name() + " made no delegate.", null);
        }
        return delegate;
    }

    @Override
    public void run(ByteBuffer input, ByteBuffer output) {
        inputs[0] = input;
        if (outputInMap != output) {
            outputs = Collections.singletonMap(0, output);
            outputInMap = output;
        }
        input.rewind();
        output.rewind();
        try {
            interpreter.runForMultipleInputsOutputs(inputs, outputs);
        } catch (RuntimeException error) {
            throw new DbdException.Backend(
                    "TensorFlow Lite failed to run the model " + modelName + ": "
                            + firstLine(error) + ".",
                    error);
        } finally {
            input.rewind();
            output.rewind();
        }
    }

    @Override
    public @Nullable String fallbackReason() {
        return null;
    }

    @Override
    public void close() {
        close(interpreter, delegate);
    }

    private static void close(
            @Nullable Interpreter interpreter, @Nullable Delegate delegate) {
        // The interpreter first: it still uses the delegate.
        try {
            if (interpreter != null) {
                interpreter.close();
            }
        } finally {
            if (delegate != null) {
                delegate.close();
            }
        }
    }

    private static void check(ModelFile model, Interpreter interpreter) {
        Tensor input = interpreter.getInputTensor(0);
        Tensor output = interpreter.getOutputTensor(0);
        boolean isSame =
                interpreter.getInputTensorCount() == 1
                        && interpreter.getOutputTensorCount() == 1
                        && input.dataType() == DataType.UINT8
                        && output.dataType() == DataType.UINT8
                        && Arrays.equals(input.shape(), model.input.shape)
                        && Arrays.equals(output.shape(), model.output.shape)
                        && output.quantizationParams().getZeroPoint() == model.output.zeroPoint
                        && output.quantizationParams().getScale() == model.output.scale;
        if (!isSame) {
            throw new DbdException.Model(
                    "TensorFlow Lite sees another input or output in the model " + model.name
                            + " than its file says.");
        }
    }

    /** The first line of what TensorFlow Lite says, without the mark at its end. */
    private static String firstLine(Throwable error) {
        String[] lines = String.valueOf(error.getMessage()).trim().split("\n");
        return lines[0].replaceAll("[.:]+$", "");
    }
}
