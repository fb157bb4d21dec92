"""Network definitions, by the name under which weights files refer to them.

Every network takes float32 images (N, 3, H, W), normalised as its ``NetworkContract`` says, and
returns float32 blur probabilities (N, 1, H, W) in [0, 1], 1 = blurred.
"""

from collections.abc import Callable

from torch import nn

from training.networks.complexity import Complexity, measure_complexity
from training.networks.contract import NetworkContract
from training.networks.lite import Lite

__all__ = ["ARCHITECTURES", "Complexity", "Lite", "NetworkContract", "build", "measure_complexity"]

ARCHITECTURES: dict[str, Callable[[], nn.Module]] = {"lite": Lite}
"""Architecture name -> constructor of the untrained network."""


def build(architecture: str) -> nn.Module:
    """Make an untrained network.

    Args:
        architecture: A key of ``ARCHITECTURES``.

    Returns:
        The network with randomly initialised weights; it has a ``contract`` attribute.

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
