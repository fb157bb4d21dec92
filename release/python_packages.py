"""A checkout in; its source distribution, and the wheel that is built of that, out."""

import sys
from datetime import datetime
from pathlib import Path

from release.archives import rewrite_source_archive
from release.command import run


def pack_python(checkout: Path, out: Path, moment: datetime) -> None:
    """Build both packages, and have twine look at them as PyPI does.

    The tools are those of this environment, which are pinned: what is fetched today would not be
    fetched tomorrow.

    Args:
        checkout: Folder to build; files of the build are left in it.
        out: Folder that the packages go to.
        moment: The time that every file in them bears.

    Raises:
        ReleaseError: They cannot be built, or PyPI would refuse them.
    """
    since_1970 = {"SOURCE_DATE_EPOCH": str(int(moment.timestamp()))}
    build = (sys.executable, "-m", "build", "--no-isolation")
    run(*build, "--outdir", out, checkout, environment=since_1970)
    packages = sorted(out.glob("dbd_mobile-*"))
    for file in packages:
        if file.suffix == ".gz":
            rewrite_source_archive(file, moment)
    run(sys.executable, "-m", "twine", "check", "--strict", *packages)
