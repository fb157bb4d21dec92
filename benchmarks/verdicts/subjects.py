"""Photos whose subject is in focus before a blurred background in; how ``judge`` finds them, as
they are and blurred all over, out. A report: nothing is tuned on these.
"""

from collections import Counter

from benchmarks.verdicts.row import Row
from data.blur_dataset import BlurDataset
from data.known_blur import blurred_by
from dbd_mobile import BlurDetector
from evaluation.scoring import with_progress

MEASURE = "subjects"
_RADIUS = 6.0


def measure_subjects(detector: BlurDetector, dataset: BlurDataset) -> list[Row]:
    """Judge photos without a box.

    Args:
        detector: What judges.
        dataset: The photos; their masks are not looked at.

    Raises:
        DBDError: If a photo cannot be used.
    """
    as_is: Counter[str] = Counter()
    blurred: Counter[str] = Counter()
    for index in with_progress(range(len(dataset)), "Judging photos without a box"):
        photo = dataset.photo(index)
        as_is[detector.judge(photo).verdict] += 1
        blurred[detector.judge(blurred_by(photo, _RADIUS)).verdict] += 1
    count = len(dataset)
    return [
        _part("as they are, called blurred", as_is["blurred"], count),
        _part("as they are, not called sharp", count - as_is["sharp"], count),
        _part("as they are, undecidable", as_is["undecidable"], count),
        _part(f"out of focus by {_RADIUS:g} px, not called sharp", count - blurred["sharp"], count),
        _part(f"out of focus by {_RADIUS:g} px, undecidable", blurred["undecidable"], count),
    ]


def _part(what: str, part: int, count: int) -> Row:
    return Row(measure=MEASURE, what=what, value=part / count, unit="share", count=count)
