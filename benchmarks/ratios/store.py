"""A file of ratios in; those of this kind of machine out, and back into it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.json_schema import read_result
from benchmarks.ratios.ratio import Ratio
from benchmarks.spread import Spread
from dbd_mobile.interpreter import find_backend
from dbd_mobile.machine import read_machine

SCHEMA = "dbd-mobile-ratios/1"
RATIOS = Path(__file__).parents[1] / "results" / "ratios.json"


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of machine: what is stored of one is not compared with another.

    Attributes:
        cpu: The processor's or board's name; None where the system does not say.
        cores: Usable cores.
    """

    cpu: str | None
    cores: int

    def __str__(self) -> str:
        return f"{self.cpu or 'unknown processor'}, {self.cores} cores"


def this_kind() -> Kind:
    """The kind of this machine."""
    machine = read_machine()
    return Kind(cpu=machine.board or machine.cpu, cores=machine.usable_cores)


def stored_ratios(path: Path, kind: Kind) -> dict[str, Spread] | None:
    """Give the ratios that a file holds of a kind of machine, by their words.

    Returns:
        None where it holds none, or there is no file.

    Raises:
        InputError: The file is no such file.
    """
    for machine in _read(path)["machines"]:
        if _kind_of(machine) == kind:
            return {
                what: Spread(**{name: ratio[name] for name in ("median", "spread", "count")})
                for what, ratio in machine["ratios"].items()
            }
    return None


def entry_of(kind: Kind, ratios: Sequence[Ratio], was_busy: str) -> dict[str, Any]:
    """What is stored of a kind of machine."""
    backend, _ = find_backend()
    return {
        **asdict(kind),
        "backend": f"{backend.name} {backend.version}",
        "was_busy": was_busy,
        "ratios": {ratio.watched.what: ratio.to_dict() for ratio in ratios},
    }


def with_entry(path: Path, entry: Mapping[str, Any]) -> dict[str, Any]:
    """Give what a file holds, with an entry in the place of that of the same kind of machine.

    Ratios of the old entry that were not measured this time are kept.

    Raises:
        InputError: The file is no such file.
    """
    kept, ratios = [], {}
    for machine in _read(path)["machines"]:
        if _kind_of(machine) == _kind_of(entry):
            ratios = machine["ratios"]
        else:
            kept.append(machine)
    new = {**entry, "ratios": {**ratios, **entry["ratios"]}}
    return {"schema": SCHEMA, "machines": [*kept, new]}


def _read(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {"machines": []}
    return read_result(path, "ratios", expected="A file of ratios")


def _kind_of(machine: Mapping[str, Any]) -> Kind:
    return Kind(cpu=machine["cpu"], cores=machine["cores"])
