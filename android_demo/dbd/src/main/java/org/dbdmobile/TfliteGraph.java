package org.dbdmobile;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.dbdmobile.FlatBufferTable.DamagedException;
import org.dbdmobile.FlatBufferTable.Vector;
import org.jspecify.annotations.Nullable;

/**
 * The tensors that go into a TFLite file's graph and come out of it, read after everything that an
 * interpreter follows without looking was checked; the same checks as the Python runtime's
 * tflite_graph.py. The work is bounded by the size of the file. Field numbers are those of TFLite's
 * schema, version 3.
 */
final class TfliteGraph {
    static final int UINT8 = 3;

    private static final int INT8 = 9;
    private static final int INT4 = 17;

    // Far above what an image network for a phone needs.
    private static final int MAX_RANK = 6;
    private static final long MAX_TENSOR_BYTES = 256L << 20;
    // Too many even at 4 bits each; products are cut off here, so that none overflows.
    private static final long MANY_ELEMENTS = 4 * MAX_TENSOR_BYTES;
    private static final int MAX_ITEMS = 100_000;
    private static final int MAX_OPERANDS = 64;

    // The schema's BuiltinOperator and Padding.
    private static final int AVERAGE_POOL = 1;
    private static final int CONVOLUTION = 3;
    private static final int DEPTHWISE_CONVOLUTION = 4;
    private static final int MAXIMUM_POOL = 17;
    private static final int SAME = 0;
    private static final int VALID = 1;

    final List<Tensor> inputs;
    final List<Tensor> outputs;

    private TfliteGraph(List<Tensor> inputs, List<Tensor> outputs) {
        this.inputs = inputs;
        this.outputs = outputs;
    }

    /** A tensor of the graph. */
    static final class Tensor {
        final int[] shape;
        /** The schema's number of the element type. */
        final int type;
        /** Whether the values are in the file, or kept by the interpreter from run to run. */
        final boolean isStored;
        /** Whether {@link #scale} and {@link #zeroPoint} say what the integers mean. */
        final boolean isQuantized;

        final float scale;
        final int zeroPoint;

        private Tensor(int[] shape, int type, boolean isStored, float scale, int zeroPoint) {
            this.shape = shape;
            this.type = type;
            this.isStored = isStored;
            this.isQuantized = scale > 0;
            this.scale = scale;
            this.zeroPoint = zeroPoint;
        }

        @Override
        public String toString() {
            String kind = type == UINT8 ? "uint8" : type == 0 ? "float32" : "element type " + type;
            String meaning =
                    isQuantized ? " with scale " + scale + " and zero point " + zeroPoint : "";
            return Arrays.toString(shape) + " of " + kind + meaning;
        }
    }

    /** Checks a whole file, little-endian, from position 0 to its limit. */
    static TfliteGraph read(ByteBuffer content) throws DamagedException {
        FlatBufferTable model = FlatBufferTable.root(content, "TFL3");
        if (model.uint32(0) != 3) {
            throw new DamagedException(
                    "its schema has version " + model.uint32(0) + ", expected 3");
        }
        List<Integer> codes = new ArrayList<>();
        for (FlatBufferTable code : model.tables(1, MAX_ITEMS)) {
            if (code.has(1)) {
                throw new DamagedException("it needs a custom operator");
            }
            // Files from before 2020 have the number in the one-byte field only.
            codes.add(Math.max(code.int8(0), code.int32(3)));
        }
        List<Integer> buffers = new ArrayList<>();
        for (FlatBufferTable buffer : model.tables(4, MAX_ITEMS)) {
            if (buffer.has(1) || buffer.has(2)) {
                throw new DamagedException("it keeps data outside of its FlatBuffer");
            }
            buffers.add(buffer.vector(0, 1).length);
        }
        List<FlatBufferTable> graphs = model.tables(2, MAX_ITEMS);
        if (graphs.size() != 1) {
            throw new DamagedException("it has " + graphs.size() + " graphs, expected 1");
        }
        FlatBufferTable graph = graphs.get(0);
        graph.checkText(4);
        List<Tensor> tensors = new ArrayList<>();
        for (FlatBufferTable tensor : graph.tables(0, MAX_ITEMS)) {
            tensors.add(tensor(tensor, buffers, tensors.size()));
        }
        int[] inputs = indexes(graph, 1, tensors.size(), 0);
        int[] outputs = indexes(graph, 2, tensors.size(), 0);
        checkOperators(graph.tables(3, MAX_ITEMS), codes, tensors, inputs, outputs);
        checkMetadata(model, buffers.size(), tensors.size());
        return new TfliteGraph(pick(tensors, inputs), pick(tensors, outputs));
    }

