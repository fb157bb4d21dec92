"""The files that passed and their report in; a folder that holds them and nothing else out."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from dbd_mobile.errors import InputError
from export.proving.precision import PRECISIONS

_SUFFIXES = {
    "onnx": ".onnx",
    "simplified": ".simplified.onnx",
    **{name: f".{name}.tflite" for name in PRECISIONS},
}
_REPORT_SUFFIXES = ("html", "json")


@dataclass(frozen=True)
class OutputFolder:
    """Where the files of one export go.

    Attributes:
        path: The folder; made if missing. What is in it under other names than these is left
            alone.
        stem: What the files' names start with.
    """

    path: Path
    stem: str

    def file_name(self, stage: str) -> str:
        """What the file of a stage is called: of any but the first, which was there before."""
        return f"{self.stem}{_SUFFIXES[stage]}"

    def file_names(self) -> list[str]:
        """All that an export may write or remove, but the report."""
        return [self.file_name(stage) for stage in _SUFFIXES]

    def check(self, given: Path) -> None:
        """See that the file to export is none of those that an export writes or removes.

        Raises:
            InputError: If it is.
        """
        for name in self.file_names():
            if (self.path / name).resolve() == given.resolve():
                raise InputError(
                    f"{self.path / name} is the file to export and would be overwritten; give "
                    "another folder."
                )

    @contextmanager
    def work_folder(self) -> Iterator[Path]:
        """A temporary folder inside it, so that moving a file out of it is one step.

        Raises:
            InputError: If nothing can be written there.
        """
        is_new = not self.path.exists()
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            folder = TemporaryDirectory(dir=self.path, prefix=".export-")
        except OSError as error:
            raise InputError(
                f"Nothing can be written to {self.path} ({error.strerror}); give another folder."
            ) from error
        try:
            with folder as name:
                yield Path(name).resolve()
        finally:
            # Only after a failure or an interruption is it empty.
            if is_new and not any(self.path.iterdir()):
                self.path.rmdir()

    def publish(self, files: Mapping[str, Path], report_json: str, page: str, work: Path) -> None:
        """Move what passed in, remove what an earlier export left, and write the report last.

        Args:
            files: By the name that each gets.
            report_json: The report as JSON.
            page: The report as HTML.
            work: The folder of ``work_folder``.
        """
        texts = {"html": page, "json": report_json}
        for suffix in _REPORT_SUFFIXES:
            (work / f"report.{suffix}").write_text(texts[suffix], encoding="utf-8")
        # An older report would be wrong from the first file on, should this be interrupted.
        for suffix in _REPORT_SUFFIXES:
            (self.path / f"{self.stem}.report.{suffix}").unlink(missing_ok=True)
        for name in self.file_names():
            if name in files:
                files[name].replace(self.path / name)
            else:
                (self.path / name).unlink(missing_ok=True)
        for suffix in _REPORT_SUFFIXES:
            (work / f"report.{suffix}").replace(self.path / f"{self.stem}.report.{suffix}")
