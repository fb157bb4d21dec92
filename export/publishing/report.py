"""What an export found out, as plain values that become JSON."""

import dataclasses
import json
from dataclasses import dataclass

from export.kinds import KINDS
from export.proving.stage import Stage
from networks import NetworkContract

SCHEMA = "dbd-mobile-export/4"


@dataclass(frozen=True, kw_only=True)
class CheckpointFacts:
    """The checkpoint or ONNX file that was exported.

    Attributes:
        name: File name.
        sha256: Of the file.
        architecture: Name of the network; "onnx" for that of an ONNX file.
        parameters: Number of values in its weights.
        macs: Multiply-accumulates for one photo; None if unknown.
        contract: Input size and normalisation.
        about: What the files' metadata say: name, description, version, author and license.
        notes: How it was trained.
    """

    name: str
    sha256: str
    architecture: str
    parameters: int
    macs: int | None
    contract: NetworkContract
    about: dict[str, str]
    notes: dict[str, object]


@dataclass(frozen=True, kw_only=True)
class CalibrationFacts:
    """The photos that int8 was calibrated with and, without evaluation, forms were compared on.

    Attributes:
        folder: Name of their folder; None if they were generated.
        found: How many photos the folder or list has, or were generated.
        used: How many of them were used.
        images: How many images were made of these.
        sha256: Of the images' pixels.
        compared: On how many images forms were compared, without evaluation.
        is_compared_on_others: Whether these were not among those that int8 was calibrated with.
        skipped: Sentences on damaged photos that were left out.
    """

    folder: str | None
    found: int
    used: int
    images: int
    sha256: str
    compared: int
    is_compared_on_others: bool
    skipped: list[str]


@dataclass(frozen=True, kw_only=True)
class ExportedFile:
    """A file that was written.

    Attributes:
        name: File name.
        stage: Name of its stage.
        size_bytes: Its size.
        sha256: Its checksum.
    """

    name: str
    stage: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Report:
    """All that an export found out.

    Attributes:
        kind: What kind of network it is, as ``export.kinds.KINDS`` has them.
        checkpoint: What was exported.
        calibration: None if neither int8 nor the comparison had a use for it.
        evaluation: Name of the data that the task measures are from; None if there are none and
            the gate was the agreement of what the forms give alone.
        stages: In the order in which they are made of each other.
        files: Those that were written.
        left_out: Sentences on what was asked for and had not to be made.
        tools: Versions by package.
        seconds: How long each step took, by its name.
    """

    kind: str
    checkpoint: CheckpointFacts
    calibration: CalibrationFacts | None
    evaluation: str | None
    stages: list[Stage]
    files: list[ExportedFile]
    left_out: list[str]
    tools: dict[str, str]
    seconds: dict[str, float]

    @property
    def missing(self) -> list[str]:
        """The stages that were refused and that nothing stands in for."""
        refused = [stage.name for stage in self.stages if stage.failures]
        return [name for name in refused if not (name == "int8" and self.is_int8_rescued)]

    @property
    def is_int8_rescued(self) -> bool:
        """Whether int8 was refused and int8-mixed passed in its stead."""
        verdicts = {stage.name: not stage.failures for stage in self.stages}
        return verdicts.get("int8") is False and verdicts.get("int8-mixed") is True

    @property
    def passed(self) -> bool:
        """Whether nothing that was asked for is missing."""
        return not self.missing

    @property
    def remarks(self) -> dict[str, list[str]]:
        """Sentences on what passed and may seem too much, by stage."""
        kind = KINDS[self.kind]
        return {
            stage.name: kind.remarks(stage.difference, stage.tolerance)
            for stage in self.stages
            if stage.difference is not None and not stage.failures
        }

    @property
    def used_generated_images(self) -> bool:
        """Whether generated images stood in for photos."""
        return self.calibration is not None and self.calibration.folder is None

    @property
    def gate(self) -> str:
        """What had to hold for a file to be written."""
        compared = KINDS[self.kind].compared
        if self.evaluation is None:
            assert self.calibration is not None
            photos = "generated images" if self.used_generated_images else "calibration photos"
            if self.calibration.is_compared_on_others:
                photos = f"{self.calibration.compared} images of photos that chose no ranges"
            return f"agreement of the {compared} on {photos}; no task measures were taken"
        return f"agreement of the {compared} and task measures on {self.evaluation}"

    def stage(self, name: str) -> Stage:
        """The stage of that name."""
        return next(stage for stage in self.stages if stage.name == name)

    def to_json(self) -> str:
        """The report as indented JSON."""
        facts = {"schema": SCHEMA, "passed": self.passed, "gate": self.gate}
        return json.dumps(facts | dataclasses.asdict(self), indent=1) + "\n"