    private static Tensor tensor(FlatBufferTable table, List<Integer> buffers, int number)
            throws DamagedException {
        table.checkText(3);
        Vector sides = table.vector(0, 4);
        int[] shape = new int[Math.min(sides.length, MAX_RANK + 1)];
        boolean isPossible = shape.length <= MAX_RANK;
        long elements = 1;
        for (int i = 0; i < shape.length; i++) {
            shape[i] = table.int32(sides, i);
            isPossible &= shape[i] >= 0;
            elements = Math.min(elements, MANY_ELEMENTS) * shape[i];
        }
        if (!isPossible) {
            throw new DamagedException(
                    "tensor " + number + " has the shape " + Arrays.toString(shape));
        }
        int type = table.int8(1);
        int bits = bits(type);
        if (bits == 0) {
            throw new DamagedException("tensor " + number + " has the element type " + type);
        }
        long size = (Math.min(elements, MANY_ELEMENTS) * bits + 7) / 8;
        if (size > MAX_TENSOR_BYTES) {
            throw new DamagedException("tensor " + number + " would take " + size + " bytes");
        }
        long buffer = table.uint32(2);
        if (buffer >= buffers.size()) {
            throw new DamagedException(
                    "tensor " + number + " is in buffer " + buffer + " of " + buffers.size());
        }
        int stored = buffers.get((int) buffer);
        if (stored != 0 && stored != size) {
            throw new DamagedException(
                    "tensor " + number + " of shape " + Arrays.toString(shape) + " takes "
                            + size + " bytes, its buffer has " + stored);
        }
        if (table.has(6)) {
            throw new DamagedException("tensor " + number + " is sparse");
        }
        int signature = table.vector(7, 4).length;
        if (signature != 0 && signature != shape.length) {
            throw new DamagedException(
                    "tensor " + number + " has a signature of another rank");
        }
        boolean isStored = stored > 0 || table.int8(5) != 0;
        return quantized(table.table(4), number, shape, type, isStored);
    }

    private static Tensor quantized(
            @Nullable FlatBufferTable table,
            int number,
            int[] shape,
            int type,
            boolean isStored)
            throws DamagedException {
        if (table == null) {
            return new Tensor(shape, type, isStored, 0, 0);
        }
        if (table.has(4) || table.has(5)) {
            throw new DamagedException("tensor " + number + " has a custom quantisation");
        }
        // The ranges seen in calibration: interpreters read them as vectors of floats.
        table.vector(0, 4);
        table.vector(1, 4);
        Vector scales = table.vector(2, 4);
        Vector zeroPoints = table.vector(3, 8);
        int axis = table.int32(6);
        table.count(scales.length);
        table.count(zeroPoints.length);
        if (scales.length == 0) {
            return new Tensor(shape, type, isStored, 0, 0);
        }
        int channels = axis >= 0 && axis < shape.length ? shape[axis] : 1;
        boolean isPossible =
                (scales.length == 1 || scales.length == channels)
                        && (zeroPoints.length <= 1 || zeroPoints.length == scales.length);
        for (int i = 0; isPossible && i < scales.length; i++) {
            float scale = table.float32(scales, i);
            // XNNPACK crashes on scales below float's normal range.
            isPossible = scale >= Float.MIN_NORMAL && scale <= Float.MAX_VALUE;
        }
        for (int i = 0; isPossible && i < zeroPoints.length; i++) {
            long zeroPoint = table.int64(zeroPoints, i);
            isPossible = zeroPoint >= lowest(type) && zeroPoint <= highest(type);
        }
        if (!isPossible) {
            throw new DamagedException("tensor " + number + " has an impossible quantisation");
        }
        if (scales.length > 1) {
            return new Tensor(shape, type, isStored, 0, 0);
        }
        int zeroPoint = zeroPoints.length == 0 ? 0 : (int) table.int64(zeroPoints, 0);
        return new Tensor(shape, type, isStored, table.float32(scales, 0), zeroPoint);
    }

