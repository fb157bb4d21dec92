"""A file and a name in; a symbolic link of that name to the file, out."""

import errno
import os
import sys
from pathlib import Path

from dbd_mobile.errors import InputError

_NO_LINKS = {errno.EPERM, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP}


def link_file(source: Path, target: Path) -> None:
    """Make a symbolic link, unless it is there already.

    It is relative where both are on one file system, so that they may be moved or mounted together,
    and absolute elsewhere.

    Args:
        source: The file.
        target: The link; its folder is made if missing.

    Raises:
        FileExistsError: There is something else of that name.
        InputError: The file system has no such links.
        OSError: It cannot be made.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    if is_linked(source, target):
        return
    # Of the real folders: ".." leads up from there.
    path = os.path.join(os.path.realpath(source.parent), source.name)
    folder = os.path.realpath(target.parent)
    if os.lstat(path).st_dev == os.stat(folder).st_dev:
        path = os.path.relpath(path, folder)
    try:
        os.symlink(path, target)
    except OSError as error:
        if error.errno in _NO_LINKS or (sys.platform == "win32" and error.winerror == 1314):
            raise InputError(
                f"No symbolic links can be made in {target.parent}: name a folder on another file "
                f"system, or move the photos (--move-to)."
            ) from None
        raise


def is_linked(source: Path, target: Path) -> bool:
    """Say whether a link to the file is there already."""
    return target.is_symlink() and target.exists() and target.samefile(source)
