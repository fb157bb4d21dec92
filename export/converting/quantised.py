"""A float32 TFLite model in; the same with weights, or all of it, in fewer bits out.

Runs in the process of ``export.converting.tflite_worker``.
"""

from collections.abc import Sequence

from ai_edge_litert import schema_py_generated as schema
from litert_quantizer import qtyping, quantizer
from litert_quantizer.algorithm_manager import AlgorithmName
from litert_quantizer.recipe_manager import RecipeManager

from export.converting.operator_versions import set_versions
from export.converting.ranges import Ranges
from export.converting.tflite_model import TfliteModel
from export.converting.wide_ending import widen_ending

_ALL = qtyping.TFLOperationName.ALL_SUPPORTED


def float16_tflite(float32: bytes) -> TfliteModel:
    """Store the weights of convolutions and products in float16, to be computed in float32."""
    recipes = RecipeManager()
    recipes.add_weight_only_config(".*", _ALL, 16, algorithm_key=AlgorithmName.FLOAT_CASTING)
    return _quantised(float32, recipes)


def dynamic_tflite(float32: bytes) -> TfliteModel:
    """Store the weights of convolutions and products in int8, with float32 between layers.

    Those of depthwise convolutions, a few in a hundred, stay in float32: XNNPACK would leave these
    layers to slower kernels, which takes twice the time and is less exact.
    """
    recipes = RecipeManager()
    recipes.add_dynamic_config(".*", _ALL, 8)
    recipes.add_quantization_config(
        ".*",
        qtyping.TFLOperationName.DEPTHWISE_CONV_2D,
        algorithm_key=AlgorithmName.NO_QUANTIZE,
    )
    return _quantised(float32, recipes)


def int8_tflite(float32: bytes, ranges: Ranges, kept_float: Sequence[str]) -> TfliteModel:
    """Compute in int8, with uint8 in and out.

    By the quantiser of TensorFlow, which knows more operators than litert-quantizer (LEAKY_RELU,
    DEPTH_TO_SPACE, MINIMUM and a RELU6 of its own among them), for files as exact and as large.

    Args:
        float32: The file.
        ranges: What the steps of each tensor cover.
        kept_float: The layers to leave in float32, by the names of their outputs.
    """
    # Here, because it takes seconds, which the other files do without.
    from tensorflow.lite.python.convert import mlir_quantize
    from tensorflow.python.framework import dtypes

    calibrated = TfliteModel(float32)
    for tensor in calibrated.graph.tensors:
        name = tensor.name.decode()
        if name in ranges:
            tensor.quantization = schema.QuantizationParametersT()
            low, high = ranges[name]
            tensor.quantization.min, tensor.quantization.max = [low], [high]
    content = mlir_quantize(
        calibrated.to_bytes(),
        input_data_type=dtypes.uint8,
        output_data_type=dtypes.uint8,
        denylisted_nodes=list(kept_float),
    )
    model = TfliteModel(content)
    widen_ending(model)
    set_versions(model)
    return model


def _quantised(float32: bytes, recipes: RecipeManager) -> TfliteModel:
    work = quantizer.Quantizer(bytearray(float32), recipes.get_quantization_recipe())
    result = work.quantize(enable_progress_bar=False, enable_progress_report=False)
    model = TfliteModel(bytes(result.quantized_model))
    set_versions(model)
    return model
