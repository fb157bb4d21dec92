"""Many items in, some of them out."""

from typing import TypeVar

_Item = TypeVar("_Item")


def evenly_spaced(items: list[_Item], most: int) -> list[_Item]:
    """At most ``most`` (2 or more) of the items, from the first to the last at equal distances."""
    if len(items) <= most:
        return items
    return [items[round(i * (len(items) - 1) / (most - 1))] for i in range(most)]
