"""A request's query in; what a photo is to be judged by, out."""

import re
from dataclasses import dataclass

from starlette.datastructures import QueryParams
from starlette.exceptions import HTTPException

from dbd_mobile.errors import ArgumentError
from dbd_mobile.regions import box_of
from dbd_mobile.strictness import MAX_WIDTH, Strictness, checked_width, strictness_of

_NAMES = ("box", "at_width", "strictness")
_WIDTH = re.compile(rf"[0-9]{{1,{len(str(MAX_WIDTH))}}}")


@dataclass(frozen=True, kw_only=True)
class Judging:
    """What a photo is to be judged by.

    Attributes:
        box_xyxy: Where to look, in the photo's pixels; None looks for the subject.
        at_width: Width in pixels that it is viewed at; None takes the strictness's own.
        strictness: What counts as sharp.
    """

    box_xyxy: tuple[float, float, float, float] | None
    at_width: int | None
    strictness: Strictness


def judging_of(query: QueryParams) -> Judging:
    """Read a query's ``box``, ``at_width`` and ``strictness``.

    Raises:
        HTTPException: One is not as expected, is there twice, or there is another (400).
    """
    refuse_others(query, _NAMES)
    try:
        box = query.get("box")
        return Judging(
            box_xyxy=None if box is None else box_of(box),
            at_width=_width_of(query.get("at_width")),
            strictness=strictness_of(query.get("strictness", "pixel")),
        )
    except ArgumentError as error:
        raise HTTPException(400, str(error)) from None


def refuse_others(query: QueryParams, names: tuple[str, ...]) -> None:
    """Refuse what nobody would look at.

    Raises:
        HTTPException: There is another parameter than these, or one is there twice (400).
    """
    asked = [name for name, _ in query.multi_items()]
    for name in asked:
        if name not in names:
            known = ", ".join(names) or "none"
            raise HTTPException(400, f"The query may have {known}, got {name!r}.")
        if asked.count(name) > 1:
            raise HTTPException(400, f"The query has {name!r} more than once.")


def _width_of(text: str | None) -> int | None:
    if text is None:
        return None
    if not _WIDTH.fullmatch(text):
        raise ArgumentError(f"at_width is a whole number from 1 to {MAX_WIDTH}, got {text!r}.")
    return checked_width(int(text))
