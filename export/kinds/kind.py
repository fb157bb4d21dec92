"""What an export asks a kind of network: what it is fed, what it gives, how far that may change."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from data.blur_dataset import list_photos
from dbd_mobile.catalogue import AccuracyCard, CalibrationCard
from dbd_mobile.errors import InputError
from evaluation.predictors import Predictor
from networks import Network

Outputs = Sequence[NDArray[np.float32]]
"""What a network gives for each image, as ``evaluation.predictors.Predictor.predict`` gives it."""

Progress = Callable[[int, int], None]
"""Called with the photos done and their total after each photo."""


@dataclass(frozen=True, kw_only=True)
class OutputFacts:
    """What a file's output is called and said to be.

    Attributes:
        name: Of the tensor, in every file.
        stride: How many pixels of the input, along each side, it has one place for.
        values: What its numbers are, in the plural.
        meaning: What cards and ONNX files say that it means.
        description: What the metadata of TFLite files say that it is.
        labels: What each channel is.
        labels_description: What they are labels of.
    """

    name: str
    stride: int
    values: str
    meaning: str
    description: str
    labels: tuple[str, ...]
    labels_description: str


@dataclass(frozen=True)
class Inputs:
    """Images as a network is fed with them.

    Attributes:
        images: (N, H, W, 3) uint8 RGB, or as many (H, W, 3) arrays.
        names: What to call each.
        photos: Of how many photos they were made.
        skipped: Sentences on damaged photos that were left out.
    """

    images: Sequence[NDArray[np.uint8]] | NDArray[np.uint8]
    names: list[str]
    photos: int
    skipped: Sequence[str] = ()


@dataclass(frozen=True)
class Pictures:
    """An image and what two forms give for it, for the eye alone.

    Attributes:
        photo: (H, W, 3) uint8 RGB.
        before: What the form that a form is made from gives.
        after: The same by that form.
    """

    photo: NDArray[np.uint8]
    before: NDArray[np.float32]
    after: NDArray[np.float32]


@dataclass(frozen=True)
class View:
    """A picture for the report's page.

    Attributes:
        pixels: (H, W) or (H, W, 3) uint8.
        caption: What is seen.
    """

    pixels: NDArray[np.uint8]
    caption: str


@dataclass(frozen=True, kw_only=True)
class Column:
    """A number in the tables of a report.

    Attributes:
        heading: Short, for the terminal.
        meaning: In a few words, for the page.
        shown: The number of a difference or an accuracy, as text.
        on_screen: Whether the terminal shows it too; the page shows all.
    """

    heading: str
    meaning: str
    shown: Callable[[Any], str]
    on_screen: bool = True


class Difference(Protocol):
    """How much what two forms give differs: a dataclass of the kind's own."""

    @property
    def mean(self) -> float:
        """By which the best of several files is chosen."""

    @property
    def photos(self) -> int:
        """Number of images."""


class Tolerance(ABC):
    """How much a form may differ from the one that it was made from: a dataclass of the kind's own,
    whose fields are limits; None is any amount."""

    @abstractmethod
    def violations(self, difference: Any, before: Any, after: Any) -> list[str]:
        """Sentences on what is beyond it; accuracies only count if both are given.

        Args:
            difference: Of the kind's type, as are the accuracies.
            before: Accuracy of the form that a form was made from, or None.
            after: Of that form, or None.
        """


def beyond(measured: Sequence[tuple[str, float, float | None]]) -> list[str]:
    """Sentences on what is beyond its limit, of what it is, its value and the limit."""
    return [
        f"{what} is {value:.3g}, more than {most:g}."
        for what, value, most in measured
        # Written so that a NaN is a violation too.
        if most is not None and not value <= most
    ]


class Evaluation(ABC):
    """Photos of which the truth is known.

    Attributes:
        name: What to call them.
    """

    name: str

    @abstractmethod
    def inputs(self, size_wh: tuple[int, int], progress: Progress) -> Inputs:
        """The images that forms are compared on.

        Raises:
            DBDError: If a photo cannot be used.
        """

    @abstractmethod
    def measure(self, predictor: Predictor, outputs: Outputs) -> Any:
        """Accuracy of a form, a dataclass of the kind's own.

        Args:
            predictor: The form.
            outputs: What it gave for ``inputs``.
        """

    @abstractmethod
    def measure_shipped(self, file: Path) -> Any:
        """Accuracy of an int8 file as its users run it."""


