"""Gives the package damaged files until something breaks: ``python -m tests.fuzz photos|models``.

What follows the target goes to libFuzzer, e.g. ``-max_total_time=1200``, ``-runs=10000``,
``-seed=1``, a folder that keeps what it comes upon, or a file that was found before. A file that
breaks something is kept as ``crash-...``, ``oom-...`` or ``timeout-...`` in the current folder.
"""

import random
import sys
import warnings
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

import atheris

_TARGETS = {"photos": "Photos", "models": "Models"}
# Of each try: seconds, and what the process may hold.
_LIMITS = ("-timeout=60", "-rss_limit_mb=1024")
# Of tries: bytes changed by libFuzzer before fields are changed, and alone.
_BYTES_TOO, _BYTES_ALONE = 0.5, 0.25


def main() -> None:
    """Fuzz one target; libFuzzer ends the process itself."""
    name, *options = sys.argv[1:] or [""]
    if name not in _TARGETS:
        sys.exit(f"usage: python -m tests.fuzz {'|'.join(_TARGETS)} [options of libFuzzer]")
    # Pillow says a lot of damaged photos.
    warnings.simplefilter("ignore", UserWarning)
    warnings.simplefilter("error", RuntimeWarning)
    with atheris.instrument_imports(include=["dbd_mobile", "PIL"]), TemporaryDirectory() as folder:
        target = getattr(import_module(f".{name}", __package__), _TARGETS[name])()
        for number, content in enumerate(target.seeds()):
            # Imports what reads it, to be watched too.
            target.try_one(content)
            Path(folder, f"{number:03}").write_bytes(content)

        def mutated(content: bytes, max_size: int, seed: int) -> bytes:
            chance = random.Random(seed)
            kind = chance.random()
            if kind < _BYTES_TOO:
                content = atheris.Mutate(content, max_size)
            if kind > _BYTES_ALONE:
                content = target.mutate(content, chance)
            return bytes(content[:max_size])

        are_files = any(Path(option).is_file() for option in options)
        atheris.Setup(
            [
                sys.argv[0],
                *_LIMITS,
                f"-max_len={target.max_bytes}",
                *options,
                *([] if are_files else [folder]),
            ],
            target.try_one,
            custom_mutator=mutated,
        )
        atheris.Fuzz()


if __name__ == "__main__":
    main()
