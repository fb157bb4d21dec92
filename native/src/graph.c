#include "graph.h"

#include <float.h>
#include <stdlib.h>
#include <string.h>

/* Far above what an image network for a phone needs. */
static const int64_t MAX_TENSOR_BYTES = 256LL << 20;
/* Too many even at 4 bits each; products are cut off here, so that none overflows. */
static const int64_t MANY_ELEMENTS = 4 * (256LL << 20);

enum {
    MAX_OPERANDS = 64,
    INT8 = 9,
    INT4 = 17,
    /* The schema's BuiltinOperator and Padding. */
    AVERAGE_POOL = 1,
    CONVOLUTION = 3,
    DEPTHWISE_CONVOLUTION = 4,
    MAXIMUM_POOL = 17,
    SAME = 0,
    VALID = 1
};

/* What is known of a file while it is checked. */
typedef struct reading {
    dbd_file *file;
    int64_t code_count;
    int32_t *codes;
    int64_t buffer_count;
    int64_t *buffer_bytes;
    int64_t tensor_count;
    dbd_tensor *tensors;
    bool *is_known;
    bool is_memory_short;
} reading;

typedef struct operands {
    int32_t count;
    int32_t indexes[MAX_OPERANDS];
} operands;

static void *room(reading *r, int64_t count, size_t size) {
    void *made = calloc(count > 0 ? (size_t)count : 1, size);
    r->is_memory_short |= !made;
    return made;
}

static bool goes_on(const reading *r) {
    return !r->file->is_damaged && !r->is_memory_short;
}

/* Bits per element; 0 for types without a fixed size, which an image network has no need of. */
static int32_t bits(int32_t type) {
    switch (type) {
        case 0: /* float32 */
        case 2: /* int32 */
        case 15: /* uint32 */
            return 32;
        case 1: /* float16 */
        case 7: /* int16 */
        case 16: /* uint16 */
            return 16;
        case DBD_UINT8:
        case 6: /* bool */
        case INT8:
            return 8;
        case 4: /* int64 */
        case 8: /* complex64 */
        case 10: /* float64 */
        case 12: /* uint64 */
            return 64;
        case 11: /* complex128 */
            return 128;
        case INT4:
            return 4;
        default:
            return 0;
    }
}

static int64_t lowest(int32_t type) {
    return type == INT8 ? -128 : type == INT4 ? -8 : 0;
}

static int64_t highest(int32_t type) {
    return type == DBD_UINT8 ? 255 : type == INT8 ? 127 : type == INT4 ? 7 : 0;
}

static void read_quantization(dbd_file *file, const dbd_table *table, int number, dbd_tensor *t) {
    if (dbd_has(table, 4) || dbd_has(table, 5)) {
        dbd_damaged(file, "tensor %d has a custom quantisation", number);
    }
    /* The ranges seen in calibration: interpreters read them as vectors of floats. */
    dbd_vector_at(table, 0, 4);
    dbd_vector_at(table, 1, 4);
    dbd_vector scales = dbd_vector_at(table, 2, 4);
    dbd_vector zero_points = dbd_vector_at(table, 3, 8);
    int32_t axis = dbd_int32(table, 6, 0);
    dbd_count(file, scales.length);
    dbd_count(file, zero_points.length);
    if (file->is_damaged || scales.length == 0) return;
    int64_t channels = axis >= 0 && axis < t->rank ? t->shape[axis] : 1;
    bool is_possible = (scales.length == 1 || scales.length == channels)
                       && (zero_points.length <= 1 || zero_points.length == scales.length);
    for (int64_t i = 0; is_possible && i < scales.length; i++) {
        float scale = dbd_float_in(file, scales, i);
        /* XNNPACK crashes on scales below float's normal range. */
        is_possible = scale >= FLT_MIN && scale <= FLT_MAX;
    }
    for (int64_t i = 0; is_possible && i < zero_points.length; i++) {
        int64_t zero_point = dbd_int64_in(file, zero_points, i);
        is_possible = zero_point >= lowest(t->type) && zero_point <= highest(t->type);
    }
    if (!is_possible) {
        dbd_damaged(file, "tensor %d has an impossible quantisation", number);
        return;
    }
    if (scales.length > 1) return;
    t->scale = dbd_float_in(file, scales, 0);
    t->zero_point = zero_points.length == 0 ? 0 : (int32_t)dbd_int64_in(file, zero_points, 0);
}

