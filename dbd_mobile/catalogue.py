"""A model's id or path in; its checked bytes and facts out.

Each bundled model is a folder ``models/<id>/`` with ``model.tflite`` and ``card.json``: where it
comes from, what goes in and comes out, how accurate it is and by which protocol.
"""

import hashlib
import json
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, TypeAlias, TypedDict, cast, get_args

from dbd_mobile.errors import ArgumentError, ModelError
from dbd_mobile.tflite.model_file import ModelFacts, read_detail_facts, read_facts

ModelKind: TypeAlias = Literal["blur-map", "detail"]
"""A "blur-map" model says of each pixel of a whole photo how likely it is to be blurred, a "detail"
model of each cell of a tile by how many pixels it is."""

_BLUR_MAP: ModelKind = "blur-map"
_DETAIL: ModelKind = "detail"
_PURPOSE: dict[ModelKind, str] = {
    "blur-map": "gives a blur map of a whole photo",
    "detail": "measures the blur of tiles in pixels",
}

# Not by __file__: the package may be inside an archive.
_MODELS = files("dbd_mobile") / "models"

# The largest .tflite file that is read; a phone's blur model has a few megabytes.
_MAX_FILE_BYTES = 512 * 2**20


class InputCard(TypedDict):
    """What the model takes. ``scale`` and ``zero_point`` are null for float32."""

    name: str
    width: int
    height: int
    channels: int
    dtype: str
    scale: float | None
    zero_point: int | None
    layout: str
    color: str


class OutputCard(TypedDict):
    """What the model gives. ``scale`` and ``zero_point`` are null for float32."""

    name: str
    width: int
    height: int
    dtype: str
    scale: float | None
    zero_point: int | None
    meaning: str


class AccuracyCard(TypedDict):
    """One measured accuracy.

    ``dataset`` and ``images`` say on what, ``protocol`` by which rules, ``size`` at which size
    ("native": the photo's own), ``precision`` for which file ("int8", "float32"), ``values``
    holds the numbers by name of the measure.
    """

    dataset: str
    images: int
    protocol: str
    size: str
    precision: str
    values: dict[str, float]


class CalibrationCard(TypedDict):
    """How far the map may be taken for a probability; null is what was not recorded.

    All of it is from the notes of the weights, so it is of the float network that the file was made
    from. ``firmness`` is the factor that the logits were multiplied by. ``ece`` is the expected
    calibration error of the map as it is, over ``bins`` equally wide bins of probability, on so
    many validation ``photos``; ``ece_without_firmness`` is that of the map before the factor.
    """

    firmness: float | None
    photos: int | None
    bins: int | None
    ece: float | None
    ece_without_firmness: float | None


class ModelCard(TypedDict):
    """A bundled model's ``card.json``: what is known of the model.

    ``kind`` says what the model is for, as :data:`ModelKind` does;
    ``training`` says with which data and by which recipe, ``tools`` gives the versions of what
    made the file. The runtime needs ``id``, ``kind``, ``sha256`` and
    ``size_bytes``.
    """

    id: str
    kind: ModelKind
    name: str
    version: str
    description: str
    sha256: str
    size_bytes: int
    parameters: int
    macs: int
    precision: str
    input: InputCard
    output: OutputCard
    accuracy: list[AccuracyCard]
    calibration: CalibrationCard
    author: str
    license: str
    data_terms: str
    training: dict[str, Any]
    tools: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Model:
    """A model that is ready for an interpreter.

    Attributes:
        name: The bundled model's id, or the file's path as it was given.
        sha256: SHA-256 of the file, 64 hexadecimal digits.
        content: The file's bytes.
        facts: What goes in and comes out, read from the file.
    """

    name: str
    sha256: str
    content: bytes
    facts: ModelFacts


def bundled_ids(kind: ModelKind | None = None) -> list[str]:
    """List the ids of the models that the package holds, sorted.

    Args:
        kind: Of this kind only; None for all, those whose card is damaged among them.
    """
    ids = sorted(
        folder.name for folder in _MODELS.iterdir() if folder.joinpath("card.json").is_file()
    )
    return [i for i in ids if kind is None or load_card(i)["kind"] == kind]


