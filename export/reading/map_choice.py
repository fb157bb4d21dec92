"""What of a network's output is its blur map, for networks that give more, or other, than one."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class MapChoice:
    """Which numbers of an ONNX file are the blur map, and at what size it runs.

    Attributes:
        size_wh: Width and height of the image, of a file that leaves its sides free.
        output: Name of the output, of a file that has several.
        channel: Which of the output's channels is that of blur, from 0; None if there is one.
        are_logits: Whether a sigmoid, or a softmax over several channels, has yet to be taken.
        is_enlarged: Whether a smaller map is enlarged to the image's size, bilinearly.
    """

    size_wh: tuple[int, int] | None = None
    output: str | None = None
    channel: int | None = None
    are_logits: bool = False
    is_enlarged: bool = False


WHOLE_MAP = MapChoice()
"""Of a file that gives one map of probabilities and nothing else."""
