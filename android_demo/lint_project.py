"""Tells Android's lint what to look at, without Gradle.

In come modules, the jars that their sources need and Android's classes; out come a description of
the project, a folder that lint takes for Android's SDK, and the arguments that name them.
"""

from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

# Of Android's classes.
LEVEL = 34


@dataclass(frozen=True)
class Module:
    """Sources with a manifest; whatever has resources is the app, and needs the others it names."""

    name: str
    manifest: Path
    sources: tuple[Path, ...]
    resources: Path | None
    needs: tuple[str, ...]


def write_project(
    folder: Path, root: Path, modules: list[Module], jars: list[Path], android: Path
) -> list[str]:
    """Write the description and the SDK into a folder.

    Args:
        folder: where they go; it is there already.
        root: what paths in complaints are relative to.
        modules: what to look at.
        jars: what all of them are compiled against.
        android: the jar of Android's classes.

    Returns:
        Arguments for lint.
    """
    project = ElementTree.Element("project")
    ElementTree.SubElement(project, "root", dir=str(root))
    for module in modules:
        described = ElementTree.SubElement(
            project,
            "module",
            {
                "name": module.name,
                "android": "true",
                "library": "true" if module.resources is None else "false",
                "compile-sdk-version": str(LEVEL),
            },
        )
        files = [("manifest", module.manifest)]
        for sources in module.sources:
            files += [("src", file) for file in sorted(sources.rglob("*.java"))]
        if module.resources is not None:
            files += [("resource", file) for file in sorted(module.resources.rglob("*.xml"))]
        for kind, file in files:
            ElementTree.SubElement(described, kind, file=str(file))
        for jar in jars:
            ElementTree.SubElement(described, "classpath", jar=str(jar))
        for name in module.needs:
            ElementTree.SubElement(described, "dep", module=name)
    description = folder / "project.xml"
    ElementTree.ElementTree(project).write(description, encoding="utf-8", xml_declaration=True)
    return ["--project", str(description), "--sdk-home", str(write_sdk(folder / "sdk", android))]


def write_sdk(folder: Path, android: Path) -> Path:
    """Write what lint asks of an SDK: one platform and its API level."""
    platform = folder / "platforms" / f"android-{LEVEL}"
    platform.mkdir(parents=True)
    (platform / "android.jar").symlink_to(android)
    properties = f"Platform.Version=14\nAndroidVersion.ApiLevel={LEVEL}\nPkg.Revision=3\n"
    (platform / "source.properties").write_text(properties, encoding="utf-8")
    (platform / "build.prop").write_text(f"ro.build.version.sdk={LEVEL}\n", encoding="utf-8")
    return folder
