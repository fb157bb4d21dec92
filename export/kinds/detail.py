"""The ``detail`` network, which measures the radius of the blur in each cell of a tile."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.blur_dataset import read_photo
from data.native_photos import held_out, held_out_sources, list_native_photos
from dbd_mobile.catalogue import AccuracyCard, CalibrationCard
from dbd_mobile.pyramid import CELL
from dbd_mobile.radius_code import LOG2_RADIUS, LOG2_SPREAD
from dbd_mobile.reading import MIN_CONFIDENCE
from evaluation.measured_cells import read_codes
from evaluation.predictors import Predictor
from evaluation.radius import DISC_RADII, RadiusAccuracy, measure_radius
from evaluation.tile_measurer import TileMeasurer, open_tile_measurer
from export.kinds.kind import (
    Column,
    Evaluation,
    Inputs,
    Kind,
    OutputFacts,
    Outputs,
    Pictures,
    Progress,
    View,
)
from export.kinds.radius_difference import (
    OTHER_KERNELS_TOLERANCE,
    SAME_KERNELS_TOLERANCE,
    TOLERANCES,
    RadiusDifference,
    compare_radii,
    confident_share,
    tile_means,
)
from export.kinds.signed_picture import levels, signed_picture
from export.kinds.tiles import cut_tiles, generate_tiles
from networks import Detail

_COMPARED_TILES = 96
# Of all cells: from fewer, shares of a hundredth could not be told.
_LEAST_CONFIDENT = 0.01
# A difference of this or more, in log2 of the radius, is shown at full strength.
_FULL_DIFFERENCE = 0.5
_UNSURE_COLOR = np.array((96, 120, 168), np.uint8)
_DIGITS = 5
_POINTLESS = {"dynamic": "dynamic is not made: weights as small as these have nothing to gain."}
_MEANING = (
    f"log2 of the blur's radius in pixels ({LOG2_RADIUS[0]:g} to {LOG2_RADIUS[1]:g}), log2 of the "
    f"standard deviation of that ({LOG2_SPREAD[0]:g} to {LOG2_SPREAD[1]:g}), probability that the "
    "blur is one of motion"
)
_LIST = "list.csv"


class _Crisp(Evaluation):
    """Photos in their cameras' own pixels, to be blurred by known discs."""

    def __init__(self, photos: Sequence[Path], name: str) -> None:
        self._photos = photos
        self.name = name

    def inputs(self, size_wh: tuple[int, int], progress: Progress) -> Inputs:
        return cut_tiles(self._photos, _COMPARED_TILES, size_wh, progress)

    def measure(self, predictor: Predictor, outputs: Outputs) -> RadiusAccuracy:
        return measure_radius(TileMeasurer(predictor), map(read_photo, self._photos))

    def measure_shipped(self, file: Path) -> RadiusAccuracy:
        return measure_radius(open_tile_measurer(file), map(read_photo, self._photos))


def _error_at(disc: float) -> Column:
    def shown(accuracy: RadiusAccuracy) -> str:
        (row,) = (row for row in accuracy.rows if row.disc_px == disc)
        return _three_digits(row.error)

    return Column(
        heading=f"at {disc:g} px",
        meaning=f"error at {disc:g} px",
        shown=shown,
        on_screen=False,
    )


def _three_digits(error: float | None) -> str:
    return "none" if error is None else f"{error:.3f}"


