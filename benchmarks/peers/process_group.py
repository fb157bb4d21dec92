"""A command in; its process with all that it starts, ended together, out."""

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

_GRACE_S = 2


@contextmanager
def process_group(
    command: Sequence[str | Path],
    *,
    output: int | IO[bytes],
    errors: IO[bytes],
    environment: Mapping[str, str],
) -> Iterator["subprocess.Popen[bytes]"]:
    """Start a command; nothing of it is left after the ``with`` block, however that ends.

    Ctrl-C at the terminal does not reach it.

    Args:
        command: The program and its arguments.
        output: Where its stdout goes.
        errors: Where its stderr goes.
        environment: Its environment variables.

    Raises:
        OSError: It cannot be started.
    """
    process = subprocess.Popen(
        [str(part) for part in command],
        stdin=subprocess.PIPE,
        stdout=output,
        stderr=errors,
        env=dict(environment),
        start_new_session=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            # It may put away what is half written.
            os.killpg(process.pid, signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                process.wait(_GRACE_S)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream:
                with suppress(OSError):
                    stream.close()


def last_line(errors: IO[bytes]) -> str:
    """The last thing that a process said in a file, to explain its end with."""
    errors.seek(0)
    lines = [line.strip() for line in errors.read().decode("utf-8", "replace").splitlines()]
    return next((line for line in reversed(lines) if line), "it said nothing")
