"""What was found in one photo of a library: a flat record, which every store holds alike."""

import types
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from dbd_mobile.blur_map import BlurMap
from dbd_mobile.focus import Focus
from dbd_mobile.verdict import Verdict
from dbd_mobile.version import __version__

SCHEMA = "dbd-mobile-scan/1"
"""Of schemas/scan_record.schema.json, which says what each field of a record is."""


@dataclass(frozen=True, kw_only=True)
class Record:
    r"""What was found in one photo, or why nothing was.

    A number or text that is not known is None: where the photo could not be read that is all but
    the first and the last four, and of an undecidable photo radius, width and score.

    Attributes:
        photo: Its absolute path; what is no text in it is escaped, as ``\udcff``.
        verdict: "sharp", "soft", "blurred" or "undecidable", on its subject.
        reason: The verdict and the numbers in a sentence.
        blur_radius_px: Measured radius in the photo's own pixels; a crisp photo has 1 to 1.5.
        sharp_width_px: The largest width at which the subject looks sharp.
        score: 1 = crisp to 0 = blurred.
        motion: The blur is one of motion rather than of focus.
        confidence: How sure the measurements are, 0 to 1.
        blurred_fraction: Share of the photo that is blurred, 0 to 1.
        box_left: Left edge of the subject's bounding box in the photo's pixels, upright.
        box_top: Its top edge.
        box_right: Its right edge.
        box_bottom: Its bottom edge.
        width: The photo's width in pixels, upright.
        height: Its height.
        taken: When it was taken by its EXIF, as "2026-05-01T12:00:00.25", in the camera's time.
        bytes: The file's size.
        mtime_s: When the file was last changed, in seconds since 1970.
        judged_by: The models, and what counted as sharp.
        error: Why nothing was found.
    """

    photo: str
    verdict: Verdict | None = None
    reason: str | None = None
    blur_radius_px: float | None = None
    sharp_width_px: int | None = None
    score: float | None = None
    motion: bool | None = None
    confidence: float | None = None
    blurred_fraction: float | None = None
    box_left: int | None = None
    box_top: int | None = None
    box_right: int | None = None
    box_bottom: int | None = None
    width: int | None = None
    height: int | None = None
    taken: str | None = None
    bytes: int | None = None
    mtime_s: float | None = None
    judged_by: str
    error: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Give all of it as what JSON can hold, with the schema's name and the version."""
        return {"schema": SCHEMA, "version": __version__, **asdict(self)}


def _type_of(hint: Any) -> type:
    """The type of a field that may also be None; a choice of texts is a text."""
    if get_origin(hint) in (Union, types.UnionType):
        (hint,) = (part for part in get_args(hint) if part is not type(None))
    kind: type = str if get_origin(hint) is Literal else hint
    return kind


FIELDS: Mapping[str, type] = {
    field.name: _type_of(get_type_hints(Record)[field.name]) for field in fields(Record)
}
"""The type of each field, in order: str, int, float or bool."""


def filled(record: Record, focus: Focus, blur_map: BlurMap, *, taken: str | None) -> Record:
    """Give a record with what was found in its photo."""
    left, top, right, bottom = focus.box_xyxy
    return replace(
        record,
        verdict=focus.verdict,
        reason=focus.reason,
        blur_radius_px=focus.blur_radius_px,
        sharp_width_px=focus.sharp_width_px,
        score=focus.score,
        motion=focus.motion,
        confidence=focus.confidence,
        blurred_fraction=blur_map.blurred_fraction,
        box_left=left,
        box_top=top,
        box_right=right,
        box_bottom=bottom,
        width=focus.size_wh[0],
        height=focus.size_wh[1],
        taken=taken,
    )


def record_from(values: Mapping[str, Any]) -> Record:
    """Make a record of its fields' values, as a store held them; other keys are left out.

    Raises:
        ValueError: A field is missing or has a value of another type.
    """
    kept = {}
    for name, kind in FIELDS.items():
        if name not in values:
            raise ValueError(f"{name} is missing")
        value = values[name]
        is_right = isinstance(value, (int, float) if kind is float else kind)
        if value is not None and (not is_right or (isinstance(value, bool) and kind is not bool)):
            raise ValueError(f"{name} is {value!r}")
        kept[name] = value
    if kept["photo"] is None or kept["judged_by"] is None:
        raise ValueError("photo and judged_by must be known")
    return Record(**kept)