def bundled_models() -> dict[str, ModelCard]:
    """Read the cards of the models that the package holds.

    Returns:
        The cards by the models' ids, sorted. ``BlurDetector(model=...)`` takes those of the kind
        "blur-map", ``BlurDetector(detail=...)`` those of the kind "detail". They are the caller's
        own.

    Raises:
        ModelError: A card is damaged.

    Examples:
        >>> models = bundled_models()
        >>> list(models)
        ['detail', 'lite', 'nano']
        >>> models["lite"]["input"]["width"], models["lite"]["precision"]
        (320, 'int8')
    """
    return {model_id: load_card(model_id) for model_id in bundled_ids()}


def load_card(model_id: str) -> ModelCard:
    """Read a bundled model's card.

    Args:
        model_id: One of :func:`bundled_ids`.

    Returns:
        The card as it is in ``card.json``.

    Raises:
        ModelError: There is no such model, or its card is damaged.
    """
    if model_id not in bundled_ids():
        raise ModelError(
            f"There is no model {model_id!r}: use {_spoken(bundled_ids())}, "
            f"or the path of a .tflite file."
        )
    damaged = ModelError(
        f"The card of the bundled model {model_id} is damaged: install dbd-mobile again."
    )
    try:
        card = json.loads(_MODELS.joinpath(model_id).joinpath("card.json").read_text("utf-8"))
    except ValueError:
        raise damaged from None
    if not (
        isinstance(card, dict)
        and card.get("id") == model_id
        and re.fullmatch("[0-9a-f]{64}", str(card.get("sha256")))
        and isinstance(card.get("size_bytes"), int)
        and card.get("kind") in get_args(ModelKind)
    ):
        raise damaged
    return cast(ModelCard, card)


def load_model(model: str | os.PathLike[str]) -> Model:
    """Load a model and check it: a bundled one by its checksum, a file by its structure.

    Args:
        model: A bundled model's id, or the path of a .tflite file. A string that is no id is a
            path if it ends in ``.tflite`` or has a folder in it.

    Returns:
        The model's bytes and facts.

    Raises:
        ArgumentError: ``model`` is neither.
        ModelError: There is no such model, or it is damaged, or it does not take a photo and give
            a blur map.
    """
    return _load(model, _BLUR_MAP, read_facts)


def load_detail(model: str | os.PathLike[str]) -> Model:
    """Load a model that measures blur and check it, as :func:`load_model` does.

    Raises:
        ArgumentError: ``model`` is neither an id nor a path.
        ModelError: There is no such model, or it is damaged, or it does not take a photo and give
            codes of blur.
    """
    return _load(model, _DETAIL, read_detail_facts)


def _load(model: str | os.PathLike[str], kind: ModelKind, read: Callable[..., ModelFacts]) -> Model:
    if not isinstance(model, str | os.PathLike):
        raise ArgumentError(f"model is an id or a path, got {type(model).__name__}.")
    name = os.fspath(model)
    is_path = not isinstance(model, str) or name.endswith(".tflite") or Path(name).name != name
    content = _read_file(Path(name)) if is_path else _read_bundled(name, kind)
    return Model(
        name=name,
        sha256=hashlib.sha256(content).hexdigest(),
        content=content,
        facts=read(content, name=name),
    )


def _read_bundled(model_id: str, kind: ModelKind) -> bytes:
    card = load_card(model_id)
    if card["kind"] != kind:
        gives, takes = _PURPOSE[card["kind"]], _PURPOSE[kind]
        raise ModelError(
            f"The model {model_id} {gives}: here one is needed that {takes}, "
            f"{_spoken(bundled_ids(kind))}."
        )
    file = _MODELS.joinpath(model_id).joinpath("model.tflite")
    content = file.read_bytes() if file.is_file() else b""
    if len(content) != card["size_bytes"] or hashlib.sha256(content).hexdigest() != card["sha256"]:
        raise ModelError(
            f"The file of the bundled model {model_id} is not the one that its card describes: "
            f"install dbd-mobile again."
        )
    return content


def _read_file(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > _MAX_FILE_BYTES:
            raise ModelError(
                f"{path} has {size} bytes: a model may have at most {_MAX_FILE_BYTES}."
            )
        return path.read_bytes()
    except FileNotFoundError:
        raise ModelError(f"There is no model file {path}.") from None
    except OSError as error:
        raise ModelError(f"The model file {path} cannot be read: {error.strerror}.") from error


def _spoken(names: list[str]) -> str:
    return " or ".join(repr(name) for name in names)
