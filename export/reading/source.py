"""A checkpoint or an ONNX file in; what an export needs of it out, whichever it is."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from data.terms import NO_VERSION
from dbd_mobile.errors import InputError
from evaluation.predictors import Predictor, TorchPredictor
from export.kinds import BLUR_MAP, Kind, kind_of
from export.reading.families import FAMILIES
from export.reading.foreign_onnx import ARCHITECTURE, Normalisation, read_foreign_onnx
from export.reading.map_choice import WHOLE_MAP, MapChoice
from export.reading.onnx_file import write_onnx
from networks import NetworkContract, measure_complexity
from networks.device_input import device_contract
from networks.weights import PYTORCH_SUFFIXES, load_weights

SUFFIXES = (".safetensors", *PYTORCH_SUFFIXES, ".onnx")
"""Of the files that can be exported."""

_FIRST_VERSION = "1.0.0"


@dataclass(frozen=True, kw_only=True)
class Source:
    """A network to export.

    Attributes:
        stage: What the report calls it as it was given: "torch" or "given".
        architecture: Name of the network.
        kind: What kind of network it is.
        contract: What the ONNX file of ``write`` takes.
        about: ``name``, ``description``, ``version``, ``author`` and ``license``, for the files'
            metadata; what the source itself does not say is "unknown", the version 1.0.0.
        parameters: Number of values in its weights.
        macs: Multiply-accumulates for one photo; None if unknown.
        notes: How it was trained.
        open: Makes it, as it was given, ready to run.
        write: Writes it as ONNX, as ``export.reading.onnx_file`` says.
    """

    stage: str
    architecture: str
    kind: Kind
    contract: NetworkContract
    about: dict[str, str]
    parameters: int
    macs: int | None
    notes: dict[str, object]
    open: Callable[[], Predictor]
    write: Callable[[Path], None]


def read_source(
    path: Path, normalisation: Normalisation | None, choice: MapChoice = WHOLE_MAP
) -> Source:
    """Read what is to be exported.

    Args:
        path: A checkpoint that ``networks.weights.load_weights`` reads, or an ONNX file.
        normalisation: How an ONNX file that does not say so itself is fed.
        choice: What of an ONNX file's output is the map.

    Raises:
        InputError: If the file cannot be used.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise InputError(f"{path} is of no known kind; expected {', '.join(SUFFIXES)}.")
    if not path.is_file():
        raise InputError(f"There is no file {path}; give a checkpoint or an ONNX file.")
    if suffix == ".onnx":
        return _read_onnx(path, normalisation, choice)
    return _read_weights(path)


def _read_weights(path: Path) -> Source:
    trained = load_weights(path)
    contract = trained.contract
    complexity = measure_complexity(trained.network, contract.width, contract.height)
    family = FAMILIES[trained.architecture]
    version = trained.notes.get("version")
    return Source(
        stage="torch",
        architecture=trained.architecture,
        kind=kind_of(trained.network),
        contract=contract,
        about={
            "name": family.name,
            "description": family.description,
            "version": _FIRST_VERSION if version in (None, NO_VERSION) else str(version),
            "author": "unknown",
            "license": "unknown",
        },
        parameters=complexity.parameters,
        macs=complexity.macs,
        notes=trained.notes,
        open=partial(TorchPredictor, trained.network),
        write=partial(write_onnx, trained),
    )


def _read_onnx(path: Path, normalisation: Normalisation | None, choice: MapChoice) -> Source:
    foreign = read_foreign_onnx(path, normalisation, choice)
    return Source(
        stage="given",
        architecture=ARCHITECTURE,
        kind=BLUR_MAP,
        contract=device_contract(*foreign.size_wh),
        about={
            "name": path.stem,
            "description": foreign.model.doc_string,
            "version": _FIRST_VERSION,
            # The names that ONNX has for them.
            "author": foreign.metadata("model_author") or "unknown",
            "license": foreign.metadata("model_license") or "unknown",
        },
        parameters=foreign.parameters,
        macs=None,
        notes={},
        open=foreign.open,
        write=foreign.write,
    )
