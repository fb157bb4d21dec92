"""Blur maps and ground-truth masks in, the field's accuracy measures out. Needs no torch.

Protocols differ between papers, so every number carries its protocol's name:

``fmax``
    Positive = in focus; precision and recall averaged over the images at each of 256 thresholds
    k/255, then F; the largest. Also ``f_at_half``, the F at the threshold nearest above 0.5.
``ddff``
    Positive = blurred, threshold 0.5, mean of the per-image F (D-DFFNet's protocol).
``adaptive``
    Positive = in focus, threshold = 1.5 x mean of the focus map, at most 1; mean of the
    per-image F; taken at the network's size, as published.
``mae``
    Mean over images of the mean absolute error of the soft map.
``auc``
    Mean over images of the area under the ROC curve: how probable it is that a blurred pixel is
    given a higher probability of blur than one in focus, equal ones counting half. Images whose
    truth has one class only have none; 0.5 if all are such.

F uses beta^2 = 0.3. An image whose truth has one class only scores precision = recall = F = 1 if
the prediction has none of the positive class either and the truth has none, else 0 for F; such
images are counted in ``one_class_images``. Pixels whose truth is unknown are left out of
everything; an image without a known pixel cannot be scored. Where the known part is too thin to
fill a pixel of the network's size, ``adaptive`` is taken at the photo's own size.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from data.blur_dataset import Truth
from dbd_mobile import ArgumentError

BETA_SQUARED = 0.3
THRESHOLDS = 256


def f_measure(precision: float, recall: float) -> float:
    """F of precision and recall with beta^2 = 0.3; 0 where both are 0."""
    denominator = BETA_SQUARED * precision + recall
    return (1 + BETA_SQUARED) * precision * recall / denominator if denominator else 0.0


def resize_map(probability: NDArray[np.float32], size_wh: tuple[int, int]) -> NDArray[np.float32]:
    """Resize a (h, w) float32 map to ``size_wh`` with Pillow's BILINEAR -> (H, W) float32."""
    image = Image.fromarray(np.ascontiguousarray(probability, np.float32))
    return np.asarray(image.resize(size_wh, Image.Resampling.BILINEAR))


