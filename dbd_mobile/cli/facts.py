"""What was found in a photo in; its facts for JSON, or its line on the screen, out."""

from pathlib import Path
from typing import Any

from dbd_mobile.detector import BlurDetector
from dbd_mobile.focus import Focus
from dbd_mobile.path_text import text_of
from dbd_mobile.version import __version__


def run_facts(schema: str, photo: Path, detector: BlurDetector) -> dict[str, Any]:
    """Say which photo was looked at and by what.

    Args:
        schema: Name and version of what the facts are, e.g. "dbd-mobile-detect/1".
        photo: The photo.
        detector: What looked at it.
    """
    return {
        "schema": schema,
        "version": __version__,
        "photo": text_of(photo),
        "model": {"name": text_of(detector.model_name), "sha256": detector.model_sha256},
        "backend": {"name": detector.backend.name, "version": detector.backend.version},
        "threads": detector.threads,
    }


def focus_facts(schema: str, photo: Path, focus: Focus, detector: BlurDetector) -> dict[str, Any]:
    """Say what was found in a photo, where and by what; arguments as for :func:`run_facts`."""
    detail = {"name": text_of(detector.detail_name), "sha256": detector.detail_sha256}
    return {**run_facts(schema, photo, detector), "detail": detail, **focus.to_dict()}


def focus_line(photo: Path, focus: Focus, radius_px: float | None) -> str:
    """Give path, verdict, radius and where it looked in a line; a dash where there is no radius.

    Where it looked is written as ``--box`` takes it; a subject is a part of that box.
    """
    radius = "-" if radius_px is None else f"{radius_px:.1f} px"
    box = ",".join(str(side) for side in focus.box_xyxy)
    where = f"{'subject within' if focus.found_subject else 'box'} {box}"
    return f"{photo}  {focus.verdict}  {radius}  {where}"
