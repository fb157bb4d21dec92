"""A checked report in; what tables and plots ask of it out."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from benchmarks.devices.released_models import ReleasedModel, released_models
from dbd_mobile.bench_report import device_of

# Above these somebody else's work is in the times.
_BUSY_SHARE = 0.1
_BUSY_AVERAGE_PER_CORE = 0.5
# A p99 of fewer is hardly more than their maximum.
_FEW_RUNS = 30


@dataclass(frozen=True)
class Measurement:
    """One report, as the schema says."""

    report: Mapping[str, Any]

    @property
    def device(self) -> str:
        """What was measured."""
        return device_of(self.report)

    @property
    def released(self) -> ReleasedModel | None:
        """The released model that was measured; None of a model of somebody's own."""
        return released_models().get(self.report["model"]["sha256"])

    @property
    def model(self) -> str:
        """The model in a few words, e.g. "lite 1.7.0 int8"."""
        model, released = self.report["model"], self.released
        if released is not None:
            return f"{released.id} {released.version} {released.precision}"
        return f"own {model['sha256'][:8]} {model['precision'] or 'other precision'}"

    @property
    def backend(self) -> str:
        """What ran it, with its version."""
        backend = self.report["backend"]
        return " ".join(filter(None, (backend, self.report["versions"].get(backend))))

    @property
    def photo(self) -> str:
        """The photo's size."""
        return f"{self.report['photo']['width']}x{self.report['photo']['height']}"

    @property
    def megapixels(self) -> float:
        """Those of the photo."""
        return float(self.report["photo"]["width"] * self.report["photo"]["height"] / 1e6)

    @property
    def photo_rows(self) -> list[Mapping[str, Any]]:
        """The times of the photo, which every device has; a phone has a camera frame's too."""
        return [latency for latency in self.report["latencies"] if "frame" not in latency]

    @property
    def fastest(self) -> Mapping[str, Any]:
        """The photo's times with the number of threads, and the kernels, that are the fastest."""
        return min(self.photo_rows, key=lambda row: float(row["stages_ms"]["total"]["p50"]))

    @property
    def sustained(self) -> Mapping[str, Any] | None:
        """Minutes without a break; None where they were not measured."""
        sustained: Mapping[str, Any] | None = self.report.get("sustained")
        return sustained

    @property
    def marks(self) -> list[str]:
        """What is to be known before the numbers are compared with others."""
        return [
            *(["own model"] if self.released is None else []),
            *(["busy"] if self._was_busy() else []),
            *(["throttled"] if self._was_throttled() else []),
            *state_marks(self._states()),
            *(["unsteady"] if self._was_unsteady() else []),
            *(["not compiled"] if self._was_interpreted() else []),
            *(["few runs"] if self._has_few_runs() else []),
        ]

    @property
    def subject(self) -> tuple[str, ...]:
        """What it is a measurement of: a later one of the same takes its place in the tables."""
        model = self.released
        file = (model.id, model.precision) if model else (self.report["model"]["sha256"],)
        return (self.device, *file, self.report["backend"], self.photo)

    def _was_busy(self) -> bool:
        load, cores = self.report["load"], self.report["machine"]["usable_cores"]
        if load["others_share"] is not None:
            return bool(load["others_share"] > _BUSY_SHARE)
        # The average after has the measurement itself in it.
        return bool((load["average_before"] or 0) > _BUSY_AVERAGE_PER_CORE * cores)

    def _was_throttled(self) -> bool:
        before, after = (
            set(self.report[key]["throttling"] or []) for key in ("heat_before", "heat_after")
        )
        # What was long before the measurement, and is over, did not slow it down.
        return bool(
            {words for words in before if not words.endswith("since boot")}
            | after - before
            | {words for state in self._states() for words in state["throttling"] or []}
        )

    def _states(self) -> Iterator[Mapping[str, Any]]:
        """Those of the rows. That minutes without a break end in heat is what they are for."""
        for latency in self.report["latencies"]:
            yield from states(latency)

    def _was_unsteady(self) -> bool:
        return not all(row.get("is_steady", True) for row in self.report["latencies"])

    def _was_interpreted(self) -> bool:
        return self.report.get("compiled", "speed") not in ("speed", "everything")

    def _has_few_runs(self) -> bool:
        rows = self.report["latencies"]
        return any(row["stages_ms"]["total"]["runs"] < _FEW_RUNS for row in rows)


def states(row: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The device before and after a row; nothing of one that does not say."""
    return [row[key] for key in ("before", "after") if key in row]


def row_marks(row: Mapping[str, Any]) -> list[str]:
    """What is to be known of one row's times: those of ``Measurement.marks`` that rows have."""
    told = states(row)
    return [
        *(["throttled"] if any(state["throttling"] for state in told) else []),
        *state_marks(told),
        *([] if row.get("is_steady", True) else ["unsteady"]),
    ]


def state_marks(told: Iterable[Mapping[str, Any]]) -> list[str]:
    """What is to be known of times that were measured in such states."""
    told = list(told)
    return [
        *(["charging"] if any(state["is_charging"] for state in told) else []),
        *(["power saver"] if any(state["is_power_save"] for state in told) else []),
    ]
