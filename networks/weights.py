"""A trained network in, one safetensors file out, and back; PyTorch checkpoints in too.

The file holds float16 tensors; its metadata says which network they belong to and what that
network expects at its input, so that nothing else is needed to use it. PyTorch checkpoints are
those of a training run and the one that the paper's authors released.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar, overload

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from dbd_mobile.atomic_file import atomic_file
from dbd_mobile.errors import InputError
from networks import ARCHITECTURES, Network, NetworkContract, build
from networks.torch_file import read_torch_file

FORMAT = "dbd-mobile-weights/1"

PYTORCH_SUFFIXES = (".pth", ".pt")
"""Of PyTorch checkpoints."""


_Kind = TypeVar("_Kind", bound=Network)
_KindOf = TypeVar("_KindOf", bound=Network, covariant=True)


@dataclass(frozen=True)
class TrainedNetwork(Generic[_KindOf]):
    """A network with its trained weights.

    Attributes:
        network: In eval mode, float32, on the CPU.
        architecture: Its name in ``networks.ARCHITECTURES``.
        contract: What it expects at its input.
        notes: How it was trained: recipe, data, seed, validation accuracy.
    """

    network: _KindOf
    architecture: str
    contract: NetworkContract
    notes: dict[str, object]


def save_weights(path: Path, network: Network, architecture: str, notes: dict[str, object]) -> None:
    """Write a network's weights as float16 safetensors.

    Args:
        path: File to write, replaced only once the new one is complete; the same bytes for the
            same arguments.
        network: The network; its contract is recorded.
        architecture: Its name in ``networks.ARCHITECTURES``.
        notes: JSON-serialisable facts on the training.
    """
    tensors = {
        # The batch counters only matter to a running average without momentum; none is used here.
        name: (value.half() if value.is_floating_point() else value).contiguous().cpu()
        for name, value in network.state_dict().items()
        if not name.endswith("num_batches_tracked")
    }
    with atomic_file(path) as file:
        file.write(_in_order(save(tensors, describe(network, architecture, notes))))


def _in_order(content: bytes) -> bytes:
    """A safetensors file with its metadata sorted: by itself it comes in another order each time.

    So the same weights make the same file, and its SHA-256 can be compared.
    """
    size = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + size])
    header["__metadata__"] = dict(sorted(header["__metadata__"].items()))
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + content[8 + size :]


def describe(network: Network, architecture: str, notes: dict[str, object]) -> dict[str, str]:
    """What a file with a network's tensors says of it, arguments as for ``save_weights``."""
    return {
        "format": FORMAT,
        "architecture": architecture,
        "contract": json.dumps(asdict(network.contract)),
        "notes": json.dumps(notes),
    }


@overload
def load_weights(path: Path) -> TrainedNetwork[Network]: ...


@overload
def load_weights(path: Path, kind: type[_Kind]) -> TrainedNetwork[_Kind]: ...


def load_weights(path: Path, kind: type[Network] = Network) -> TrainedNetwork[Network]:
    """Read a checkpoint and build its network.

    Args:
        path: Weights (.safetensors) or a run's ``checkpoint.pt`` from ``python -m training``, or
            a PyTorch checkpoint (.pth, .pt) in the layout that the authors of Distill-DBDGAN
            (Jonna et al., TOMM 2023) released their student in:
            ``{"model_state_dict": {"module.NAME": tensor}}``.
        kind: What the network must be: ``BlurNetwork``, ``Detail``, or any.

    Raises:
        InputError: If the file is missing, damaged, of another format or architecture, holds
            other tensors than its network has, holds a value that is not finite, or a network of
            another kind.
    """
    trained = _load(path)
    if not isinstance(trained.network, kind):
        raise InputError(
            f"{path} holds a {trained.architecture} network, which gives {trained.network.gives}; "
            f"expected a network that gives {kind.gives}."
        )
    return trained


def _load(path: Path) -> TrainedNetwork[Network]:
    if path.suffix.lower() in PYTORCH_SUFFIXES:
        content = read_torch_file(path, "give a checkpoint of tensors alone")
        if isinstance(content, dict) and "averaged" in content:
            return _load_run(content, path)
        return _load_released(content, path)
    return _load_safetensors(path)


