"""A repository and a number in; the version, committed, tagged and packed, out."""

import shutil
import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from release.changelog import CHANGELOG, with_released
from release.checksums import SUMS
from release.error import ReleaseError
from release.release_files import make_files
from release.repository import Repository
from release.version_number import VersionNumber, read_version, write_version

OUT = Path("dist", "release")
_SHOWN_FILES = 3


def make_version(
    repository: Repository,
    version: VersionNumber,
    now: datetime,
    say: Callable[[str], None],
    *,
    dry: bool,
) -> None:
    """Make a version of the checked-out commit.

    It is made in a clone, in a temporary folder. Only when its files are there the repository gets
    its commit and its tag, and the folder ``dist/release`` its files.

    Args:
        repository: The checkout.
        version: Its number.
        now: Day of the release, in UTC.
        say: Takes a sentence on what is done.
        dry: Leave it at the clone, and show the files' checksums.

    Raises:
        ReleaseError: There can be no such version, or its files cannot be made.
    """
    changed = repository.unclean_files()
    if changed:
        more = ", .." if len(changed) > _SHOWN_FILES else ""
        raise ReleaseError(
            f"These files are not committed: {', '.join(changed[:_SHOWN_FILES])}{more}; commit or"
            " remove them, since a version is made of a commit."
        )
    if repository.has_tag(version.tag):
        raise ReleaseError(f"There is a tag {version.tag} already: take a higher number.")
    current = read_version(repository.folder)
    if version <= current:
        raise ReleaseError(f"{version} is not higher than {current}, which the checkout has.")
    with tempfile.TemporaryDirectory(prefix="dbd-mobile-release-") as temporary:
        clone = repository.clone(Path(temporary, "dbd-mobile"))
        log = clone.folder / CHANGELOG
        log.write_text(
            with_released(log.read_text(encoding="utf-8"), version, now.date()), encoding="utf-8"
        )
        write_version(clone.folder, version)
        clone.commit_as(repository, f"Version {version}", now)
        made = Path(temporary, "files")
        make_files(clone, made, say)
        if dry:
            say(f"{(made / SUMS).read_text(encoding='utf-8')}Nothing was kept, and no tag made.")
            return
        out = repository.folder / OUT
        shutil.rmtree(out, ignore_errors=True)
        shutil.copytree(made, out)
        repository.take_commit(clone)
        repository.add_tag(version.tag, f"Version {version}")
    say(f"{OUT} has the files of {version}. To publish: git push --follow-tags.")


def check_files(repository: Repository, say: Callable[[str], None]) -> None:
    """Make the files of the checked-out commit as it is, show their checksums and keep nothing.

    Of a version's tag the checksums are those of the version's files.

    Raises:
        ReleaseError: They cannot be made.
    """
    with tempfile.TemporaryDirectory(prefix="dbd-mobile-release-") as temporary:
        clone = repository.clone(Path(temporary, "dbd-mobile"))
        say(f"Of commit {clone.commit_name()}; what is not committed is not looked at.")
        made = Path(temporary, "files")
        make_files(clone, made, say)
        say(f"{(made / SUMS).read_text(encoding='utf-8')}Nothing was kept.")
