"""A checkout in; the npm package of its folder ``web`` out."""

import json
import shutil
from pathlib import Path

from release.command import run
from release.version_number import VersionNumber, read_version

WEB = Path("web")
TOOLS = ("node", "npm")
_NUMBERED = ("package.json", "package-lock.json")


def missing_tools() -> list[str]:
    """Commands that packing needs and that are not here."""
    return [tool for tool in TOOLS if shutil.which(tool) is None]


def pack_web(checkout: Path, out: Path) -> None:
    """Build the package with the version of the Python package, and try to publish it, dry.

    Args:
        checkout: Folder to build; files of the build are left in it.
        out: Folder that the ``.tgz`` goes to.

    Raises:
        ReleaseError: It cannot be built, or npm would refuse it.
    """
    folder = checkout / WEB
    number_package(folder, read_version(checkout))
    for name in ("LICENSE", "NOTICE"):
        shutil.copyfile(checkout / name, folder / name)
    run("npm", "ci", "--no-audit", "--no-fund", folder=folder)
    run("npm", "run", "build", folder=folder)
    # What its scripts do is done, and they would write among the JSON.
    pack = ("npm", "pack", "--json", "--ignore-scripts", "--pack-destination", out.resolve())
    packed = run(*pack, folder=folder)
    file = out.resolve() / json.loads(packed)[0]["filename"]
    run("npm", "publish", "--dry-run", file, folder=folder)


def number_package(folder: Path, version: VersionNumber) -> None:
    """Write the version into npm's two files, which both keep it."""
    for name in _NUMBERED:
        package = json.loads((folder / name).read_text(encoding="utf-8"))
        package["version"] = str(version)
        if "packages" in package:
            package["packages"][""]["version"] = str(version)
        text = json.dumps(package, indent=2, ensure_ascii=False) + "\n"
        (folder / name).write_text(text, encoding="utf-8")