def _load_safetensors(path: Path) -> TrainedNetwork[Network]:
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (OSError, SafetensorError) as error:
        raise InputError(
            f"{path} cannot be read as a safetensors file ({error}); give weights written by "
            "'python -m training'."
        ) from error
    if metadata.get("format") != FORMAT:
        raise InputError(
            f"{path} has no metadata of format {FORMAT} (found {metadata.get('format')!r}); give "
            "weights written by 'python -m training'."
        )
    return _described_network(tensors, metadata, path)


def _load_run(content: dict[str, Any], path: Path) -> TrainedNetwork[Network]:
    """The averaged network of a training run's ``checkpoint.pt``, which validation measured."""
    metadata = content.get("metadata")
    if not isinstance(metadata, dict) or not all(isinstance(v, str) for v in metadata.values()):
        raise InputError(
            f"{path} does not say which network it holds; give the weights.safetensors that its "
            "run wrote beside it."
        )
    return _described_network(_tensors_of(content["averaged"], "averaged", path), metadata, path)


def _load_released(content: object, path: Path) -> TrainedNetwork[Network]:
    state = content.get("model_state_dict") if isinstance(content, dict) else None
    tensors = {
        name.removeprefix("module."): value
        for name, value in _tensors_of(state, "model_state_dict", path).items()
    }
    network = _build_with(tensors, "paper", path)
    return TrainedNetwork(network, "paper", network.contract, {})


def _tensors_of(state: object, name: str, path: Path) -> dict[str, Tensor]:
    if not isinstance(state, dict) or not all(isinstance(v, Tensor) for v in state.values()):
        raise InputError(
            f"{path} has no {name} of tensors; give the checkpoint that the authors of "
            "Distill-DBDGAN released, or weights written by 'python -m training'."
        )
    return {str(key): value for key, value in state.items()}


def _described_network(
    tensors: dict[str, Tensor], metadata: dict[str, str], path: Path
) -> TrainedNetwork[Network]:
    """The network that metadata from ``describe`` tells of."""
    try:
        architecture = metadata["architecture"]
        contract = NetworkContract(**json.loads(metadata["contract"]))
        notes = json.loads(metadata.get("notes", "{}"))
        if not isinstance(notes, dict):
            raise TypeError("its notes are no JSON object")
    except (LookupError, TypeError, ValueError) as error:
        raise InputError(
            f"{path} has damaged metadata ({type(error).__name__}: {error}); give weights written "
            "by 'python -m training'."
        ) from error
    if architecture not in ARCHITECTURES:
        raise InputError(
            f"{path} is of architecture {architecture!r}; this version knows "
            f"{', '.join(sorted(ARCHITECTURES))}."
        )
    network = _build_with(tensors, architecture, path)
    network.contract = contract
    return TrainedNetwork(network, architecture, contract, notes)


def _build_with(tensors: dict[str, Tensor], architecture: str, path: Path) -> Network:
    """The network with these tensors, in eval mode; ``path`` is for the messages.

    Raises:
        InputError: If they are not the network's, or one holds a value that is not finite.
    """
    network = build(architecture)
    for name, value in tensors.items():
        if not torch.isfinite(value).all():
            raise InputError(f"{path} has a value that is not finite in {name}; it is unusable.")
    expected = network.state_dict()
    counters = {name for name in expected if name.endswith("num_batches_tracked")}
    missing = sorted(expected.keys() - tensors.keys() - counters)
    unknown = sorted(tensors.keys() - expected.keys())
    unlike = sorted(
        name
        for name, value in tensors.items()
        if name in expected and value.shape != expected[name].shape
    )
    for problem, names in (("lacks", missing), ("has unknown", unknown), ("has misshapen", unlike)):
        if names:
            raise InputError(
                f"{path} {problem} {len(names)} of the tensors of {architecture}, first "
                f"{names[0]}; it was written for another version of the network."
            )
    network.load_state_dict({k: v.float() for k, v in tensors.items()}, strict=False)
    return network.eval()