static void read_tensor(reading *r, const dbd_table *table, int number) {
    dbd_file *file = r->file;
    dbd_tensor *tensor = &r->tensors[number];
    dbd_check_text(table, 3);
    dbd_vector sides = dbd_vector_at(table, 0, 4);
    bool is_possible = sides.length <= DBD_MAX_RANK;
    int64_t elements = 1;
    tensor->rank = is_possible ? (int32_t)sides.length : 0;
    for (int32_t i = 0; i < tensor->rank; i++) {
        tensor->shape[i] = dbd_int32_in(file, sides, i);
        is_possible &= tensor->shape[i] >= 0;
        elements = (elements < MANY_ELEMENTS ? elements : MANY_ELEMENTS) * tensor->shape[i];
    }
    if (!is_possible) {
        dbd_damaged(file, "tensor %d has an impossible shape", number);
        return;
    }
    tensor->type = dbd_int8(table, 1);
    int32_t of_element = bits(tensor->type);
    if (of_element == 0) {
        dbd_damaged(file, "tensor %d has the element type %d", number, (int)tensor->type);
    }
    int64_t size =
            ((elements < MANY_ELEMENTS ? elements : MANY_ELEMENTS) * of_element + 7) / 8;
    if (size > MAX_TENSOR_BYTES) {
        dbd_damaged(file, "tensor %d would take %lld bytes", number, (long long)size);
    }
    int64_t buffer = dbd_uint32(table, 2);
    if (buffer >= r->buffer_count) {
        dbd_damaged(file, "tensor %d is in a buffer that it does not have", number);
        return;
    }
    int64_t stored = r->buffer_bytes[buffer];
    if (stored != 0 && stored != size) {
        dbd_damaged(
                file,
                "tensor %d takes %lld bytes, its buffer has %lld",
                number,
                (long long)size,
                (long long)stored);
    }
    if (dbd_has(table, 6)) dbd_damaged(file, "tensor %d is sparse", number);
    int64_t signature = dbd_vector_at(table, 7, 4).length;
    if (signature != 0 && signature != tensor->rank) {
        dbd_damaged(file, "tensor %d has a signature of another rank", number);
    }
    tensor->is_stored = stored > 0 || dbd_int8(table, 5) != 0;
    dbd_table quantization = dbd_table_at(table, 4);
    if (quantization.file) read_quantization(file, &quantization, number, tensor);
}

static operands indexes(const reading *r, const dbd_table *table, int index, int32_t least) {
    operands found = {0};
    dbd_vector vector = dbd_vector_at(table, index, 4);
    bool is_possible = vector.length <= MAX_OPERANDS;
    for (int64_t i = 0; is_possible && i < vector.length; i++) {
        int32_t value = dbd_int32_in(r->file, vector, i);
        is_possible = value >= least && value < r->tensor_count;
        found.indexes[i] = value;
    }
    if (!is_possible) {
        dbd_damaged(
                r->file, "it refers to other tensors than its %lld", (long long)r->tensor_count);
        return (operands){0};
    }
    found.count = (int32_t)vector.length;
    return found;
}

/*
 * Checks that stride, padding and dilation of an operator that slides a window turn the input's size
 * into the output's. A filter is the second operand, [.., height, .., ..]; without one the window's
 * size is in fields 3 (width) and 4 (height) of the options.
 */
