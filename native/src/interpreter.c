#include "interpreter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "tflite.h"

struct dbd_interpreter {
    const char *name;
    TfLiteModel *model;
    TfLiteDelegate *xnnpack;
    TfLiteInterpreter *interpreter;
    /* The first line of what TensorFlow Lite said last. */
    char said[128];
};

static void keep_first_line(void *user_data, const char *format, va_list rest) {
    dbd_interpreter *self = user_data;
    if (self->said[0]) return;
    vsnprintf(self->said, sizeof self->said, format, rest);
    char *end = strchr(self->said, '\n');
    if (!end) end = self->said + strlen(self->said);
    while (end > self->said && (end[-1] == '.' || end[-1] == ':')) end--;
    *end = 0;
}

static const char *reason(const dbd_interpreter *self) {
    return self->said[0] ? self->said : "it does not say why";
}

static bool is_same(const TfLiteTensor *seen, const dbd_tensor *read) {
    if (!seen || TfLiteTensorType(seen) != TFLITE_UINT8
        || TfLiteTensorNumDims(seen) != read->rank) {
        return false;
    }
    size_t bytes = 1;
    for (int32_t i = 0; i < read->rank; i++) {
        if (TfLiteTensorDim(seen, i) != read->shape[i]) return false;
        bytes *= (size_t)read->shape[i];
    }
    TfLiteQuantizationParams quantization = TfLiteTensorQuantizationParams(seen);
    return TfLiteTensorByteSize(seen) == bytes && quantization.scale == read->scale
           && quantization.zero_point == read->zero_point && TfLiteTensorData(seen);
}

/*
 * The fast kernels for the CPU. TensorFlow Lite would make them itself, but not, through its C
 * interface, for all that an int8 model consists of.
 */
static TfLiteDelegate *make_xnnpack(int32_t threads) {
    TfLiteXNNPackDelegateOptions options = TfLiteXNNPackDelegateOptionsDefault();
    options.num_threads = threads;
    return TfLiteXNNPackDelegateCreate(&options);
}

static dbd_status open_model(
        dbd_interpreter *self, const dbd_model *model, int32_t threads, char *message) {
    self->name = model->name;
    self->model = TfLiteModelCreate(model->bytes, model->size);
    self->xnnpack = make_xnnpack(threads);
    TfLiteInterpreterOptions *options = TfLiteInterpreterOptionsCreate();
    if (self->model && self->xnnpack && options) {
        TfLiteInterpreterOptionsSetNumThreads(options, threads);
        TfLiteInterpreterOptionsAddDelegate(options, self->xnnpack);
        TfLiteInterpreterOptionsSetErrorReporter(options, keep_first_line, self);
        self->interpreter = TfLiteInterpreterCreate(self->model, options);
    }
    if (options) TfLiteInterpreterOptionsDelete(options);
    if (!self->interpreter || TfLiteInterpreterAllocateTensors(self->interpreter) != TFLITE_OK) {
        return dbd_say(
                message,
                DBD_MODEL,
                "TensorFlow Lite refuses the %s: %s.",
                model->name,
                reason(self));
    }
    if (TfLiteInterpreterGetInputTensorCount(self->interpreter) != 1
        || TfLiteInterpreterGetOutputTensorCount(self->interpreter) != 1
        || !is_same(TfLiteInterpreterGetInputTensor(self->interpreter, 0), &model->input)
        || !is_same(TfLiteInterpreterGetOutputTensor(self->interpreter, 0), &model->output)) {
        return dbd_say(
                message,
                DBD_MODEL,
                "TensorFlow Lite sees another input or output in the %s than its file says.",
                model->name);
    }
    return DBD_OK;
}

dbd_status dbd_interpreter_open(
        const dbd_model *model, int32_t threads, dbd_interpreter **interpreter, char *message) {
    dbd_interpreter *self = calloc(1, sizeof *self);
    if (!self) return dbd_no_memory(message);
    dbd_status status = open_model(self, model, threads, message);
    if (status) {
        dbd_interpreter_close(self);
        return status;
    }
    *interpreter = self;
    return DBD_OK;
}

dbd_status dbd_interpreter_run(
        dbd_interpreter *self, const uint8_t *input, const uint8_t **output, char *message) {
    self->said[0] = 0;
    TfLiteTensor *to = TfLiteInterpreterGetInputTensor(self->interpreter, 0);
    memcpy(TfLiteTensorData(to), input, TfLiteTensorByteSize(to));
    if (TfLiteInterpreterInvoke(self->interpreter) != TFLITE_OK) {
        return dbd_say(
                message,
                DBD_BACKEND,
                "TensorFlow Lite failed to run the %s: %s.",
                self->name,
                reason(self));
    }
    *output = TfLiteTensorData(TfLiteInterpreterGetOutputTensor(self->interpreter, 0));
    return DBD_OK;
}

void dbd_interpreter_close(dbd_interpreter *self) {
    if (!self) return;
    /* The interpreter first: it still uses the others. */
    if (self->interpreter) TfLiteInterpreterDelete(self->interpreter);
    if (self->xnnpack) TfLiteXNNPackDelegateDelete(self->xnnpack);
    if (self->model) TfLiteModelDelete(self->model);
    free(self);
}