def known_part(
    probability: NDArray[np.float32], truth: Truth
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Check a map and bring it to the size of the truth that it is to be compared with.

    Args:
        probability: (h, w) float32 in [0, 1], 1 = blurred.
        truth: Of the photo, (H, W).

    Returns:
        The map and what is blurred, float32 and bool of one shape: (H, W), or the (n,) known
        pixels where not all are known.

    Raises:
        ArgumentError: If the shape, the range or a NaN shows that this is no such map.
    """
    if probability.ndim != 2:
        raise ArgumentError(f"Expected a (h, w) probability map; got {probability.shape}.")
    if not (probability.min() >= 0 and probability.max() <= 1):
        raise ArgumentError(
            f"Probabilities must lie in [0, 1]; got {probability.min()} to {probability.max()}."
        )
    full = resize_map(probability, truth.size_wh)
    if truth.known is None:
        return full, truth.blurred
    return full[truth.known], truth.blurred[truth.known]


def absolute_error(full: NDArray[np.float32], blurred: NDArray[np.bool_]) -> float:
    """Mean absolute error of a map.

    Args:
        full: From ``known_part``, as is ``blurred``.
        blurred: The truth.

    Raises:
        ArgumentError: If nothing is known.
    """
    if not full.size:
        raise ArgumentError("Nothing of the image's truth is known, so it cannot be scored.")
    return float(np.abs(full - blurred).mean(dtype=np.float64))


@dataclass(frozen=True)
class Accuracy:
    """Accuracy over a set of images, by protocol.

    Attributes:
        fmax: Maximum F over thresholds, positive = in focus.
        f_at_half: F at threshold 128/255, positive = in focus.
        ddff: Mean per-image F at 0.5, positive = blurred.
        adaptive: Mean per-image F at the adaptive threshold, positive = in focus.
        mae: Mean absolute error.
        auc: Mean area under the ROC curve of the images with both classes.
        images: Number of images.
        one_class_images: Images whose truth is all blurred or all in focus.
    """

    fmax: float
    f_at_half: float
    ddff: float
    adaptive: float
    mae: float
    auc: float
    images: int
    one_class_images: int


def mean_accuracy(accuracies: Sequence[Accuracy]) -> Accuracy:
    """The mean of every measure over data sets, each counting alike; images are added up."""
    counts = ("images", "one_class_images")
    rows = [asdict(accuracy) for accuracy in accuracies]
    sums = {name: sum(row[name] for row in rows) for name in rows[0]}
    return Accuracy(
        **{name: value if name in counts else value / len(rows) for name, value in sums.items()}
    )


@dataclass
class AccuracyMeter:
    """Collects images one by one; ``result()`` gives the accuracy over all of them."""

    _precisions: list[NDArray[np.float64]] = field(default_factory=list)
    _recalls: list[NDArray[np.float64]] = field(default_factory=list)
    _ddff: list[float] = field(default_factory=list)
    _adaptive: list[float] = field(default_factory=list)
    _mae: list[float] = field(default_factory=list)
    _auc: list[float] = field(default_factory=list)
    _one_class: int = 0

    def add(self, probability: NDArray[np.float32], truth: Truth) -> None:
        """Score one image.

        Args:
            probability: (h, w) float32 in [0, 1] at the network's size, 1 = blurred.
            truth: At the photo's own size.

        Raises:
            ArgumentError: If the shape, the range or a NaN shows that this is no such map, or
                nothing of the truth is known.
        """
        full, blurred = known_part(probability, truth)
        self._mae.append(absolute_error(full, blurred))
        small, small_blurred = _known_part_at_size(probability, truth)
        if not small.size:
            small, small_blurred = full, blurred
        if blurred.all() or not blurred.any():
            self._one_class += 1
        else:
            self._auc.append(_area_under_curve(full, blurred))
        precision, recall = _precision_recall_in_focus(full, blurred)
        self._precisions.append(precision)
        self._recalls.append(recall)
        self._ddff.append(_f_of_masks(full >= 0.5, blurred))
        focus = 1.0 - small
        threshold = min(1.5 * float(focus.mean(dtype=np.float64)), 1.0)
        self._adaptive.append(_f_of_masks(focus >= threshold, ~small_blurred))

    def result(self) -> Accuracy:
        """Accuracy over the images added.

        Raises:
            ValueError: If none was added.
        """
        if not self._mae:
            raise ValueError("No image was scored, so there is no accuracy to report.")
        precision = np.mean(self._precisions, axis=0)
        recall = np.mean(self._recalls, axis=0)
        curve = [f_measure(p, r) for p, r in zip(precision, recall, strict=True)]
        return Accuracy(
            fmax=float(max(curve)),
            f_at_half=float(curve[128]),
            ddff=float(np.mean(self._ddff)),
            adaptive=float(np.mean(self._adaptive)),
            mae=float(np.mean(self._mae)),
            auc=float(np.mean(self._auc)) if self._auc else 0.5,
            images=len(self._mae),
            one_class_images=self._one_class,
        )


def _known_part_at_size(
    probability: NDArray[np.float32], truth: Truth
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """As ``known_part``, at the map's size: what is known in all pixels that it is made of."""
    height, width = probability.shape

    def resized(values: NDArray[np.bool_]) -> NDArray[np.uint8]:
        image = Image.fromarray(values.view(np.uint8) * np.uint8(255))
        return np.asarray(image.resize((width, height), Image.Resampling.BILINEAR))

    blurred = resized(truth.blurred) >= 128
    if truth.known is None:
        return probability, blurred
    known = resized(truth.known) == 255
    return probability[known], blurred[known]


def _precision_recall_in_focus(
    blur: NDArray[np.float32], truth: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Precision and recall of "in focus" at the 256 thresholds k/255 -> two (256,) arrays.

    Map and truth of any one shape.
    """
    focus = np.float32(1) - blur
    # Index of the highest threshold that each pixel still passes (k/255 <= focus).
    passed = np.floor(focus.astype(np.float64) * 255 + 1e-6).astype(np.int64)
    hits = np.bincount(passed[~truth], minlength=THRESHOLDS)[::-1].cumsum()[::-1]
    alarms = np.bincount(passed[truth], minlength=THRESHOLDS)[::-1].cumsum()[::-1]
    predicted = hits + alarms
    positives = int((~truth).sum())
    if positives == 0:
        # Nothing in focus to find: perfect where nothing is claimed, worthless where it is.
        perfect = (predicted == 0).astype(np.float64)
        return perfect, perfect
    # A threshold that nothing passes makes no false claim: precision 1, recall 0.
    precision = np.where(predicted > 0, hits / np.maximum(predicted, 1), 1.0)
    return precision, hits / positives


_LEVELS = 1024
"""Into so many levels probabilities are sorted for ``auc``; within one they count as equal."""


def _area_under_curve(blur: NDArray[np.float32], truth: NDArray[np.bool_]) -> float:
    """Area under the ROC curve of a map against a truth with both classes, of any one shape."""
    levels = np.minimum((blur * _LEVELS).astype(np.int64), _LEVELS - 1)
    of_blurred = np.bincount(levels[truth], minlength=_LEVELS)
    of_focused = np.bincount(levels[~truth], minlength=_LEVELS)
    below = of_focused.cumsum() - of_focused / 2
    return float((of_blurred * below).sum() / (of_blurred.sum() * of_focused.sum()))


def _f_of_masks(predicted: NDArray[np.bool_], positive: NDArray[np.bool_]) -> float:
    """F of one binary prediction against the binary truth of the positive class."""
    claimed, real = int(predicted.sum()), int(positive.sum())
    if real == 0:
        return 1.0 if claimed == 0 else 0.0
    if claimed == 0:
        return 0.0
    hits = int((predicted & positive).sum())
    return f_measure(hits / claimed, hits / real)
