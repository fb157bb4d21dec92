"""What differs between networks: the answers of each kind to the same questions."""

from export.kinds.blur_map import BLUR_MAP
from export.kinds.detail import DETAIL
from export.kinds.kind import Kind
from networks import Network

__all__ = ["BLUR_MAP", "DETAIL", "KINDS", "Kind", "kind_of"]

KINDS: dict[str, Kind] = {kind.name: kind for kind in (BLUR_MAP, DETAIL)}
"""By the name that cards and reports have for them."""


def kind_of(network: Network) -> Kind:
    """The kind that a network is of."""
    return next(kind for kind in KINDS.values() if isinstance(network, kind.network))
