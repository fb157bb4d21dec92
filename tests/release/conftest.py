"""A project as small as a version can be made of, in a repository of its own."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODEL = b"a model"
CARD = {
    "id": "tiny",
    "version": "1.2.0",
    "sha256": hashlib.sha256(MODEL).hexdigest(),
    "description": "As small as can be.",
    "license": "Apache-2.0",
    "data_terms": "None.",
    "training": {"data": "It went on from ImageNet."},
}
PYPROJECT = """\
[build-system]
requires = ["setuptools>=77"]
build-backend = "setuptools.build_meta"

[project]
name = "dbd-mobile"
dynamic = ["version"]
readme = "README.md"
license = "Apache-2.0"
dependencies = ["numpy>=1.26,<3"]

[project.optional-dependencies]
video = ["av>=18"]

[tool.setuptools.dynamic]
version = { attr = "dbd_mobile.version.__version__" }

[tool.setuptools]
packages = ["dbd_mobile"]
"""
CHANGELOG = """\
# Changelog

## [Unreleased]

### Added

- Everything.

## [0.0.9] - 2026-01-31

- Less.
"""
FILES = {
    "pyproject.toml": PYPROJECT,
    "README.md": "# dbd-mobile\n",
    "CHANGELOG.md": CHANGELOG,
    "LICENSE": "Apache-2.0\n",
    "NOTICE": "Nobody.\n",
    ".gitignore": "dist/\n",
    "dbd_mobile/__init__.py": "",
    "dbd_mobile/version.py": '"""The version."""\n\n__version__ = "0.1.0"\n',
    "dbd_mobile/models/tiny/card.json": json.dumps(CARD),
}
IDENTITY = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    "GIT_AUTHOR_NAME": "A. Maker",
    "GIT_AUTHOR_EMAIL": "maker@example.org",
    "GIT_COMMITTER_NAME": "A. Maker",
    "GIT_COMMITTER_EMAIL": "maker@example.org",
}


@dataclass(frozen=True)
class Project:
    """A checkout, and the command that makes versions of it."""

    folder: Path

    def git(self, *arguments):
        command = ["git", "-C", self.folder, *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def commit(self, **changed):
        """Write files, by their names with / and . as in ``FILES``, and commit."""
        for name, text in changed.items():
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / name).write_text(text)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message=Some work", "--date=2026-02-01T12:00Z")

    def release(self, *arguments, umask=0o022):
        """Run ``python -m release`` in it; gives the exit status, and what was said."""
        command = [sys.executable, "-m", "release", *arguments]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=environment,
            umask=umask,
            capture_output=True,
            text=True,
        )
        return done.returncode, (done.stdout + done.stderr).strip()

    def state(self):
        """All that a version changes."""
        return (
            self.git("rev-parse", "HEAD"),
            self.git("status", "--porcelain", "--ignored"),
            self.git("tag"),
        )

    def read(self, name):
        return (self.folder / name).read_text()


@pytest.fixture
def project(tmp_path, monkeypatch):
    """The project, committed; of other programs there is git only, no JDK and no npm."""
    for variable, value in IDENTITY.items():
        monkeypatch.setenv(variable, value)
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "git").symlink_to(shutil.which("git"))
    monkeypatch.setenv("PATH", str(programs))
    made = Project(tmp_path / "project")
    made.folder.mkdir()
    (made.folder / "dbd_mobile" / "models" / "tiny").mkdir(parents=True)
    (made.folder / "dbd_mobile" / "models" / "tiny" / "model.tflite").write_bytes(MODEL)
    made.git("init", "--quiet", "--initial-branch=main")
    made.commit(**FILES)
    return made
