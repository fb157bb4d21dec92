/*
 * The functions of TensorFlow Lite's C interface that are used, as tensorflow/lite/c/c_api.h,
 * c_api_types.h and delegates/xnnpack/xnnpack_delegate.h declare them since TensorFlow 2.16: in
 * libtensorflowlite_c, and in libtensorflowlite_jni, which Android apps have.
 */
#ifndef DBD_TFLITE_H
#define DBD_TFLITE_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

enum { TFLITE_OK = 0, TFLITE_UINT8 = 3 };

typedef struct TfLiteModel TfLiteModel;
typedef struct TfLiteInterpreterOptions TfLiteInterpreterOptions;
typedef struct TfLiteInterpreter TfLiteInterpreter;
typedef struct TfLiteTensor TfLiteTensor;

typedef struct TfLiteDelegate TfLiteDelegate;

/*
 * What XNNPACK is made with. Later versions have added fields at its end, and the caller has to have
 * room for those; only the first one is set here, which all of them have.
 */
typedef struct TfLiteXNNPackDelegateOptions {
    int32_t num_threads;
    char others[252];
} TfLiteXNNPackDelegateOptions;

typedef struct TfLiteQuantizationParams {
    float scale;
    int32_t zero_point;
} TfLiteQuantizationParams;

/* The model's bytes must stay until after TfLiteInterpreterDelete. */
TfLiteModel *TfLiteModelCreate(const void *bytes, size_t size);
void TfLiteModelDelete(TfLiteModel *model);

TfLiteInterpreterOptions *TfLiteInterpreterOptionsCreate(void);
void TfLiteInterpreterOptionsDelete(TfLiteInterpreterOptions *options);
void TfLiteInterpreterOptionsSetNumThreads(TfLiteInterpreterOptions *options, int32_t threads);
/* The delegate must stay until after TfLiteInterpreterDelete. */
void TfLiteInterpreterOptionsAddDelegate(
        TfLiteInterpreterOptions *options, TfLiteDelegate *delegate);
void TfLiteInterpreterOptionsSetErrorReporter(
        TfLiteInterpreterOptions *options,
        void (*report)(void *user_data, const char *format, va_list rest),
        void *user_data);

TfLiteInterpreter *TfLiteInterpreterCreate(
        const TfLiteModel *model, const TfLiteInterpreterOptions *options);
void TfLiteInterpreterDelete(TfLiteInterpreter *interpreter);
int TfLiteInterpreterAllocateTensors(TfLiteInterpreter *interpreter);
int TfLiteInterpreterInvoke(TfLiteInterpreter *interpreter);
int32_t TfLiteInterpreterGetInputTensorCount(const TfLiteInterpreter *interpreter);
int32_t TfLiteInterpreterGetOutputTensorCount(const TfLiteInterpreter *interpreter);
TfLiteTensor *TfLiteInterpreterGetInputTensor(
        const TfLiteInterpreter *interpreter, int32_t index);
const TfLiteTensor *TfLiteInterpreterGetOutputTensor(
        const TfLiteInterpreter *interpreter, int32_t index);

TfLiteXNNPackDelegateOptions TfLiteXNNPackDelegateOptionsDefault(void);
TfLiteDelegate *TfLiteXNNPackDelegateCreate(const TfLiteXNNPackDelegateOptions *options);
void TfLiteXNNPackDelegateDelete(TfLiteDelegate *delegate);

int TfLiteTensorType(const TfLiteTensor *tensor);
int32_t TfLiteTensorNumDims(const TfLiteTensor *tensor);
int32_t TfLiteTensorDim(const TfLiteTensor *tensor, int32_t index);
size_t TfLiteTensorByteSize(const TfLiteTensor *tensor);
void *TfLiteTensorData(const TfLiteTensor *tensor);
TfLiteQuantizationParams TfLiteTensorQuantizationParams(const TfLiteTensor *tensor);

#endif
