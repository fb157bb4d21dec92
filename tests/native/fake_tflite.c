/*
 * In TensorFlow Lite's place: takes any model that the library takes, and gives bytes that depend on
 * the input's. For tests of everything else, with sanitizers.
 */
#include <stdlib.h>
#include <string.h>

#include "graph.h"
#include "tflite.h"

struct TfLiteModel {
    dbd_graph graph;
};

struct TfLiteTensor {
    dbd_tensor facts;
    size_t size;
    uint8_t *bytes;
};

struct TfLiteInterpreter {
    TfLiteTensor input;
    TfLiteTensor output;
};

TfLiteModel *TfLiteModelCreate(const void *bytes, size_t size) {
    TfLiteModel *model = calloc(1, sizeof *model);
    dbd_file file = {.bytes = bytes, .size = (int64_t)size};
    if (model && dbd_read_graph(&file, &model->graph)) return model;
    free(model);
    return NULL;
}

void TfLiteModelDelete(TfLiteModel *model) {
    free(model);
}

TfLiteInterpreterOptions *TfLiteInterpreterOptionsCreate(void) {
    return malloc(1);
}

void TfLiteInterpreterOptionsDelete(TfLiteInterpreterOptions *options) {
    free(options);
}

void TfLiteInterpreterOptionsSetNumThreads(TfLiteInterpreterOptions *options, int32_t threads) {
    (void)options;
    (void)threads;
}

void TfLiteInterpreterOptionsAddDelegate(
        TfLiteInterpreterOptions *options, TfLiteDelegate *delegate) {
    (void)options;
    (void)delegate;
}

void TfLiteInterpreterOptionsSetErrorReporter(
        TfLiteInterpreterOptions *options,
        void (*report)(void *user_data, const char *format, va_list rest),
        void *user_data) {
    (void)options;
    (void)report;
    (void)user_data;
}

TfLiteXNNPackDelegateOptions TfLiteXNNPackDelegateOptionsDefault(void) {
    return (TfLiteXNNPackDelegateOptions){0};
}

TfLiteDelegate *TfLiteXNNPackDelegateCreate(const TfLiteXNNPackDelegateOptions *options) {
    (void)options;
    return malloc(1);
}

void TfLiteXNNPackDelegateDelete(TfLiteDelegate *delegate) {
    free(delegate);
}

static TfLiteTensor tensor_of(const dbd_tensor *facts) {
    TfLiteTensor tensor = {.facts = *facts, .size = 1};
    for (int32_t i = 0; i < facts->rank; i++) tensor.size *= (size_t)facts->shape[i];
    tensor.bytes = calloc(tensor.size, 1);
    return tensor;
}

TfLiteInterpreter *TfLiteInterpreterCreate(
        const TfLiteModel *model, const TfLiteInterpreterOptions *options) {
    (void)options;
    TfLiteInterpreter *interpreter = calloc(1, sizeof *interpreter);
    if (!interpreter) return NULL;
    interpreter->input = tensor_of(&model->graph.input);
    interpreter->output = tensor_of(&model->graph.output);
    return interpreter;
}

void TfLiteInterpreterDelete(TfLiteInterpreter *interpreter) {
    free(interpreter->input.bytes);
    free(interpreter->output.bytes);
    free(interpreter);
}

int TfLiteInterpreterAllocateTensors(TfLiteInterpreter *interpreter) {
    (void)interpreter;
    return TFLITE_OK;
}

int TfLiteInterpreterInvoke(TfLiteInterpreter *interpreter) {
    const TfLiteTensor *input = &interpreter->input;
    TfLiteTensor *output = &interpreter->output;
    for (size_t i = 0; i < output->size; i++) {
        size_t at = i * 31 % input->size;
        output->bytes[i] = (uint8_t)(input->bytes[at] + i / 97);
    }
    return TFLITE_OK;
}

int32_t TfLiteInterpreterGetInputTensorCount(const TfLiteInterpreter *interpreter) {
    (void)interpreter;
    return 1;
}

int32_t TfLiteInterpreterGetOutputTensorCount(const TfLiteInterpreter *interpreter) {
    (void)interpreter;
    return 1;
}

TfLiteTensor *TfLiteInterpreterGetInputTensor(
        const TfLiteInterpreter *interpreter, int32_t index) {
    (void)index;
    return (TfLiteTensor *)&interpreter->input;
}

const TfLiteTensor *TfLiteInterpreterGetOutputTensor(
        const TfLiteInterpreter *interpreter, int32_t index) {
    (void)index;
    return &interpreter->output;
}

int TfLiteTensorType(const TfLiteTensor *tensor) {
    return tensor->facts.type;
}

int32_t TfLiteTensorNumDims(const TfLiteTensor *tensor) {
    return tensor->facts.rank;
}

int32_t TfLiteTensorDim(const TfLiteTensor *tensor, int32_t index) {
    return tensor->facts.shape[index];
}

size_t TfLiteTensorByteSize(const TfLiteTensor *tensor) {
    return tensor->size;
}

void *TfLiteTensorData(const TfLiteTensor *tensor) {
    return tensor->bytes;
}

TfLiteQuantizationParams TfLiteTensorQuantizationParams(const TfLiteTensor *tensor) {
    return (TfLiteQuantizationParams){tensor->facts.scale, tensor->facts.zero_point};
}
