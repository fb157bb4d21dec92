"""The paper's student in; its checkpoint, and the ONNX and TFLite files of it, out.

Its authors' trained weights are theirs to give. Without them weights are made by chance: such a
network takes as long and as much memory as the trained one.
"""

import hashlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from benchmarks.peers.process_group import last_line, process_group
from dbd_mobile.atomic_file import atomic_file
from dbd_mobile.errors import InputError
from networks import build

_ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, kw_only=True)
class StudentFiles:
    """The files of one student.

    Attributes:
        checkpoint: ``Student_model.pth``.
        folder: Where the others are, or will be.
        is_trained: Whether its weights were trained: maps of others mean nothing.
    """

    checkpoint: Path
    folder: Path
    is_trained: bool

    @classmethod
    def find(cls, given: Path | None, cache: Path) -> "StudentFiles":
        """Say where the files are.

        Args:
            given: The authors' checkpoint; None for weights made by chance.
            cache: Folder for what is made.

        Raises:
            InputError: The checkpoint is not there.
        """
        if given is None:
            folder = cache / "paper"
            return cls(checkpoint=folder / "Student_model.pth", folder=folder, is_trained=False)
        if not given.is_file():
            raise InputError(f"There is no checkpoint {given}; give the authors' file.")
        digest = hashlib.sha256(given.read_bytes()).hexdigest()
        return cls(
            checkpoint=given.absolute(), folder=cache / f"paper-{digest[:12]}", is_trained=True
        )

    @property
    def onnx(self) -> Path:
        """The ONNX file for onnxruntime."""
        return self.folder / f"{self.checkpoint.stem}.simplified.onnx"

    @property
    def tflite(self) -> Path:
        """The float32 TFLite file."""
        return self.folder / f"{self.checkpoint.stem}.float32.tflite"

    def make(self, on_making: Callable[[str], None]) -> None:
        """Make what is not there yet.

        Args:
            on_making: Called with what is made, before it is.

        Raises:
            InputError: The export fails.
        """
        if self.onnx.exists() and self.tflite.exists():
            return
        on_making("the paper's student in ONNX and TFLite")
        self.folder.mkdir(parents=True, exist_ok=True)
        if not self.checkpoint.exists():
            with atomic_file(self.checkpoint) as file:
                torch.save({"model_state_dict": _made_by_chance()}, file)
        command: list[str | Path] = [sys.executable, "-m", "export", self.checkpoint]
        with (
            tempfile.TemporaryFile() as errors,
            process_group(
                [*command, "-o", self.folder, "--precision", "float32"],
                output=subprocess.DEVNULL,
                errors=errors,
                environment={**os.environ, "PYTHONPATH": str(_ROOT)},
            ) as process,
        ):
            if process.wait():
                raise InputError(f"The paper's student cannot be exported: {last_line(errors)}")


def _made_by_chance() -> dict[str, Tensor]:
    """Weights under which values keep their size from layer to layer: too small ones are slow."""
    random = torch.Generator().manual_seed(0)

    def values(name: str, shape: torch.Size) -> Tensor:
        if name.endswith("num_batches_tracked"):
            return torch.tensor(0)
        if name.endswith("running_var") or (len(shape) == 1 and name.endswith("weight")):
            return 0.5 + torch.rand(shape, generator=random)
        noise = torch.randn(shape, generator=random)
        return 0.1 * noise if len(shape) == 1 else noise / shape[1:].numel() ** 0.5

    state = build("paper").state_dict()
    return {f"module.{name}": values(name, tensor.shape) for name, tensor in state.items()}
