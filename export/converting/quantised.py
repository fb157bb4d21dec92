"""A float32 TFLite model in; the same with weights, or all of it, in fewer bits out.

Runs in the process of ``export.converting.tflite_worker``.
"""

import re
from collections.abc import Sequence
from copy import deepcopy
from typing import Any

import numpy as np
from ai_edge_litert import schema_py_generated as schema
from litert_quantizer import qtyping, quantizer, recipe
from litert_quantizer.algorithm_manager import AlgorithmName
from litert_quantizer.recipe_manager import RecipeManager

from export.converting.operator_versions import set_versions
from export.converting.ranges import Ranges
from export.converting.tflite_model import TfliteModel
from export.converting.wide_ending import widen_ending

_ALL = qtyping.TFLOperationName.ALL_SUPPORTED
# uint8 is int8 moved by this much.
_MOVED = 128


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

    Args:
        float32: The file.
        ranges: What the steps of each tensor cover.
        kept_float: The layers to leave in float32, by the names of their outputs.
    """
    recipes = RecipeManager()
    recipes.load_quantization_recipe(recipe.static_wi8_ai8())
    if kept_float:
        # A layer's name ends in a semicolon where it is matched.
        names = "|".join(re.escape(name) for name in kept_float)
        recipes.add_quantization_config(
            f"^(?:{names});?$", _ALL, algorithm_key=AlgorithmName.NO_QUANTIZE
        )
    model = _quantised(float32, recipes, ranges)
    widen_ending(model)
    _take_and_give_bytes(model)
    set_versions(model)
    return model


def _quantised(float32: bytes, recipes: RecipeManager, ranges: Ranges | None = None) -> TfliteModel:
    shapes = {
        tensor.name.decode(): [1] * len(tensor.shape)
        for tensor in TfliteModel(float32).graph.tensors
    }
    statistics = None
    if ranges is not None:
        statistics = {
            name: {
                "min": np.full(shapes[name], low, np.float32),
                "max": np.full(shapes[name], high, np.float32),
            }
            for name, (low, high) in ranges.items()
        }
    work = quantizer.Quantizer(bytearray(float32), recipes.get_quantization_recipe())
    result = work.quantize(statistics, enable_progress_bar=False, enable_progress_report=False)
    model = TfliteModel(bytes(result.quantized_model))
    set_versions(model)
    return model


def _take_and_give_bytes(model: TfliteModel) -> None:
    """Turn int8 in and out into uint8."""
    graph = model.graph
    for places, is_input in ((graph.inputs, True), (graph.outputs, False)):
        inner = int(places[0])
        tensor = graph.tensors[inner]
        if tensor.type != schema.TensorType.INT8:
            continue
        name = tensor.name.decode()
        quantization: Any = deepcopy(tensor.quantization)
        quantization.zeroPoint = np.asarray(quantization.zeroPoint, np.int64) + _MOVED
        outer = model.add_tensor(name, tensor.shape, schema.TensorType.UINT8, quantization)
        tensor.name = f"{name}/int8".encode()
        ends = (outer, inner) if is_input else (inner, outer)
        operator = model.make_operator(schema.BuiltinOperator.QUANTIZE, ends[:1], ends[1:])
        operator.builtinOptionsType = schema.BuiltinOptions.QuantizeOptions
        operator.builtinOptions = schema.QuantizeOptionsT()
        graph.operators.insert(0 if is_input else len(graph.operators), operator)
        places[0] = outer
        for signature in model.model.signatureDefs or []:
            for entry in signature.inputs if is_input else signature.outputs:
                entry.tensorIndex = outer
