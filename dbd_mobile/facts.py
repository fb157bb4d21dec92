"""What was found in a photo in; its facts, as what JSON can hold, out."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from dbd_mobile.blur_map import BlurMap
from dbd_mobile.detector import BlurDetector
from dbd_mobile.focus import Focus
from dbd_mobile.path_text import text_of
from dbd_mobile.strictness import Strictness
from dbd_mobile.version import __version__

DETECT_SCHEMA = "dbd-mobile-detect/1"
"""Name and version of what :func:`detect_facts` gives, by which a file of it is told."""


def run_facts(schema: str, photo: Path | str | None, detector: BlurDetector) -> dict[str, Any]:
    """Say which photo was looked at and by what.

    Args:
        schema: Name and version of what the facts are, e.g. "dbd-mobile-detect/1".
        photo: Its path or name; None where it has none.
        detector: What looked at it.
    """
    return {
        "schema": schema,
        "version": __version__,
        "photo": None if photo is None else text_of(photo),
        "model": {"name": text_of(detector.model_name), "sha256": detector.model_sha256},
        "backend": {"name": detector.backend.name, "version": detector.backend.version},
        "threads": detector.threads,
    }


def focus_facts(
    schema: str, photo: Path | str | None, focus: Focus, detector: BlurDetector
) -> dict[str, Any]:
    """Say what was found in a photo, where and by what; arguments as for :func:`run_facts`."""
    detail = {"name": text_of(detector.detail_name), "sha256": detector.detail_sha256}
    return {**run_facts(schema, photo, detector), "detail": detail, **focus.to_dict()}


def judge_facts(
    photo: Path | str | None, focus: Focus, detector: BlurDetector, *, strictness: Strictness
) -> dict[str, Any]:
    """Give a verdict as ``dbd_mobile/schemas/judge.schema.json`` describes it.

    Args:
        photo: As for :func:`run_facts`; so is ``detector``.
        focus: What was found.
        detector: As there.
        strictness: What it was judged by.
    """
    facts = focus_facts("dbd-mobile-judge/1", photo, focus, detector)
    return {**facts, "strictness": asdict(strictness)}


def detect_facts(
    photo: Path | str | None, blur_map: BlurMap, detector: BlurDetector
) -> dict[str, Any]:
    """Give a map's facts as ``dbd_mobile/schemas/detect.schema.json`` describes them.

    Args:
        photo: As for :func:`run_facts`; so is ``detector``.
        blur_map: What was found; the map itself is not among its facts.
        detector: As there.
    """
    return {**run_facts(DETECT_SCHEMA, photo, detector), **blur_map.to_dict()}
