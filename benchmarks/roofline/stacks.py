"""Sizes in; TFLite files of one kind of int8 convolution repeated out: what a kernel reaches."""

from dataclasses import dataclass

from benchmarks.roofline.int8_graph import Int8Graph

_LAYERS = 4
# Of EfficientNet-Lite0 by stride: its width, that between the 1x1 convolutions of a block, and the
# kernel of the depthwise one.
_ENCODER = {
    2: (16, 96, 3),
    4: (24, 144, 3),
    8: (40, 240, 5),
    16: (112, 672, 5),
    32: (192, 1152, 5),
}
# As many channels as fill any kernel's registers; no layer of the models is as wide at its size.
_AMPLE = 256


@dataclass(frozen=True, kw_only=True)
class Stack:
    """Convolutions one after another, each followed by ReLU6, at one size.

    Attributes:
        kind: "1x1", "3x3" or "depthwise".
        side: Height and width of all that goes through.
        channels: Of the input and of every layer's output.
        kernel: Height and width of the kernels.
    """

    kind: str
    side: int
    channels: tuple[int, ...]
    kernel: int

    @property
    def described(self) -> str:
        """E.g. "3x3, 40x40, 64 channels"."""
        widths = " and ".join(map(str, sorted(set(self.channels))))
        kernel = f"{self.kernel}x{self.kernel}"
        kind = f"{kernel} depthwise" if self.kind == "depthwise" else kernel
        return f"{kind}, {self.side}x{self.side}, {widths} channels"

    @property
    def macs(self) -> int:
        """Multiply-accumulates of all its layers."""
        places = self.side**2 * self.kernel**2
        if self.kind == "depthwise":
            return places * sum(self.channels[1:])
        pairs = zip(self.channels, self.channels[1:], strict=False)
        return places * sum(inputs * outputs for inputs, outputs in pairs)

    def content(self) -> bytes:
        """The TFLite file; input and output are int8, so that nothing but the layers is in it."""
        graph = Int8Graph(self.side, self.side, self.channels[0])
        layer = graph.input
        for outputs in self.channels[1:]:
            if self.kind == "depthwise":
                layer = graph.depthwise(layer, self.kernel)
            else:
                layer = graph.convolution(layer, outputs, self.kernel)
        return graph.content(layer)


def stacks_for(side: int) -> list[Stack]:
    """The stacks of the sizes that an EfficientNet-Lite0 has.

    Args:
        side: Height and width of its input, a multiple of 32.
    """
    found = []
    for stride, (narrow, wide, kernel) in _ENCODER.items():
        size = side // stride
        found += [
            _stack("1x1", size, (narrow, wide) * (_LAYERS // 2) + (narrow,), 1),
            _stack("3x3", size, (narrow,) * (_LAYERS + 1), 3),
            _stack("depthwise", size, (wide,) * (_LAYERS + 1), kernel),
        ]
    found.append(_stack("3x3", side // 8, (_AMPLE,) * (_LAYERS + 1), 3))
    found.append(_stack("1x1", side // 8, (_AMPLE,) * (_LAYERS + 1), 1))
    return found


def _stack(kind: str, side: int, channels: tuple[int, ...], kernel: int) -> Stack:
    return Stack(kind=kind, side=side, channels=channels, kernel=kernel)
