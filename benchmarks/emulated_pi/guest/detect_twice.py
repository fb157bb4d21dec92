"""On the board: ``detect_twice.py SMALL LARGE [OPTION...]``; `dbd-mobile detect` of each.

Prints "ready" after the first and "done" after the second, and waits for a line after each.
"""

import sys

from dbd_mobile.cli import main


def detect(photo: str, options: list[str], word: str) -> None:
    """Detect, say the word and wait until what is to be read of this process was read."""
    if main(["detect", photo, *options]):
        sys.exit(1)
    print(word, flush=True)  # noqa: T201
    sys.stdin.readline()


if __name__ == "__main__":
    _, small, large, *options = sys.argv
    detect(small, options, "ready")
    detect(large, options, "done")