class _Detail(Kind):
    name = "detail"
    network = Detail
    output = OutputFacts(
        name="cells",
        stride=CELL,
        values="codes",
        meaning=f"of each cell of 16x16 pixels {_MEANING}",
        description=f"Of each cell of 16x16 pixels, from 0 to 1: {_MEANING}.",
        labels=("radius", "spread", "motion"),
        labels_description="What the channels are.",
    )
    image_description = "A tile of the photo, in the photo's own pixels."
    is_segmenter = False
    compared = "radii"
    pointless = _POINTLESS
    tolerances = TOLERANCES
    same_kernels = SAME_KERNELS_TOLERANCE
    other_kernels = OTHER_KERNELS_TOLERANCE
    differences = (
        Column(
            heading="max diff",
            meaning="largest difference of a number",
            shown=lambda difference: f"{difference.maximum:.1g}",
        ),
        Column(
            heading="radius",
            meaning="difference of the radius in half of the confident cells",
            shown=lambda difference: f"{difference.median_ratio:.2%}",
        ),
        Column(
            heading="95 %",
            meaning="in 95 % of them",
            shown=lambda difference: f"{difference.high_ratio:.2%}",
        ),
        Column(
            heading="lost",
            meaning="confident cells that become unsure",
            shown=lambda difference: f"{difference.lost:.2%}",
        ),
        Column(
            heading="gained",
            meaning="unsure cells that become confident",
            shown=lambda difference: f"{difference.gained:.2%}",
            on_screen=False,
        ),
        Column(
            heading="spread",
            meaning="median difference of log2 of the spread",
            shown=lambda difference: f"{difference.spread:.2g}",
            on_screen=False,
        ),
        Column(
            heading="motion",
            meaning="cells that change between motion and defocus",
            shown=lambda difference: f"{difference.motion:.2%}",
            on_screen=False,
        ),
    )
    accuracies = (
        Column(
            heading="error",
            meaning="median error of log2 of the radius",
            shown=lambda accuracy: _three_digits(accuracy.error),
        ),
        *(_error_at(disc) for disc in DISC_RADII),
    )
    change = "mean difference of log2 of the radius"
    hub_task = "image-feature-extraction"

    def calibration_photos(self, folder: Path, list_file: Path | None) -> list[Path]:
        if list_file is not None or not (folder / _LIST).is_file():
            return super().calibration_photos(folder, list_file)
        photos = list_native_photos(folder)
        unseen = held_out_sources(photos)
        return [p.path for p in photos if p.is_crop and p.source not in unseen]

    def read_inputs(
        self, photos: Sequence[Path], most: int, size_wh: tuple[int, int], progress: Progress
    ) -> Inputs:
        return cut_tiles(photos, most, size_wh, progress)

    def generate_inputs(self, size_wh: tuple[int, int]) -> Inputs:
        return generate_tiles(size_wh)

    def open_evaluation(self, folder: Path, list_file: Path | None) -> Evaluation:
        name = folder.resolve().name
        if list_file is None and (folder / _LIST).is_file():
            photos = [photo for photo in held_out(list_native_photos(folder)) if photo.is_crop]
            return _Crisp([photo.path for photo in photos if not photo.soft], f"{name}/held-out")
        chosen = super().calibration_photos(folder, list_file)
        return _Crisp(chosen, f"{name}/{list_file.stem}" if list_file else name)

    def compare(self, before: Outputs, after: Outputs) -> RadiusDifference:
        return compare_radii(before, after)

    def changes(self, before: Outputs, after: Outputs) -> list[float]:
        return tile_means(before, after)

    def unfit(self, outputs: Outputs) -> str | None:
        share = confident_share(outputs)
        if share >= _LEAST_CONFIDENT:
            return None
        return (
            f"It is confident in {share:.2%} of the cells only, too few to compare by; train it "
            "longer, or give photos with crisp detail."
        )

    def views(self, pictures: Pictures, before: str, after: str) -> list[View]:
        cells, others = read_codes(pictures.before), read_codes(pictures.after)
        difference = np.log2(others.radius_px / cells.radius_px) / np.float32(_FULL_DIFFERENCE)
        difference[cells.confidence < MIN_CONFIDENCE] = 0
        return [
            View(pictures.photo, "tile"),
            View(_radius_picture(pictures.before), f"{before}, white = blurred, blue = unsure"),
            View(_radius_picture(pictures.after), after),
            View(
                _in_pixels(signed_picture(difference)),
                f"difference of log2, red = more blurred (full at {_FULL_DIFFERENCE})",
            ),
        ]

    def card_accuracy(
        self, accuracy: RadiusAccuracy, dataset: str, precision: str, size: str
    ) -> list[AccuracyCard]:
        errors = {f"error_{row.disc_px:g}px": row.error for row in accuracy.rows}
        errors = {"error": accuracy.error} | errors
        return [
            {
                "dataset": dataset,
                "images": accuracy.photos,
                "protocol": "log2_radius",
                "size": "native",
                "precision": precision,
                "values": {
                    name: round(error, _DIGITS)
                    for name, error in errors.items()
                    if error is not None
                },
            }
        ]

    def card_calibration(self, notes: Mapping[str, Any]) -> CalibrationCard:
        """Its numbers are no probabilities of blur."""
        return {
            "firmness": None,
            "photos": None,
            "bins": None,
            "ece": None,
            "ece_without_firmness": None,
        }


def _radius_picture(codes: NDArray[np.float32]) -> NDArray[np.uint8]:
    """The cells' radii at the tile's size, black = crisp; (h, w, 3) float32 -> (H, W, 3) uint8."""
    grey = levels(codes[..., :1].repeat(3, axis=2))
    sure = read_codes(codes).confidence >= MIN_CONFIDENCE
    return _in_pixels(np.where(sure[..., None], grey, _UNSURE_COLOR))


def _in_pixels(cells: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return cells.repeat(CELL, axis=0).repeat(CELL, axis=1)


DETAIL = _Detail()
