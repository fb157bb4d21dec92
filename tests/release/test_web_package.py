"""The npm package has the version of the Python package, and is the same each time."""

import hashlib
import json
import os
import shutil
import tarfile

import pytest

from release.web_package import pack_web

NPM = shutil.which("npm")
PACKAGE = {
    "name": "dbd-mobile",
    "version": "0.0.0",
    "license": "Apache-2.0",
    "files": ["dist", "LICENSE", "NOTICE"],
    "scripts": {
        "build": "mkdir -p dist && echo 'export {};' > dist/index.js",
        "prepack": "echo It is said on the same stream as the JSON.",
    },
}
LOCK = {
    "name": "dbd-mobile",
    "version": "0.0.0",
    "lockfileVersion": 3,
    "requires": True,
    "packages": {"": {"name": "dbd-mobile", "version": "0.0.0", "license": "Apache-2.0"}},
}


@pytest.mark.skipif(NPM is None, reason="npm is missing")
def test_package_is_numbered_built_and_the_same_each_time(project, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", os.pathsep.join([os.path.dirname(NPM), "/usr/bin", "/bin"]))
    for name, content in (("package.json", PACKAGE), ("package-lock.json", LOCK)):
        project.commit(**{f"web/{name}": json.dumps(content)})
    digests = set()
    for number in range(2):
        out = tmp_path / f"out{number}"
        out.mkdir()
        pack_web(project.folder, out)
        (file,) = out.iterdir()
        assert file.name == "dbd-mobile-0.1.0.tgz"
        digests.add(hashlib.sha256(file.read_bytes()).hexdigest())
    assert len(digests) == 1
    with tarfile.open(file) as archive:
        assert json.load(archive.extractfile("package/package.json"))["version"] == "0.1.0"
        assert set(archive.getnames()) == {
            f"package/{name}" for name in ("LICENSE", "NOTICE", "dist/index.js", "package.json")
        }
    lock = json.loads(project.read("web/package-lock.json"))
    assert lock["version"] == lock["packages"][""]["version"] == "0.1.0"
