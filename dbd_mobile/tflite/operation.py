"""One operator of a TFLite graph: its options and operands in; checked numbers of them out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from dbd_mobile.tflite.flatbuffer import DamagedError, Table
from dbd_mobile.tflite.tensor import INT32, INT64, Tensor

Shape: TypeAlias = tuple[int, ...]

# Far above what an axis, a margin or a shape is said with.
_MAX_NUMBERS = 64


class OperatorError(DamagedError):
    """An operator cannot be computed, or not to what the file says."""


@dataclass(frozen=True, kw_only=True)
class Operation:
    """An operator with what it reads and writes.

    Attributes:
        number: Its place in the graph, for messages.
        reads: The tensors that it reads; None for an operand that is left out.
        writes: The tensors that it writes.
        options: Its table of options; None where the file has none.
    """

    number: int
    reads: Sequence[Tensor | None]
    writes: Sequence[Tensor]
    options: Table | None

    def damaged(self, what: str) -> OperatorError:
        """Make the error that says what is wrong with this operator."""
        return OperatorError(f"operator {self.number} {what}")

    def has(self, place: int) -> bool:
        """Say whether it has an operand at ``place``."""
        return place < len(self.reads) and self.reads[place] is not None

    def tensor(self, place: int) -> Tensor:
        """Give an operand that it must have."""
        tensor = self.reads[place] if place < len(self.reads) else None
        if tensor is None:
            raise self.damaged("lacks an operand")
        return tensor

    def shape(self, place: int, rank: int | None = None) -> Shape:
        """Give an operand's shape, which must have ``rank`` sides and no empty one."""
        shape = self.tensor(place).shape
        if 0 in shape or (rank is not None and len(shape) != rank):
            raise self.damaged(f"has an operand of the shape {list(shape)}")
        return shape

    def numbers(self, place: int, count: int | None = None) -> list[int]:
        """Give the whole numbers of an operand that must be in the file, ``count`` of them."""
        tensor = self.tensor(place)
        if tensor.stored is None or tensor.type not in (INT32, INT64):
            raise self.damaged("takes a size or place from what is not in the file")
        values: NDArray[np.signedinteger] = tensor.stored.view(
            "<i4" if tensor.type == INT32 else "<i8"
        )
        if values.size > _MAX_NUMBERS or (count is not None and values.size != count):
            raise self.damaged(f"takes {values.size} numbers")
        return [int(value) for value in values]

    def axes(self, numbers: Sequence[int], rank: int) -> list[int]:
        """Give axes of a tensor as numbers from 0, each once."""
        axes = [number + rank if number < 0 else number for number in numbers]
        if not all(0 <= axis < rank for axis in axes) or len(set(axes)) != len(axes):
            raise self.damaged(f"has axes {list(numbers)} of {rank}")
        return axes

    def option(self, field: int, kind: str = "i", default: int = 0) -> int:
        """Read an option, of ``struct`` character ``kind``."""
        return default if self.options is None else self.options.scalar(field, kind, default)

    def list_option(self, field: int) -> list[int]:
        """Read an option that is a list of whole numbers; [] where it is absent."""
        values = () if self.options is None else self.options.vector(field, "i4")
        if len(values) > _MAX_NUMBERS:
            raise self.damaged(f"takes {len(values)} numbers")
        return [int(value) for value in values]
