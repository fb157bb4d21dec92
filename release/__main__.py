"""Make a version: ``python -m release --help``; ``make release`` and ``make release-check``."""

import argparse
import sys
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path

from release.error import ReleaseError
from release.new_version import check_files, make_version
from release.repository import Repository
from release.version_number import VersionNumber


def main(arguments: Sequence[str] | None = None) -> int:
    """Make a version of the current folder's checkout, or only look whether it could be made.

    Args:
        arguments: What follows ``python -m release``; None takes it from ``sys.argv``.

    Returns:
        The exit status: 0, 1 if there is no version, 130 after Ctrl-C.
    """
    parser = argparse.ArgumentParser(
        prog="python -m release",
        description="Make a version: its section in CHANGELOG.md, its commit and tag, and its"
        " files in dist/release.",
    )
    parser.add_argument("version", nargs="?", help="its number, such as 1.2.3")
    parser.add_argument(
        "--dry-run", action="store_true",
        help="make all of it in a temporary folder and keep nothing; without a number, the files"
        " of the commit as it is",
    )  # fmt: skip
    options = parser.parse_args(arguments)
    repository = Repository(Path.cwd())
    try:
        if options.version:
            version = VersionNumber.parse(options.version)
            now = datetime.now(timezone.utc)
            make_version(repository, version, now, _say, dry=options.dry_run)
        elif options.dry_run:
            check_files(repository, _say)
        else:
            raise ReleaseError("Name the version: make release VERSION=1.2.3, or make it DRY=1.")
    except ReleaseError as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{error.filename}: {error.strerror}.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Interrupted: there is no new version.", file=sys.stderr)
        return 130
    return 0


def _say(sentence: str) -> None:
    print(sentence, flush=True)


if __name__ == "__main__":
    sys.exit(main())