class Kind(ABC):
    """A kind of network.

    Attributes:
        name: What cards call it.
        network: What its networks are.
        output: What its files give.
        image_description: What the metadata of TFLite files say of the input.
        is_segmenter: Whether MediaPipe's ImageSegmenter can use its files.
        compared: What is compared, in the plural: "maps".
        pointless: Sentences on precisions that are not made, by precision.
        tolerances: By form.
        same_kernels: For the same file in another runtime with the same kernels.
        other_kernels: For the same file where it is rounded otherwise.
        differences: What reports show of a difference.
        accuracies: What reports show of an accuracy.
        change: What ``changes`` gives, in words.
        hub_task: What model hubs call its task.
    """

    name: Literal["blur-map", "detail"]
    network: type[Network]
    output: OutputFacts
    image_description: str
    is_segmenter: bool
    compared: str
    pointless: Mapping[str, str]
    tolerances: Mapping[str, Tolerance]
    same_kernels: Tolerance
    other_kernels: Tolerance
    differences: tuple[Column, ...]
    accuracies: tuple[Column, ...]
    change: str
    hub_task: str

    def calibration_photos(self, folder: Path, list_file: Path | None) -> list[Path]:
        """Find photos to calibrate with.

        Args:
            folder: Holds them, or ``image/`` that does.
            list_file: Which of them: a file name a line, looked for in ``folder`` too; None for
                all.

        Raises:
            InputError: If the folder, the list or a listed photo is missing, or there is no photo.
        """
        where = folder / "image" if (folder / "image").is_dir() else folder
        return [where / name for name in list_photos(where, list_file, folder)]

    @abstractmethod
    def read_inputs(
        self, photos: Sequence[Path], most: int, size_wh: tuple[int, int], progress: Progress
    ) -> Inputs:
        """Make images of photos, at most so many, evenly spaced over the photos.

        Raises:
            DBDError: If a photo cannot be used, or all are damaged; some of many may be.
        """

    @abstractmethod
    def generate_inputs(self, size_wh: tuple[int, int]) -> Inputs:
        """Stand-ins for images made of photos, the same ones every time."""

    @abstractmethod
    def open_evaluation(self, folder: Path, list_file: Path | None) -> Evaluation:
        """Find photos of which the truth is known.

        Args:
            folder: Where they are.
            list_file: Which of them: a file name a line; None for all.

        Raises:
            InputError: If the folder or a photo is missing.
        """

    def measure_composites(self, file: Path, folder: Path) -> Any:
        """Accuracy of an int8 file, as its users run it, on photos of known blur.

        Args:
            file: The file.
            folder: With photos and object masks that these are made of.

        Raises:
            InputError: If the kind is not measured so, or the photos cannot be used.
        """
        raise InputError("Composites measure blur maps alone; leave --composites out.")

    @abstractmethod
    def compare(self, before: Outputs, after: Outputs) -> Difference:
        """Compare what two forms give for the same images."""

    @abstractmethod
    def changes(self, before: Outputs, after: Outputs) -> list[float]:
        """How much what is given changed, of each image."""

    def remarks(self, difference: Any, tolerance: Any) -> list[str]:
        """Sentences on what of a difference that passed may seem too much.

        Args:
            difference: Of the kind's type, as is the tolerance.
            tolerance: How much it may be.
        """
        return []

    def unfit(self, outputs: Outputs) -> str | None:
        """Why the first form cannot be compared with, in a sentence; None if it can."""
        return None

    @abstractmethod
    def views(self, pictures: Pictures, before: str, after: str) -> list[View]:
        """What the report's page shows of an image, the image itself first.

        Args:
            pictures: The image and what two forms give for it.
            before: Name of the one form.
            after: Name of the other.
        """

    @abstractmethod
    def card_accuracy(
        self, accuracy: Any, dataset: str, precision: str, size: str
    ) -> list[AccuracyCard]:
        """What a card says of an accuracy.

        Args:
            accuracy: Of the kind's type.
            dataset: What it was measured on.
            precision: Of the file that was measured.
            size: The network's input size as text.
        """

    @abstractmethod
    def card_calibration(self, notes: Mapping[str, Any]) -> CalibrationCard:
        """What a card says of how far the output may be taken for a probability.

        Args:
            notes: On the training, from the weights.
        """
