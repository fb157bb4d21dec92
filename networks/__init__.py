"""Network definitions, by the name under which weights files refer to them.

Every network takes float32 images (N, 3, H, W), normalised as its ``NetworkContract`` says, and
returns float32 numbers in [0, 1]. There are two kinds: a ``BlurNetwork`` gives blur probabilities
(N, 1, H, W), 1 = blurred; ``Detail`` gives what ``dbd_mobile.radius_code`` reads (N, 3, H / 16,
W / 16).
"""

from collections.abc import Callable
from typing import TypeVar, overload

from networks.blur_network import BlurNetwork
from networks.complexity import Complexity, measure_complexity
from networks.contract import NetworkContract
from networks.detail import Detail
from networks.lite import lite, nano
from networks.network import Network
from networks.paper import Paper
from networks.teacher import lite2_teacher, paper_teacher

__all__ = [
    "ARCHITECTURES",
    "BLUR_ARCHITECTURES",
    "BlurNetwork",
    "Complexity",
    "Detail",
    "Network",
    "NetworkContract",
    "Paper",
    "build",
    "measure_complexity",
]

BLUR_ARCHITECTURES: dict[str, Callable[[], BlurNetwork]] = {
    "lite": lite,
    "nano": nano,
    "paper": Paper,
    "teacher": paper_teacher,
    "teacher-lite2": lite2_teacher,
}
"""Those of ``ARCHITECTURES`` that give a blur map."""

ARCHITECTURES: dict[str, Callable[[], Network]] = {**BLUR_ARCHITECTURES, "detail": Detail}
"""Architecture name -> constructor of the untrained network."""

_Kind = TypeVar("_Kind", bound=Network)


@overload
def build(architecture: str) -> Network: ...


@overload
def build(architecture: str, kind: type[_Kind]) -> _Kind: ...


def build(architecture: str, kind: type[Network] = Network) -> Network:
    """Make an untrained network.

    Args:
        architecture: A key of ``ARCHITECTURES``.
        kind: What it must be.

    Returns:
        The network with randomly initialised weights.

    Raises:
        ValueError: If the name is unknown, or that of a network of another kind.
    """
    try:
        constructor = ARCHITECTURES[architecture]
    except KeyError:
        known = ", ".join(sorted(ARCHITECTURES))
        raise ValueError(
            f"Unknown architecture {architecture!r}; expected one of: {known}."
        ) from None
    network = constructor()
    if not isinstance(network, kind):
        raise ValueError(
            f"{architecture!r} gives {network.gives}; expected a network that gives {kind.gives}."
        )
    return network
