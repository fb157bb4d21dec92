"""Steps of ``benchmarks.worker`` in; what they answer from a process of their own out.

There the peak of the memory is that of the steps, and several processes can be compared with one of
several threads.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryFile
from types import TracebackType
from typing import Any

from dbd_mobile.errors import InputError

_ROOT = Path(__file__).parents[1]


class OwnProcess:
    """A process of ``benchmarks.worker``, which is gone at the end of the ``with`` block.

    Args:
        model: A bundled model's id, or the path of a .tflite file.
        detail: That of the model that measures blur.
        threads: Of the interpreters.
    """

    def __init__(self, *, model: str = "lite", detail: str = "detail", threads: int = 1) -> None:
        # A pipe that nobody reads may be full.
        self._stderr = TemporaryFile()  # noqa: SIM115
        self._child = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.worker", model, detail, str(threads)],
            cwd=_ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._stderr,
            encoding="utf-8",
        )

    def __enter__(self) -> "OwnProcess":
        return self

    def __exit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._child.kill()
        # Waits for it, and closes the pipes.
        self._child.communicate()
        self._stderr.close()

    def ask(self, do: str, **arguments: Any) -> dict[str, Any]:
        """Have a step done, and give what it answers; see ``benchmarks.worker``.

        Raises:
            InputError: The process failed, or ended.
        """
        self.start(do, **arguments)
        return self.answer()

    def start(self, do: str, **arguments: Any) -> None:
        """Have a step begun; ``answer`` is to be called before the next one."""
        assert self._child.stdin is not None
        step: Mapping[str, Any] = {"do": do, **arguments}
        try:
            self._child.stdin.write(f"{json.dumps(step)}\n")
            self._child.stdin.flush()
        except BrokenPipeError:
            raise self._failed() from None

    def answer(self) -> dict[str, Any]:
        """Wait for a step's end.

        Raises:
            InputError: The process failed, or ended.
        """
        assert self._child.stdout is not None
        line = self._child.stdout.readline()
        if not line:
            raise self._failed()
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _failed(self) -> InputError:
        self._child.wait()
        self._stderr.seek(0)
        lines = self._stderr.read().decode(errors="replace").split("\n")
        said = next((line for line in reversed(lines) if line.strip()), "it said nothing")
        return InputError(
            f"A process that was measured ended with status {self._child.returncode}: {said}"
        )
