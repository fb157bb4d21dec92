"""Files that people sent in; a folder of checked reports, one a file, out."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from benchmarks.bench_report import read_report
from benchmarks.devices.measurement import Measurement
from benchmarks.devices.plausibility import check_plausible
from benchmarks.devices.released_models import released_models
from dbd_mobile.atomic_file import atomic_file
from dbd_mobile.bench_report import report_name, shareable
from dbd_mobile.errors import InputError

FOLDER = Path(__file__).parents[1] / "results" / "devices"


class Store:
    """A folder of reports.

    Args:
        folder: Made when the first report is added.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def add(self, file: Path) -> tuple[Path, bool, Measurement]:
        """Check a report and keep it, without what may say who sent it.

        Args:
            file: A report of ``dbd-mobile bench`` or of the Android app.

        Returns:
            Where it is; whether it is new, as the same again changes nothing; and what is in it.

        Raises:
            InputError: It is no report, its numbers cannot be, or its times are those of another
                report; the message says which in one sentence.
        """
        report = _public(read_report(file))
        check_plausible(report)
        path = self._folder / report_name(report)
        if path.exists():
            return path, False, Measurement(report)
        for known in self._files():
            if _read(known)["latencies"] == report["latencies"]:
                raise InputError(
                    f"A measurement of its own was expected; all its times are those of "
                    f"{known.name}."
                )
        self._folder.mkdir(parents=True, exist_ok=True)
        with atomic_file(path) as out:
            out.write(f"{json.dumps(report, indent=1)}\n".encode())
        return path, True, Measurement(report)

    def measurements(self) -> list[Measurement]:
        """Of each device, model, precision, backend and photo's size one, in this order.

        It is the newest of those with the fewest marks, e.g. of a busy machine or of few runs.
        """
        return _chosen(map(Measurement, map(_read, self._files())))

    def sustained(self) -> list[Measurement]:
        """Likewise of those that went on for minutes without a break."""
        measured = map(Measurement, map(_read, self._files()))
        return _chosen(m for m in measured if m.sustained is not None)

    def _files(self) -> list[Path]:
        return sorted(self._folder.glob("*.json"))


def _read(path: Path) -> dict[str, Any]:
    try:
        return read_report(path)
    except InputError as error:
        raise InputError(f"The stored report {path} cannot be used: {error}") from None


def _public(report: dict[str, Any]) -> dict[str, Any]:
    report = shareable(report)
    released = released_models().get(report["model"]["sha256"])
    return {**report, "model": {**report["model"], "name": released.id if released else None}}


def _chosen(measured: Iterable[Measurement]) -> list[Measurement]:
    chosen: dict[tuple[str, ...], Measurement] = {}
    for measurement in measured:
        other = chosen.get(measurement.subject)
        if other is None or _rank(measurement) > _rank(other):
            chosen[measurement.subject] = measurement
    return sorted(chosen.values(), key=lambda m: (m.device, m.model, m.backend, m.megapixels))


def _rank(measurement: Measurement) -> tuple[int, str]:
    return -len(measurement.marks), measurement.report["time_utc"]
