"""A checked report in; what tables and plots ask of it out."""

from collections.abc import Mapping
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
    def fastest(self) -> Mapping[str, Any]:
        """The times with the number of threads, and the kernels, that are the fastest."""
        latencies: list[Mapping[str, Any]] = self.report["latencies"]
        return min(latencies, key=lambda latency: float(latency["stages_ms"]["total"]["p50"]))

    @property
    def marks(self) -> list[str]:
        """What is to be known before the numbers are compared with others."""
        return [
            *(["own model"] if self.released is None else []),
            *(["busy"] if self._was_busy() else []),
            *(["throttled"] if self._was_throttled() else []),
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
            {words for words in before if not words.endswith("since boot")} | after - before
        )

    def _has_few_runs(self) -> bool:
        rows = self.report["latencies"]
        return any(row["stages_ms"]["total"]["runs"] < _FEW_RUNS for row in rows)