    /** Bits per element; 0 for types without a fixed size, which an image network has no need of. */
    private static int bits(int type) {
        switch (type) {
            case 0: // float32
            case 2: // int32
            case 15: // uint32
                return 32;
            case 1: // float16
            case 7: // int16
            case 16: // uint16
                return 16;
            case UINT8:
            case 6: // bool
            case INT8:
                return 8;
            case 4: // int64
            case 8: // complex64
            case 10: // float64
            case 12: // uint64
                return 64;
            case 11: // complex128
                return 128;
            case INT4:
                return 4;
            default:
                return 0;
        }
    }

    private static int lowest(int type) {
        return type == INT8 ? -128 : type == INT4 ? -8 : 0;
    }

    private static int highest(int type) {
        return type == UINT8 ? 255 : type == INT8 ? 127 : type == INT4 ? 7 : 0;
    }

    private static int[] indexes(FlatBufferTable table, int index, int count, int lowest)
            throws DamagedException {
        Vector vector = table.vector(index, 4);
        boolean isPossible = vector.length <= MAX_OPERANDS;
        int[] values = new int[isPossible ? vector.length : 0];
        for (int i = 0; i < values.length; i++) {
            values[i] = table.int32(vector, i);
            isPossible &= values[i] >= lowest && values[i] < count;
        }
        if (!isPossible) {
            throw new DamagedException("it refers to other tensors than its " + count);
        }
        return values;
    }

    private static List<Tensor> pick(List<Tensor> tensors, int[] indexes) {
        List<Tensor> picked = new ArrayList<>();
        for (int index : indexes) {
            picked.add(tensors.get(index));
        }
        return picked;
    }

    /**
     * Checks that each operator reads only what is there by then, and writes what nobody else does.
     * An index that was damaged but still lies in range nearly always breaks that order.
     */
    private static void checkOperators(
            List<FlatBufferTable> operators,
            List<Integer> codes,
            List<Tensor> tensors,
            int[] inputs,
            int[] outputs)
            throws DamagedException {
        boolean[] known = new boolean[tensors.size()];
        for (int i = 0; i < known.length; i++) {
            known[i] = tensors.get(i).isStored;
        }
        for (int input : inputs) {
            if (tensors.get(input).isStored) {
                throw new DamagedException("its input is a constant");
            }
            known[input] = true;
        }
        for (int number = 0; number < operators.size(); number++) {
            FlatBufferTable operator = operators.get(number);
            long code = operator.uint32(0);
            if (code >= codes.size()) {
                throw new DamagedException("operator " + number + " is of an unknown kind");
            }
            // -1 stands for an operand that is left out.
            int[] reads = indexes(operator, 1, tensors.size(), -1);
            int[] writes = indexes(operator, 2, tensors.size(), 0);
            boolean isInOrder = writes.length > 0;
            for (int read : reads) {
                isInOrder &= read == -1 || known[read];
            }
            for (int write : writes) {
                isInOrder &= !known[write];
            }
            if (!isInOrder) {
                throw new DamagedException("operator " + number + " is out of order");
            }
            for (int write : writes) {
                known[write] = true;
            }
            operator.table(4);
            operator.vector(5, 1);
            operator.vector(7, 1);
            indexes(operator, 8, tensors.size(), -1);
            if (operator.has(9) || operator.has(10)) {
                throw new DamagedException(
                        "operator " + number + " keeps options outside of its FlatBuffer");
            }
            operator.table(12);
            checkWindow(operator, codes.get((int) code), reads, writes[0], tensors, number);
        }
        for (int output : outputs) {
            if (!known[output]) {
                throw new DamagedException("its output is never computed");
            }
        }
    }

