"""A model and photos with ground truth in, what its short cuts for camera-sized JPEGs cost out.

Of a large JPEG the runtime decodes 1/2, 1/4 or 1/8 of the pixels and averages blocks of them
(``dbd_mobile.photo``). Photos with ground truth are small, so they are enlarged first; each is
then measured twice from the same JPEG file: as it is given, and decoded and squashed in full.
"""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from rich.table import Table

from data.blur_dataset import BlurDataset, read_photo, squash
from dbd_mobile.errors import InputError
from evaluation.mappers import DetectorMapper
from evaluation.measures import Accuracy, AccuracyMeter
from evaluation.scoring import with_progress

MOST_LOST = 0.001
"""How much fmax may fall, and MAE rise, by the short cuts."""

_QUALITY = 92
# Of a JPEG that libjpeg writes, in pixels.
_LARGEST_SIDE = 65500


@dataclass(frozen=True)
class ShortCutCost:
    """What short cuts cost on enlarged photos.

    Attributes:
        long_side: Of the JPEGs, in pixels.
        shipped: As ``BlurDetector.detect`` takes them.
        in_full: Decoded and squashed in full.
    """

    long_side: int
    shipped: Accuracy
    in_full: Accuracy

    @property
    def fmax_loss(self) -> float:
        """How much lower fmax is with the short cuts."""
        return self.in_full.fmax - self.shipped.fmax

    @property
    def mae_rise(self) -> float:
        """How much higher MAE is with the short cuts."""
        return self.shipped.mae - self.in_full.mae

    @property
    def passed(self) -> bool:
        """Whether both are within ``MOST_LOST``."""
        return self.fmax_loss <= MOST_LOST and self.mae_rise <= MOST_LOST


def measure_short_cuts(model: str | Path, dataset: BlurDataset, long_side: int) -> ShortCutCost:
    """Enlarge photos, save them as JPEG, and measure a model on them with and without short cuts.

    Args:
        model: A bundled model's id, or the path of a TFLite file.
        dataset: Photos and masks; scored at the size that they have there.
        long_side: Of the JPEGs, in pixels.

    Raises:
        DBDError: If the model, a photo or a mask cannot be used, or no JPEG has ``long_side``.
    """
    if not 1 <= long_side <= _LARGEST_SIDE:
        raise InputError(
            f"The long side of a JPEG is 1 to {_LARGEST_SIDE} pixels, not {long_side}."
        )
    mapper = DetectorMapper(model)
    shipped, in_full = AccuracyMeter(), AccuracyMeter()
    with TemporaryDirectory() as folder:
        path = Path(folder, "photo.jpg")
        for index in with_progress(range(len(dataset)), "Scoring enlarged photos"):
            photo = Image.fromarray(dataset.photo(index))
            factor = long_side / max(photo.size)
            width, height = (max(1, round(side * factor)) for side in photo.size)
            large = photo.resize((width, height), Image.Resampling.BICUBIC)
            large.save(path, quality=_QUALITY)
            truth = dataset.truth(index)
            shipped.add(mapper.map(path), truth)
            small = squash(read_photo(path), mapper.size_wh)
            in_full.add(mapper.map(small), truth)
    return ShortCutCost(long_side, shipped.result(), in_full.result())


def short_cuts_table(model: str, cost: ShortCutCost) -> Table:
    """The two accuracies and their differences, for the screen."""
    table = Table(
        title=f"{model} on {cost.shipped.images} JPEGs of {cost.long_side} pixels",
        caption=f"At most {MOST_LOST:g} may be lost: {'held' if cost.passed else 'NOT held'}.",
    )
    table.add_column("measure")
    for heading in ("as shipped", "decoded in full", "lost"):
        table.add_column(heading, justify="right")
    for name, lost in (("fmax", cost.fmax_loss), ("mae", cost.mae_rise)):
        values = (getattr(accuracy, name) for accuracy in (cost.shipped, cost.in_full))
        table.add_row(name, *(f"{value:.4f}" for value in values), f"{lost:+.4f}")
    return table
