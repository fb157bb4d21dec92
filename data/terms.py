"""The notes of trained weights in; what data the weights saw, and on which terms, out.

Only what the notes record is said: of a folder that the project does not know it is said that it is
somebody's own, and of weights without a recipe that nothing is recorded.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from data.blur_dataset import data_root


@dataclass(frozen=True)
class DataSet:
    """A data set that recipes name by its folder below the data root.

    Attributes:
        name: What it is called.
        description: A sentence on what it holds.
        terms: A sentence on how it may be used.
    """

    name: str
    description: str
    terms: str


def _research_data(name: str, description: str) -> DataSet:
    terms = f"{name} is research data, given for study: check its terms before commercial use."
    return DataSet(name, description, terms)


DATA_SETS = {
    "cuhk": _research_data("CUHK", "CUHK is a set of out-of-focus photos with blur masks."),
    "duts": _research_data(
        "DUTS", "DUTS is a set of photos with object masks and without blur masks."
    ),
    "szu": _research_data(
        "SZU-BD", "SZU-BD, its defocus part, is a set of photos with hand-drawn blur masks."
    ),
    "mfif": _research_data(
        "MFIF",
        "MFIF is scenes taken twice, focused near and far, with masks from the vote of published "
        "fusions.",
    ),
    "lfsd": _research_data(
        "LFSD",
        "LFSD is focal stacks of light-field photos, refocused by software, with masks derived "
        "from the stacks.",
    ),
    "native": DataSet(
        "Native",
        "Native is crops of camera photos that are crisp at full size.",
        "The photos of Native may be used freely: those of metadata-extractor-images however you "
        "wish, those of the immich test assets are in the public domain, those of focus-stack are "
        "under the MIT licence, Copyright (c) 2019 Petteri Aimonen.",
    ),
    "imagenet": DataSet(
        "ImageNet",
        "ImageNet is photos of a thousand kinds of things, known here by published encoder "
        "weights alone.",
        "The photos of ImageNet are given for research; the licence of weights made from them is "
        "their publisher's.",
    ),
}
"""By folder; ``imagenet`` stands for published encoder weights."""

NO_VERSION = "0.0.0"
"""What training notes of weights that were given no version."""

_NOT_RECORDED = "not recorded in the checkpoint"
_NOT_RECORDED_TERMS = (
    "The checkpoint does not say what it was trained on: ask for its terms where it came from "
    "before using or passing on this model."
)


@dataclass(frozen=True)
class DataStatement:
    """What a card says of the data.

    Attributes:
        data: What the weights were trained on.
        terms: How that may be used.
    """

    data: str
    terms: str


def state_data(notes: Mapping[str, Any]) -> DataStatement:
    """Say what weights were trained on, and on which terms that may be used.

    Args:
        notes: Of the weights: ``recipe``, or ``averaged`` with the notes of each member, and
            ``made_from``, the weights and labels that they learned from with ``role``, ``name``,
            ``version`` and ``data``, as far as these are recorded. Roles are "start_from",
            "teacher", "labels" (a set of them), "labelled_by" (a network that made some),
            "averaged" and "encoder_weights".
    """
    seen = _read(notes)
    if not seen.uses:
        return DataStatement(_NOT_RECORDED, _NOT_RECORDED_TERMS)
    data = [f"Trained on {_listed(use.sentence() for use in seen.uses.values())}."]
    data += [f"The encoder started from {start}." for start in seen.starts]
    data += [_learned_from(other) for other in seen.others]
    if seen.has_strangers:
        data.append("It learned from other networks too, whose data is not recorded.")
    sets = data_of(notes)
    data += [DATA_SETS[folder].description for folder in sets if folder in DATA_SETS]
    terms = [
        DATA_SETS[folder].terms
        if folder in DATA_SETS
        else f"The folder {folder!r} is the user's own: ask its owner for its terms."
        for folder in sets
    ]
    if seen.has_strangers or not all(other.get("data") for other in seen.others):
        terms.append(
            "What other networks that it learned from were trained on is not recorded: ask whoever "
            "trained the weights."
        )
    if seen.has_gaps:
        data.append("Of a part of its training the data is not recorded.")
        terms.append(_NOT_RECORDED_TERMS)
    terms.append("No photo of the training data is part of this package.")
    return DataStatement(" ".join(data), " ".join(terms))


def data_of(notes: Mapping[str, Any]) -> list[str]:
    """List the data sets that weights saw, and those that the weights they learned from saw.

    Args:
        notes: As for ``state_data``.

    Returns:
        Names in ``DATA_SETS``, and of other folders their last part, each once.
    """
    seen = _read(notes)
    folders = [folder for use in seen.uses.values() for folder in use.folders]
    folders += ["imagenet"] if seen.starts else []
    folders += [data_set_of(name) for other in seen.others for name in other.get("data") or ()]
    return list(dict.fromkeys(folders))


def data_set_of(folder: Path | str) -> str:
    """Name the data set that a folder of photos belongs to.

    Args:
        folder: As a recipe names it, from the data root on, or an absolute path.

    Returns:
        A name in ``DATA_SETS`` for all that lies in its folder; the folder's own for another one,
        without the way to it.
    """
    # A link in the data root may lead out of it, and one from elsewhere into it.
    for found in (os.path.abspath, os.path.realpath):
        root, path = Path(found(data_root())), Path(found(data_root() / folder))
        if path.is_relative_to(root):
            first = path.relative_to(root).parts[:1]
            if first and first[0] in DATA_SETS:
                return first[0]
    path = Path(os.path.abspath(data_root() / folder))
    return path.parent.name if path.name == "image" else path.name


@dataclass
class _Use:
    """What data sets were used for.

    Attributes:
        template: A phrase with a place for their names.
        folders: Of the data sets, without repetition.
    """

    template: str
    folders: dict[str, None] = field(default_factory=dict)

    def sentence(self) -> str:
        return self.template.format(_listed(map(_name, self.folders)))


@dataclass
class _Seen:
    """What notes record.

    Attributes:
        uses: Of data sets, by the recipe's key.
        starts: Which ImageNet weights encoders started from, in words.
        others: Entries of ``made_from``.
        has_strangers: Whether a run learned from weights that are not recorded.
        has_gaps: Whether the recipe of some run is missing or does not name its data.
    """

    uses: dict[str, _Use] = field(default_factory=dict)
    starts: dict[str, None] = field(default_factory=dict)
    others: list[Mapping[str, Any]] = field(default_factory=list)
    has_strangers: bool = False
    has_gaps: bool = False


_TEMPLATES = {
    "photos": "photos and masks of {}",
    "sharp_photos": "synthetic defocus made from photos of {}",
    "taught_photos": "photos of {} judged by other networks",
    "native_photos": "photos of {} that were blurred by known amounts",
}


def _read(notes: Mapping[str, Any]) -> _Seen:
    seen = _Seen()
    _add(notes, seen, is_known=False)
    return seen


def _add(notes: Mapping[str, Any], seen: _Seen, *, is_known: bool) -> None:
    """Add what notes record; ``is_known``: what these weights learned from is in outer notes."""
    # What a mean is of is here itself, and the recipe tells of the encoder's weights.
    others = [
        other
        for other in notes.get("made_from") or ()
        if other.get("role") not in ("averaged", "encoder_weights")
    ]
    seen.others += [other for other in others if other not in seen.others]
    is_known = is_known or bool(others)
    if "averaged" in notes:
        for member in notes["averaged"]:
            _add(member, seen, is_known=is_known)
        return
    recipe = notes.get("recipe")
    if not isinstance(recipe, dict):
        seen.has_gaps = True
        return
    used = {
        # A recipe of the detail network has no masks, and other photos of its own.
        "photos": "native_photos" not in recipe,
        "native_photos": "native_photos" in recipe,
        "sharp_photos": recipe.get("synthetic_in_batch", 0) > 0,
        "taught_photos": recipe.get("taught_in_batch", 0) > 0,
    }
    for key in (key for key, is_used in used.items() if is_used):
        folders = _folders(recipe.get(key))
        for folder in folders:
            seen.uses.setdefault(key, _Use(_TEMPLATES[key])).folders[data_set_of(folder)] = None
        seen.has_gaps |= not folders
    # Where a run goes on from weights, these had an encoder to start from and not this run.
    if not recipe.get("start_from"):
        _add_encoder(recipe.get("encoder_weights", "random"), seen)
    taught = used["taught_photos"] or any(
        isinstance(part, Mapping) and part.get("maps") for part in recipe.get("photos") or ()
    )
    if taught or recipe.get("teacher") or recipe.get("start_from"):
        seen.has_strangers |= not is_known


def _folders(given: object) -> list[str]:
    """The folders that a recipe's value names: one, or one in each of several tables."""
    tables = given if isinstance(given, Sequence) and not isinstance(given, str) else [given]
    named = [table.get("folder") if isinstance(table, Mapping) else table for table in tables]
    return [folder for folder in named if isinstance(folder, str) and folder]


def _add_encoder(encoder_weights: str, seen: _Seen) -> None:
    if encoder_weights == "imagenet":
        seen.starts["ImageNet weights of a package under Apache-2.0"] = None
    elif encoder_weights != "random":
        seen.starts[f"the ImageNet weights in the file {Path(encoder_weights).name!r}"] = None


_ROLES = {
    "start_from": "It went on from",
    "labels": "It learned from the labels",
    "labelled_by": "It learned from labels by",
}


def _learned_from(other: Mapping[str, Any]) -> str:
    label = str(other.get("name") or "other weights")
    if other.get("version") not in (None, NO_VERSION):
        label += f" {other['version']}"
    described = f"{_ROLES.get(str(other.get('role')), 'It was taught by')} {label}, "
    if not other.get("data"):
        return f"{described}whose data is not recorded."
    return f"{described}which saw {_listed(_name(data_set_of(name)) for name in other['data'])}."


def _name(folder: str) -> str:
    return DATA_SETS[folder].name if folder in DATA_SETS else f"the folder {folder!r}"


def _listed(names: Iterable[str]) -> str:
    *first, last = [*names] or [""]
    return f"{', '.join(first)} and {last}" if first else last