    /**
     * Checks that stride, padding and dilation of an operator that slides a window turn the input's
     * size into the output's. A filter is the second operand, [.., height, .., ..]; without one the
     * window's size is in fields 3 (width) and 4 (height) of the options.
     */
    private static void checkWindow(
            FlatBufferTable operator,
            int code,
            int[] reads,
            int write,
            List<Tensor> tensors,
            int number)
            throws DamagedException {
        boolean isPool = code == AVERAGE_POOL || code == MAXIMUM_POOL;
        if (!isPool && code != CONVOLUTION && code != DEPTHWISE_CONVOLUTION) {
            return;
        }
        int optionsType = isPool ? 5 : code == CONVOLUTION ? 1 : 2;
        FlatBufferTable options = operator.table(4);
        if (options == null || (operator.int8(3) & 0xFF) != optionsType) {
            throw new DamagedException("operator " + number + " lacks its options");
        }
        List<int[]> shapes = new ArrayList<>();
        for (int read : reads) {
            if (read >= 0 && shapes.size() < (isPool ? 1 : 2)) {
                shapes.add(tensors.get(read).shape);
            }
        }
        shapes.add(tensors.get(write).shape);
        boolean isPossible = shapes.size() == (isPool ? 2 : 3);
        for (int[] shape : shapes) {
            isPossible &= shape.length == 4;
        }
        if (!isPossible) {
            throw new DamagedException("operator " + number + " has operands of the wrong rank");
        }
        int padding = options.int8(0);
        if (padding != SAME && padding != VALID) {
            throw new DamagedException("operator " + number + " has an unknown kind of padding");
        }
        int dilationField = code == CONVOLUTION ? 4 : 5;
        for (int axis = 1; axis <= 2; axis++) {
            // Rows are axis 1, columns axis 2; the width's field comes before the height's.
            int field = 2 - axis;
            long stride = options.int32(1 + field);
            long size = isPool ? options.int32(3 + field) : shapes.get(1)[axis];
            long dilation = isPool ? 1 : options.int32(dilationField + field, 1);
            if (stride < 1 || size < 1 || dilation < 1) {
                throw new DamagedException("operator " + number + " has an impossible window");
            }
            long lost = padding == VALID ? (size - 1) * dilation : 0;
            long left = shapes.get(0)[axis] - lost;
            // Rounded up, also below zero.
            long steps = -Math.floorDiv(-left, stride);
            if (shapes.get(shapes.size() - 1)[axis] != steps) {
                throw new DamagedException(
                        "operator " + number + " does not give what its window gives");
            }
        }
    }

    private static void checkMetadata(FlatBufferTable model, int buffers, int tensors)
            throws DamagedException {
        model.checkText(3);
        model.vector(5, 4);
        for (FlatBufferTable entry : model.tables(6, MAX_ITEMS)) {
            entry.checkText(0);
            if (entry.uint32(1) >= buffers) {
                throw new DamagedException("its metadata is in a buffer that it does not have");
            }
        }
        for (FlatBufferTable signature : model.tables(7, MAX_ITEMS)) {
            signature.checkText(2);
            if (signature.uint32(4) != 0) {
                throw new DamagedException("a signature is for a graph that it does not have");
            }
            for (int side = 0; side <= 1; side++) {
                for (FlatBufferTable tensor : signature.tables(side, MAX_ITEMS)) {
                    tensor.checkText(0);
                    if (tensor.uint32(1) >= tensors) {
                        throw new DamagedException(
                                "a signature names a tensor that it does not have");
                    }
                }
            }
        }
    }
}
