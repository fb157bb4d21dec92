"""Network definitions, by the name under which weights files refer to them.

Every network takes float32 images (N, 3, H, W), normalised as its ``NetworkContract`` says, and
returns float32 blur probabilities (N, 1, H, W) in [0, 1], 1 = blurred.
"""

from collections.abc import Callable

from networks.blur_network import BlurNetwork
from networks.complexity import Complexity, measure_complexity
from networks.contract import NetworkContract
from networks.lite import lite, nano
from networks.paper import Paper
from networks.teacher import lite2_teacher, paper_teacher

__all__ = [
    "ARCHITECTURES",
    "BlurNetwork",
    "Complexity",
    "NetworkContract",
    "Paper",
    "build",
    "measure_complexity",
]

ARCHITECTURES: dict[str, Callable[[], BlurNetwork]] = {
    "lite": lite,
    "nano": nano,
    "paper": Paper,
    "teacher": paper_teacher,
    "teacher-lite2": lite2_teacher,
}
"""Architecture name -> constructor of the untrained network."""


def build(architecture: str) -> BlurNetwork:
    """Make an untrained network.

    Args:
        architecture: A key of ``ARCHITECTURES``.

    Returns:
        The network with randomly initialised weights.

    Raises:
        ValueError: If the name is unknown.
    """
    try:
        constructor = ARCHITECTURES[architecture]
    except KeyError:
        known = ", ".join(sorted(ARCHITECTURES))
        raise ValueError(
            f"Unknown architecture {architecture!r}; expected one of: {known}."
        ) from None
    return constructor()