static void check_window(
        const reading *r,
        const dbd_table *operator,
        int32_t code,
        const operands *reads,
        int32_t write,
        int number) {
    dbd_file *file = r->file;
    bool is_pool = code == AVERAGE_POOL || code == MAXIMUM_POOL;
    if (!is_pool && code != CONVOLUTION && code != DEPTHWISE_CONVOLUTION) return;
    int32_t options_type = is_pool ? 5 : code == CONVOLUTION ? 1 : 2;
    dbd_table options = dbd_table_at(operator, 4);
    if (!options.file || (dbd_int8(operator, 3) & 0xFF) != options_type) {
        dbd_damaged(file, "operator %d lacks its options", number);
        return;
    }
    const dbd_tensor *shapes[3];
    int count = 0;
    for (int32_t i = 0; i < reads->count && count < (is_pool ? 1 : 2); i++) {
        if (reads->indexes[i] >= 0) shapes[count++] = &r->tensors[reads->indexes[i]];
    }
    shapes[count++] = &r->tensors[write];
    bool is_possible = count == (is_pool ? 2 : 3);
    for (int i = 0; i < count; i++) is_possible &= shapes[i]->rank == 4;
    if (!is_possible) {
        dbd_damaged(file, "operator %d has operands of the wrong rank", number);
        return;
    }
    int32_t padding = dbd_int8(&options, 0);
    if (padding != SAME && padding != VALID) {
        dbd_damaged(file, "operator %d has an unknown kind of padding", number);
    }
    int dilation_field = code == CONVOLUTION ? 4 : 5;
    for (int axis = 1; axis <= 2; axis++) {
        /* Rows are axis 1, columns axis 2; the width's field comes before the height's. */
        int field = 2 - axis;
        int64_t stride = dbd_int32(&options, 1 + field, 0);
        int64_t size = is_pool ? dbd_int32(&options, 3 + field, 0) : shapes[1]->shape[axis];
        int64_t dilation = is_pool ? 1 : dbd_int32(&options, dilation_field + field, 1);
        if (stride < 1 || size < 1 || dilation < 1) {
            dbd_damaged(file, "operator %d has an impossible window", number);
            return;
        }
        int64_t lost = padding == VALID ? (size - 1) * dilation : 0;
        int64_t left = shapes[0]->shape[axis] - lost;
        /* Rounded up; C rounds to zero, which is up where it is below zero. */
        int64_t steps = left > 0 ? (left + stride - 1) / stride : left / stride;
        if (shapes[count - 1]->shape[axis] != steps) {
            dbd_damaged(file, "operator %d does not give what its window gives", number);
        }
    }
}

static void check_operator(reading *r, const dbd_table *operator, int number) {
    dbd_file *file = r->file;
    int64_t code = dbd_uint32(operator, 0);
    if (code >= r->code_count) {
        dbd_damaged(file, "operator %d is of an unknown kind", number);
        return;
    }
    /* -1 stands for an operand that is left out. */
    operands reads = indexes(r, operator, 1, -1);
    operands writes = indexes(r, operator, 2, 0);
    bool is_in_order = writes.count > 0;
    for (int32_t i = 0; i < reads.count; i++) {
        is_in_order &= reads.indexes[i] == -1 || r->is_known[reads.indexes[i]];
    }
    for (int32_t i = 0; i < writes.count; i++) is_in_order &= !r->is_known[writes.indexes[i]];
    if (!is_in_order) {
        dbd_damaged(file, "operator %d is out of order", number);
        return;
    }
    for (int32_t i = 0; i < writes.count; i++) r->is_known[writes.indexes[i]] = true;
    dbd_table_at(operator, 4);
    dbd_vector_at(operator, 5, 1);
    dbd_vector_at(operator, 7, 1);
    indexes(r, operator, 8, -1);
    if (dbd_has(operator, 9) || dbd_has(operator, 10)) {
        dbd_damaged(file, "operator %d keeps options outside of its FlatBuffer", number);
    }
    dbd_table_at(operator, 12);
    check_window(r, operator, r->codes[code], &reads, writes.indexes[0], number);
}

/*
 * Checks that each operator reads only what is there by then, and writes what nobody else does. An
 * index that was damaged but still lies in range nearly always breaks that order.
 */
static void check_operators(
        reading *r, const dbd_table *graph, const operands *inputs, const operands *outputs) {
    for (int64_t i = 0; i < r->tensor_count; i++) r->is_known[i] = r->tensors[i].is_stored;
    for (int32_t i = 0; i < inputs->count; i++) {
        if (r->tensors[inputs->indexes[i]].is_stored) {
            dbd_damaged(r->file, "its input is a constant");
        }
        r->is_known[inputs->indexes[i]] = true;
    }
    dbd_vector operators = dbd_tables_at(graph, 3);
    for (int64_t i = 0; i < operators.length && goes_on(r); i++) {
        dbd_table operator = dbd_table_in(r->file, operators, i);
        check_operator(r, &operator, (int)i);
    }
    for (int32_t i = 0; i < outputs->count; i++) {
        if (!r->is_known[outputs->indexes[i]]) {
            dbd_damaged(r->file, "its output is never computed");
        }
    }
}

