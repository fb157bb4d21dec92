"""A checkout in; each bundled model and its card, as files with the model's version, out."""

import json
import shutil
from pathlib import Path
from typing import Any

from release.checksums import sha256
from release.error import ReleaseError


def read_cards(checkout: Path) -> list[dict[str, Any]]:
    """Give the card of every bundled model, sorted by its id."""
    files = sorted((checkout / "dbd_mobile" / "models").glob("*/card.json"))
    return [json.loads(file.read_text(encoding="utf-8")) for file in files]


def copy_models(checkout: Path, out: Path) -> None:
    """Copy ``dbd-ID-VERSION.tflite`` and ``.json`` of every bundled model.

    Raises:
        ReleaseError: A model is not the one that its card is of.
    """
    for card in read_cards(checkout):
        folder = checkout / "dbd_mobile" / "models" / card["id"]
        name = f"dbd-{card['id']}-{card['version']}"
        model = folder / "model.tflite"
        if sha256(model) != card["sha256"]:
            raise ReleaseError(
                f"{model.relative_to(checkout)} is not the file that its card.json names by"
                " sha256: export the model again."
            )
        shutil.copyfile(model, out / f"{name}.tflite")
        shutil.copyfile(folder / "card.json", out / f"{name}.json")
