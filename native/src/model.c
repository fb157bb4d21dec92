#include "model.h"

#include <math.h>

#include "message.h"
#include "judge_constants.h"

enum {
    INPUT_ZERO_POINT = 127,
    /* No frame is larger; the whole tensor was found to be far smaller than an int's end. */
    MAX_SIDE = 1 << 15,
    MAX_PIXELS = 1 << 26,
    MAX_FILE_BYTES = 64 << 20
};

/* The network's normalisation, (x - 127) / 128, as quantisation of a uint8 input. */
static const float INPUT_SCALE = 1 / 128.0f;
/* What a sigmoid gives in int8. */
static const float SIGMOID_SCALE = 1 / 256.0f;
static const float PROBABILITY_SCALE = 1 / 255.0f;
/* A probability may leave 0..1 by this much through the rounding of a quantised model. */
static const double RANGE_TOLERANCE = 0.01;

/* Whether a tensor's second and third side are those of a picture that is looked at. */
static bool has_sides(const dbd_tensor *tensor) {
    int32_t rows = tensor->shape[1], columns = tensor->shape[2];
    return rows >= 1 && rows <= MAX_SIDE && columns >= 1 && columns <= MAX_SIDE
           && rows * columns <= MAX_PIXELS;
}

static bool is_scale(float scale, float expected) {
    return fabs((double)scale - expected) <= 1e-6 * expected;
}

static bool is_photo(const dbd_tensor *input) {
    return input->rank == 4 && input->shape[0] == 1 && input->shape[3] == 3 && has_sides(input)
           && input->type == DBD_UINT8 && is_scale(input->scale, INPUT_SCALE)
           && input->zero_point == INPUT_ZERO_POINT;
}

static bool is_sigmoid(const dbd_tensor *output) {
    return output->zero_point == 0 && is_scale(output->scale, SIGMOID_SCALE);
}

float dbd_read_scale(const dbd_tensor *output) {
    return is_sigmoid(output) ? PROBABILITY_SCALE : output->scale;
}

static dbd_status check(
        const void *bytes, size_t size, const char *name, dbd_model *model, char *message) {
    if (size > MAX_FILE_BYTES) {
        return dbd_say(
                message, DBD_MODEL, "The %s has more than %d bytes.", name, MAX_FILE_BYTES);
    }
    dbd_file file = {.bytes = bytes, .size = (int64_t)size};
    dbd_graph graph;
    if (!dbd_read_graph(&file, &graph)) {
        if (!file.is_damaged) return dbd_no_memory(message);
        return dbd_say(
                message, DBD_MODEL, "The %s is no intact TFLite file: %s.", name, file.why);
    }
    if (graph.inputs != 1 || !is_photo(&graph.input)) {
        return dbd_say(
                message,
                DBD_MODEL,
                "The %s does not take a photo: expected one input [1, height, width, 3] of uint8 with"
                " scale 1/128 and zero point 127.",
                name);
    }
    *model = (dbd_model){
            .name = name,
            .bytes = bytes,
            .size = size,
            .input = graph.input,
            .output = graph.output,
    };
    /* What comes out is left to the two kinds; none of them has two outputs. */
    if (graph.outputs != 1) model->output = (dbd_tensor){0};
    return DBD_OK;
}

dbd_status dbd_check_blur_model(const void *bytes, size_t size, dbd_model *model, char *message) {
    dbd_status status = check(bytes, size, "model", model, message);
    if (status) return status;
    const dbd_tensor *output = &model->output;
    bool has_map = (output->rank == 3 || (output->rank == 4 && output->shape[3] == 1))
                   && output->shape[0] == 1 && has_sides(output) && output->type == DBD_UINT8
                   && output->scale > 0
                   && -output->zero_point * (double)output->scale >= -RANGE_TOLERANCE
                   && (255 - output->zero_point) * (double)output->scale <= 1 + RANGE_TOLERANCE;
    if (has_map) return DBD_OK;
    return dbd_say(
            message,
            DBD_MODEL,
            "The model does not give a blur map: expected one output [1, height, width, 1] of uint8"
            " probabilities.");
}

dbd_status dbd_check_detail_model(
        const void *bytes, size_t size, dbd_model *model, char *message) {
    dbd_status status = check(bytes, size, "detail model", model, message);
    if (status) return status;
    const int32_t *photo = model->input.shape, *codes = model->output.shape;
    bool is_whole = photo[1] % DBD_CELL == 0 && photo[2] % DBD_CELL == 0;
    bool has_codes = model->output.rank == 4 && codes[0] == 1 && codes[1] == photo[1] / DBD_CELL
                     && codes[2] == photo[2] / DBD_CELL && codes[3] == 3
                     && model->output.type == DBD_UINT8 && is_sigmoid(&model->output);
    if (is_whole && has_codes) return DBD_OK;
    return dbd_say(
            message,
            DBD_MODEL,
            "The detail model does not measure blur: expected one output [1, height / 16, width / 16,"
            " 3] of uint8 with scale 1/256 and zero point 0.");
}
