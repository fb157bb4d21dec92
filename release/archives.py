"""Archives whose bytes depend on their content and one time only."""

import gzip
import io
import tarfile
import zipfile
from datetime import datetime
from pathlib import Path


def rewrite_source_archive(file: Path, moment: datetime) -> None:
    """Write a ``.tar.gz`` again: sorted, of nobody, every time the same.

    setuptools leaves the times, owners and rights of the files that it packs, and the time when it
    packed them.
    """
    content = io.BytesIO()
    seconds = int(moment.timestamp())
    with (
        tarfile.open(file) as old,
        gzip.GzipFile("", "wb", fileobj=content, mtime=seconds) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as new,
    ):
        for member in sorted(old.getmembers(), key=lambda member: member.name):
            member.mtime = seconds
            member.uid = member.gid = 0
            member.uname = member.gname = ""
            runs = member.isdir() or member.mode & 0o100
            member.mode = 0o755 if runs else 0o644
            member.pax_headers = {}
            new.addfile(member, old.extractfile(member) if member.isfile() else None)
    file.write_bytes(content.getvalue())


def zip_folder(folder: Path, file: Path, moment: datetime) -> None:
    """Zip the files of a folder, sorted, every time the same."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            info = zipfile.ZipInfo(path.relative_to(folder).as_posix(), moment.timetuple()[:6])
            info.external_attr = 0o644 << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, path.read_bytes())
