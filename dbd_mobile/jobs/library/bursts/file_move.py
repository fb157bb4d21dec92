"""A file and where it should be in; the file there, and nowhere else, out. Nothing is overwritten.

At any moment, however the process ends, the file is whole under one of both names or under both;
:func:`finish_move` goes on from there.
"""

import errno
import filecmp
import hashlib
import os
import shutil
import stat
import sys
from contextlib import suppress
from pathlib import Path

# What file systems say that have no second names for a file, or not for this one.
_NO_SECOND_NAME = {
    getattr(errno, name)
    for name in ("EPERM", "ENOSYS", "ENOTSUP", "EOPNOTSUPP", "EMLINK")
    if hasattr(errno, name)
}


def move_file(source: Path, target: Path) -> None:
    """Move a file; to another file system by a copy that has the name once it is whole.

    Args:
        source: A file, no link.
        target: What it is called then; its folder is made if missing.

    Raises:
        FileExistsError: There is something of that name; all is as it was.
        OSError: It cannot be moved; all is as it was.
    """
    if not stat.S_ISREG(os.lstat(source).st_mode):
        raise OSError(errno.EINVAL, "it is no file of its own but a link", str(source))
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        _rename(source, target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        _move_by_copy(source, target)


def finish_move(source: Path, target: Path) -> None:
    """Go on with a move that was begun, at whatever point it was interrupted.

    Args:
        source: As it was given to :func:`move_file`.
        target: Likewise; when the move was begun there was nothing of that name.

    Raises:
        FileNotFoundError: The file is in neither place.
        FileExistsError: Something else has the name since.
        OSError: It cannot be moved.
    """
    if not os.path.lexists(target):
        move_file(source, target)
        return
    with suppress(FileNotFoundError):
        # Of a copy that got its second name.
        os.unlink(_part_of(target))
    if not os.path.lexists(source):
        return
    if _is_placeholder(target) and not _is_placeholder(source):
        os.unlink(target)
        move_file(source, target)
    elif _is_there_too(source, target):
        os.unlink(source)
    else:
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target))


def check_move(source: Path, target: Path) -> None:
    """Say whether :func:`finish_move` finds a file, and a name for it; nothing is changed.

    Args:
        source: As there.
        target: As there.

    Raises:
        FileNotFoundError: The file is not in its place.
        FileExistsError: Something else has the name.
    """
    if not os.path.lexists(source):
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(source))
    if (
        os.path.lexists(target)
        and not _is_placeholder(target)
        and not _is_there_too(source, target)
    ):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target))


def _rename(source: Path, target: Path) -> None:
    """Rename a file on its file system; the system's own renaming would replace what is there."""
    if sys.platform == "win32":
        # Here it does not.
        os.rename(source, target)
        return
    try:
        os.link(source, target)
    except OSError as error:
        if error.errno not in _NO_SECOND_NAME:
            raise
        _rename_onto_placeholder(source, target)
        return
    # Or a loss of power might take both names.
    _sync(target.parent)
    _unlink(source, or_else=target)


def _rename_onto_placeholder(source: Path, target: Path) -> None:
    # Nobody else can have made it: where there is something, this fails.
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
    try:
        os.replace(source, target)
    except OSError:
        os.unlink(target)
        raise
    _sync(target.parent)


def _move_by_copy(source: Path, target: Path) -> None:
    part = _part_of(target)
    with suppress(FileNotFoundError):
        # Of a process that was killed: the lock on the folder keeps others out.
        os.unlink(part)
    try:
        with source.open("rb") as file, part.open("xb") as copy:
            before = os.fstat(file.fileno())
            shutil.copyfileobj(file, copy, 2**20)
            copy.flush()
            os.fsync(copy.fileno())
            if os.fstat(copy.fileno()).st_size != before.st_size:
                raise OSError(errno.EIO, "it changed while it was copied", str(source))
        # What another file system does not know is left out, e.g. who may read it.
        with suppress(OSError):
            shutil.copystat(source, part)
        _rename(part, target)
    finally:
        with suppress(OSError):
            os.unlink(part)
    with suppress(FileNotFoundError):
        after = os.lstat(source)
        if (after.st_size, after.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
            os.unlink(target)
            raise OSError(errno.EIO, "it changed while it was copied", str(source))
    _unlink(source, or_else=target)


def _unlink(path: Path, *, or_else: Path) -> None:
    """Take away the old name, or else the new one."""
    try:
        os.unlink(path)
    except FileNotFoundError:
        # Somebody took it away meanwhile: the new one is what is left.
        pass
    except OSError:
        os.unlink(or_else)
        raise


def _part_of(target: Path) -> Path:
    # Short, whatever the name.
    digest = hashlib.sha256(os.fsencode(target.name)).hexdigest()
    return target.with_name(f".dbd-mobile-{digest[:16]}.part")


def _is_placeholder(path: Path) -> bool:
    status = os.lstat(path)
    return stat.S_ISREG(status.st_mode) and status.st_size == 0


def _is_there_too(source: Path, target: Path) -> bool:
    """Say whether the target is what a move leaves that ends before the old name is gone."""
    return _has_both_names(source, target) or _are_copies(source, target)


def _has_both_names(source: Path, target: Path) -> bool:
    """Say whether it is one file with two names, rather than one name by two ways."""
    status = os.lstat(source)
    is_one_name = source.name == target.name and os.path.samefile(source.parent, target.parent)
    return os.path.samestat(status, os.lstat(target)) and status.st_nlink > 1 and not is_one_name


def _are_copies(source: Path, target: Path) -> bool:
    one, other = os.lstat(source), os.lstat(target)
    return (
        stat.S_ISREG(one.st_mode)
        and stat.S_ISREG(other.st_mode)
        and not os.path.samestat(one, other)
        and filecmp.cmp(source, target, shallow=False)
    )


def _sync(folder: Path) -> None:
    """Have a folder's names on the disk; some file systems cannot, and Windows does not."""
    if sys.platform != "win32":
        with suppress(OSError):
            handle = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
