"""A model file's SHA-256 in; which released model it is, if it is one, out.

``results/released_models.json`` has them all: ``python -m benchmarks readme`` adds those that the
package holds. Float files that an export made of released weights are added by hand.
"""

import json
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from dbd_mobile.catalogue import bundled_ids, load_card

RELEASED = Path(__file__).parents[1] / "results" / "released_models.json"


@dataclass(frozen=True, kw_only=True)
class ReleasedModel:
    """One file of one version of a model."""

    id: str
    version: str
    precision: str
    sha256: str

    @property
    def fmax(self) -> float | None:
        """Accuracy on cuhk/test100; None of a version that is not bundled, or was not measured."""
        if self.id not in bundled_ids():
            return None
        card = load_card(self.id)
        for entry in card["accuracy"]:
            if (
                card["version"] == self.version
                and entry["precision"] == self.precision
                and entry["dataset"] == "cuhk/test100"
                and "fmax" in entry["values"]
            ):
                return entry["values"]["fmax"]
        return None


@cache
def released_models() -> dict[str, ReleasedModel]:
    """All of them by SHA-256."""
    models = json.loads(RELEASED.read_text(encoding="utf-8"))
    return {model["sha256"]: ReleasedModel(**model) for model in models}


def released_text() -> str:
    """What the file is to hold: what it holds, and the models of the package."""
    models = released_models().copy()
    for model_id in bundled_ids("blur-map"):
        card = load_card(model_id)
        model = ReleasedModel(
            id=model_id,
            version=card["version"],
            precision=card["precision"],
            sha256=card["sha256"],
        )
        models.setdefault(model.sha256, model)
    ordered = sorted(models.values(), key=lambda m: (m.id, m.version, m.precision, m.sha256))
    return json.dumps([asdict(model) for model in ordered], indent=1) + "\n"
