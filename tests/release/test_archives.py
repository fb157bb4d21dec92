"""Archives: the same bytes for the same content."""

import os
import tarfile
import zipfile
from datetime import datetime, timezone

from release.archives import rewrite_source_archive, zip_folder

MOMENT = datetime(2026, 11, 27, 12, 30, 2, tzinfo=timezone.utc)


def folder_with_files(folder, names, mode, modified):
    folder.mkdir()
    for name in names:
        (folder / name).write_text(name)
        (folder / name).chmod(mode)
        os.utime(folder / name, (modified, modified))
    return folder


def test_source_archive_depends_on_names_and_content_only(tmp_path):
    written = []
    for number, names in enumerate((["a.py", "b.py"], ["b.py", "a.py"])):
        folder = folder_with_files(
            tmp_path / str(number), names, (0o644, 0o600)[number], 1_700_000_000 + number
        )
        file = tmp_path / f"{number}.tar.gz"
        with tarfile.open(file, "w:gz") as archive:
            for name in names:
                archive.add(folder / name, f"project-1.0/{name}")
        rewrite_source_archive(file, MOMENT)
        written.append(file.read_bytes())
        with tarfile.open(file) as archive:
            assert archive.getnames() == ["project-1.0/a.py", "project-1.0/b.py"]
            assert archive.extractfile("project-1.0/b.py").read() == b"b.py"
            assert {member.mtime for member in archive} == {MOMENT.timestamp()}
    assert written[0] == written[1]


def test_zip_depends_on_names_and_content_only(tmp_path):
    written = []
    for number, names in enumerate((["a", "b"], ["b", "a"])):
        folder = folder_with_files(
            tmp_path / str(number), names, (0o644, 0o600)[number], 1_700_000_000 + number
        )
        file = tmp_path / f"{number}.zip"
        zip_folder(folder, file, MOMENT)
        written.append(file.read_bytes())
        with zipfile.ZipFile(file) as archive:
            assert archive.namelist() == ["a", "b"]
            assert archive.read("b") == b"b"
            assert archive.getinfo("b").date_time == (2026, 11, 27, 12, 30, 2)
    assert written[0] == written[1]
