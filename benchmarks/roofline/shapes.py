"""Networks of other shapes than ``lite``, untrained, in; their TFLite files out.

What they would take is known before anybody trains them; how good their maps would be is not. All
have an encoder with features at strides 2 to 32 and a decoder that adds them up, the deepest first,
as ``networks/lite.py`` has, and end as ``export`` writes an int8 map's ending.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks.roofline.int8_graph import Int8Graph
from networks.efficientnet import STAGES

# The stages whose features the decoder takes, those at strides 2 to 32.
_FEATURE_STAGES = (0, 1, 2, 4, 6)
_STEM = 32
_DECODER = (32, 48, 64, 96, 96)
_SIDE_BY_SIDE = 8

_Layers = Callable[[Int8Graph, int, int], int]


@dataclass(frozen=True, kw_only=True)
class Shape:
    """A network that could be trained.

    Attributes:
        name: What differs from ``lite``.
        content: Its TFLite file, with random weights.
    """

    name: str
    content: bytes


def untrained_shapes(side: int) -> list[Shape]:
    """``lite`` itself, then what makes it take less time.

    Args:
        side: Height and width of the photo, a multiple of 32.
    """
    made = {
        "lite": _lite(side),
        "3x3 for each 5x5": _lite(side, kernel=3),
        "decoder with one depthwise a level": _lite(side, merger=_pointwise),
        "map from stride 4": _lite(side, finest=1),
        "to stride 8 a 3x3 for 1x1 and depthwise, decoder with a 3x3 a level": _lite(
            side, fused=3, merger=_nothing, reducer=_dense
        ),
        "the same, map from stride 4": _lite(
            side, fused=3, finest=1, merger=_nothing, reducer=_dense
        ),
        "residual pairs of 3x3, 16 to 128 channels": _residual(
            side, (16, 32, 64, 96, 128), (0, 1, 1, 2, 2), finest=0
        ),
        "residual pairs of 3x3, 24 to 192 channels, map from stride 4": _residual(
            side, (24, 48, 64, 128, 192), (0, 1, 1, 2, 1), finest=1
        ),
    }
    return [Shape(name=name, content=content) for name, content in made.items()]


def _separable(graph: Int8Graph, layer: int, channels: int) -> int:
    return graph.convolution(graph.depthwise(layer, 3), channels, 1)


def _pointwise(graph: Int8Graph, layer: int, channels: int) -> int:
    return graph.convolution(layer, channels, 1)


def _dense(graph: Int8Graph, layer: int, channels: int) -> int:
    return graph.convolution(layer, channels, 3)


def _nothing(graph: Int8Graph, layer: int, channels: int) -> int:
    return layer


def _lite(
    side: int,
    *,
    kernel: int | None = None,
    fused: int = 0,
    finest: int = 0,
    merger: _Layers = _separable,
    reducer: _Layers = _separable,
) -> bytes:
    """``lite`` with another kernel in all blocks, or with the first stages' blocks fused."""
    graph = Int8Graph.of_photo(side)
    layer = graph.convolution(graph.input, _STEM, 3, stride=2)
    features = []
    for number, (own_kernel, stride, expansion, channels, blocks) in enumerate(STAGES):
        for block in range(blocks):
            step = stride if block == 0 else 1
            if number < fused:
                end = _fused_block(graph, layer, channels, step, expansion)
            else:
                end = _block(graph, layer, channels, kernel or own_kernel, step, expansion)
            same = graph.shape(end) == graph.shape(layer)
            layer = graph.addition(end, layer) if same else end
        if number in _FEATURE_STAGES:
            features.append(layer)
    return _decoded(graph, features, finest, merger, reducer)


def _block(
    graph: Int8Graph, layer: int, channels: int, kernel: int, stride: int, expansion: int
) -> int:
    if expansion > 1:
        layer = graph.convolution(layer, expansion * graph.shape(layer)[2], 1)
    layer = graph.depthwise(layer, kernel, stride=stride)
    return graph.convolution(layer, channels, 1, relu6=False)


def _fused_block(graph: Int8Graph, layer: int, channels: int, stride: int, expansion: int) -> int:
    """One 3x3 convolution in place of the 1x1 and the depthwise one, half as wide."""
    if expansion == 1:
        return graph.convolution(layer, channels, 3, stride=stride)
    width = expansion // 2 * graph.shape(layer)[2]
    layer = graph.convolution(layer, width, 3, stride=stride)
    return graph.convolution(layer, channels, 1, relu6=False)


def _residual(side: int, widths: Sequence[int], pairs: Sequence[int], *, finest: int) -> bytes:
    """No depthwise convolution: 3x3 ones alone, the first of each stride with that stride."""
    graph = Int8Graph.of_photo(side)
    layer = graph.input
    features = []
    for channels, count in zip(widths, pairs, strict=True):
        layer = graph.convolution(layer, channels, 3, stride=2)
        for _ in range(count):
            end = graph.convolution(layer, channels, 3)
            end = graph.convolution(end, channels, 3, relu6=False)
            layer = graph.addition(end, layer, relu6=True)
        features.append(layer)
    return _decoded(graph, features, finest, _nothing, _dense)


def _decoded(
    graph: Int8Graph, features: Sequence[int], finest: int, merger: _Layers, reducer: _Layers
) -> bytes:
    """Append the decoder, down to the features ``finest``, and the ending."""

    def lateral(level: int, relu6: bool) -> int:
        return graph.convolution(features[level], _DECODER[level], 1, relu6=relu6)

    deepest = len(features) - 1
    layer = merger(graph, lateral(deepest, True), _DECODER[deepest])
    for level in range(deepest - 1, finest - 1, -1):
        layer = reducer(graph, layer, _DECODER[level])
        height, width, _ = graph.shape(features[level])
        layer = graph.enlargement(layer, height, width)
        layer = graph.addition(layer, lateral(level, False), relu6=True)
        layer = merger(graph, layer, _DECODER[level])
    height, width, channels = graph.shape(layer)
    enlarged = 2 << finest
    groups = width // _SIDE_BY_SIDE
    layer = graph.reshape(layer, height, groups, _SIDE_BY_SIDE * channels)
    layer = graph.convolution(layer, _SIDE_BY_SIDE, 1, relu6=False)
    layer = graph.reshape(layer, height, 1, width)
    layer = graph.convolution(layer, enlarged * width, 1, relu6=False)
    layer = graph.enlargement(layer, enlarged * height, 1)
    layer = graph.reshape(layer, enlarged * height, enlarged * width, 1)
    return graph.content(graph.probability_bytes(layer))