static void check_metadata(reading *r, const dbd_table *model) {
    dbd_file *file = r->file;
    dbd_check_text(model, 3);
    dbd_vector_at(model, 5, 4);
    dbd_vector entries = dbd_tables_at(model, 6);
    for (int64_t i = 0; i < entries.length && goes_on(r); i++) {
        dbd_table entry = dbd_table_in(file, entries, i);
        dbd_check_text(&entry, 0);
        if (dbd_uint32(&entry, 1) >= r->buffer_count) {
            dbd_damaged(file, "its metadata is in a buffer that it does not have");
        }
    }
    dbd_vector signatures = dbd_tables_at(model, 7);
    for (int64_t i = 0; i < signatures.length && goes_on(r); i++) {
        dbd_table signature = dbd_table_in(file, signatures, i);
        dbd_check_text(&signature, 2);
        if (dbd_uint32(&signature, 4) != 0) {
            dbd_damaged(file, "a signature is for a graph that it does not have");
        }
        for (int side = 0; side <= 1; side++) {
            dbd_vector named = dbd_tables_at(&signature, side);
            for (int64_t k = 0; k < named.length && goes_on(r); k++) {
                dbd_table tensor = dbd_table_in(file, named, k);
                dbd_check_text(&tensor, 0);
                if (dbd_uint32(&tensor, 1) >= r->tensor_count) {
                    dbd_damaged(file, "a signature names a tensor that it does not have");
                }
            }
        }
    }
}

static void read_codes(reading *r, const dbd_table *model) {
    dbd_vector codes = dbd_tables_at(model, 1);
    r->codes = room(r, codes.length, sizeof *r->codes);
    for (int64_t i = 0; i < codes.length && goes_on(r); i++) {
        dbd_table code = dbd_table_in(r->file, codes, i);
        if (dbd_has(&code, 1)) dbd_damaged(r->file, "it needs a custom operator");
        /* Files from before 2020 have the number in the one-byte field only. */
        int32_t old = dbd_int8(&code, 0), new = dbd_int32(&code, 3, 0);
        r->codes[i] = old > new ? old : new;
    }
    r->code_count = codes.length;
}

static void read_buffers(reading *r, const dbd_table *model) {
    dbd_vector buffers = dbd_tables_at(model, 4);
    r->buffer_bytes = room(r, buffers.length, sizeof *r->buffer_bytes);
    for (int64_t i = 0; i < buffers.length && goes_on(r); i++) {
        dbd_table buffer = dbd_table_in(r->file, buffers, i);
        if (dbd_has(&buffer, 1) || dbd_has(&buffer, 2)) {
            dbd_damaged(r->file, "it keeps data outside of its FlatBuffer");
        }
        r->buffer_bytes[i] = dbd_vector_at(&buffer, 0, 1).length;
    }
    r->buffer_count = buffers.length;
}

static void read_file(reading *r, dbd_graph *found) {
    dbd_file *file = r->file;
    dbd_table model = dbd_root(file, "TFL3");
    int64_t version = dbd_uint32(&model, 0);
    if (version != 3) {
        dbd_damaged(file, "its schema has version %lld, expected 3", (long long)version);
    }
    read_codes(r, &model);
    if (goes_on(r)) read_buffers(r, &model);
    if (!goes_on(r)) return;
    dbd_vector graphs = dbd_tables_at(&model, 2);
    if (graphs.length != 1) {
        dbd_damaged(file, "it has %lld graphs, expected 1", (long long)graphs.length);
        return;
    }
    dbd_table graph = dbd_table_in(file, graphs, 0);
    dbd_check_text(&graph, 4);
    dbd_vector tensors = dbd_tables_at(&graph, 0);
    r->tensors = room(r, tensors.length, sizeof *r->tensors);
    r->is_known = room(r, tensors.length, sizeof *r->is_known);
    for (int64_t i = 0; i < tensors.length && goes_on(r); i++) {
        dbd_table tensor = dbd_table_in(file, tensors, i);
        read_tensor(r, &tensor, (int)i);
    }
    if (!goes_on(r)) return;
    r->tensor_count = tensors.length;
    operands inputs = indexes(r, &graph, 1, 0), outputs = indexes(r, &graph, 2, 0);
    check_operators(r, &graph, &inputs, &outputs);
    check_metadata(r, &model);
    if (!goes_on(r)) return;
    found->inputs = inputs.count;
    found->outputs = outputs.count;
    if (inputs.count > 0) found->input = r->tensors[inputs.indexes[0]];
    if (outputs.count > 0) found->output = r->tensors[outputs.indexes[0]];
}

bool dbd_read_graph(dbd_file *file, dbd_graph *graph) {
    reading r = {.file = file};
    memset(graph, 0, sizeof *graph);
    read_file(&r, graph);
    free(r.codes);
    free(r.buffer_bytes);
    free(r.tensors);
    free(r.is_known);
    return goes_on(&r);
}
