"""Writes a Maven repository of Android archives.

In come the archives of each artifact and what it needs; out come, in Maven's layout, the archives,
a POM, Gradle's module metadata, checksums and, where a key is given, signatures.
"""

import hashlib
import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

GROUP = "org.dbdmobile"
CHECKSUMS = ("md5", "sha1", "sha256", "sha512")
LICENSE_NAME = "Apache-2.0"
LICENSE_URL = "https://www.apache.org/licenses/LICENSE-2.0.txt"


@dataclass(frozen=True)
class Dependency:
    """What an artifact needs, with the same types in its own methods.

    ``versions`` is one version, or a range in Maven's notation of which ``preferred`` is taken
    where nothing else asks for another.
    """

    group: str
    name: str
    versions: str
    preferred: str | None = None
    packaging: str = "aar"


@dataclass(frozen=True)
class Artifact:
    """One archive for Android, with its sources and its documentation, each the bytes of a file."""

    name: str
    description: str
    aar: bytes
    sources: bytes
    javadoc: bytes
    dependencies: tuple[Dependency, ...]


def write_repository(
    folder: Path, artifacts: list[Artifact], version: str, key: str | None
) -> list[Path]:
    """Write every artifact in one version into an empty folder.

    Args:
        folder: the repository's root, which is made.
        artifacts: what to write; the same ones give the same bytes, but for signatures.
        version: the version of all of them.
        key: gpg's name of the key to sign with; None for no signatures.

    Returns:
        The files that are neither checksums nor signatures.

    Raises:
        OSError: gpg is missing, or a file cannot be written.
        subprocess.CalledProcessError: gpg cannot sign with that key.
    """
    written = []
    for artifact in artifacts:
        home = folder / GROUP.replace(".", "/") / artifact.name
        stem = f"{artifact.name}-{version}"
        archives = {
            f"{stem}.aar": artifact.aar,
            f"{stem}-sources.jar": artifact.sources,
            f"{stem}-javadoc.jar": artifact.javadoc,
        }
        described = {
            f"{stem}.pom": pom(artifact, version).encode(),
            f"{stem}.module": module_metadata(artifact, version, archives).encode(),
        }
        for name, content in {**archives, **described}.items():
            written.append(write_file(home / version / name, content, key))
        index = home / "maven-metadata.xml"
        written.append(write_file(index, versions(artifact, version).encode(), None))
    return written


def write_file(file: Path, content: bytes, key: str | None) -> Path:
    """Write a file, its checksums and, with a key, its signature beside it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    for kind in CHECKSUMS:
        file.with_name(f"{file.name}.{kind}").write_text(hashlib.new(kind, content).hexdigest())
    if key is not None:
        sign = ["gpg", "--batch", "--yes", "--local-user", key, "--armor", "--detach-sign"]
        subprocess.run([*sign, "--output", f"{file}.asc", str(file)], check=True)
    return file


def pom(artifact: Artifact, version: str) -> str:
    """What Maven reads; the second comment sends Gradle to its own metadata."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<project xmlns="http://maven.apache.org/POM/4.0.0">',
        "  <!-- do_not_remove: published-with-gradle-metadata -->",
        "  <modelVersion>4.0.0</modelVersion>",
        f"  <groupId>{GROUP}</groupId>",
        f"  <artifactId>{artifact.name}</artifactId>",
        f"  <version>{version}</version>",
        "  <packaging>aar</packaging>",
        f"  <name>{artifact.name}</name>",
        f"  <description>{escape(artifact.description)}</description>",
        "  <licenses>",
        "    <license>",
        f"      <name>{LICENSE_NAME}</name>",
        f"      <url>{LICENSE_URL}</url>",
        "    </license>",
        "  </licenses>",
        "  <dependencies>",
    ]
    for needed in artifact.dependencies:
        lines += [
            "    <dependency>",
            f"      <groupId>{needed.group}</groupId>",
            f"      <artifactId>{needed.name}</artifactId>",
            f"      <version>{needed.versions}</version>",
            f"      <type>{needed.packaging}</type>",
            "      <scope>compile</scope>",
            "    </dependency>",
        ]
    return "\n".join([*lines, "  </dependencies>", "</project>", ""])


def versions(artifact: Artifact, version: str) -> str:
    """The list of an artifact's versions, without a date: the same for the same version."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        "<metadata>\n"
        f"  <groupId>{GROUP}</groupId>\n"
        f"  <artifactId>{artifact.name}</artifactId>\n"
        "  <versioning>\n"
        f"    <latest>{version}</latest>\n"
        f"    <release>{version}</release>\n"
        f"    <versions>\n      <version>{version}</version>\n    </versions>\n"
        "  </versioning>\n"
        "</metadata>\n"
    )


def module_metadata(artifact: Artifact, version: str, archives: dict[str, bytes]) -> str:
    """What Gradle reads in the POM's place: format 1.1 of its module metadata."""
    aar, sources, javadoc = ([file_entry(name, archives[name])] for name in archives)
    needed = [gradle_dependency(dependency) for dependency in artifact.dependencies]
    bundling = {"org.gradle.dependency.bundling": "external"}
    library = {
        "org.gradle.category": "library",
        **bundling,
        "org.gradle.libraryelements": "aar",
    }
    documentation = {"org.gradle.category": "documentation", **bundling}
    variants = []
    for name, usage in (("Api", "java-api"), ("Runtime", "java-runtime")):
        attributes = {**library, "org.gradle.usage": usage}
        variants.append(
            {
                "name": f"release{name}Publication",
                "attributes": attributes,
                "dependencies": needed,
                "files": aar,
            }
        )
    for kind, files in (("sources", sources), ("javadoc", javadoc)):
        attributes = {
            **documentation,
            "org.gradle.docstype": kind,
            "org.gradle.usage": "java-runtime",
        }
        variants.append(
            {
                "name": f"release{kind.title()}Publication",
                "attributes": attributes,
                "files": files,
            }
        )
    metadata = {
        "formatVersion": "1.1",
        "component": {
            "group": GROUP,
            "module": artifact.name,
            "version": version,
            "attributes": {"org.gradle.status": "release"},
        },
        "variants": variants,
    }
    return json.dumps(metadata, indent=2) + "\n"


def gradle_dependency(needed: Dependency) -> dict[str, object]:
    """A dependency in Gradle's terms: nothing outside of a range may be chosen in its place."""
    if needed.preferred is None:
        asked = {"requires": needed.versions}
    else:
        asked = {"strictly": needed.versions, "prefers": needed.preferred}
    return {"group": needed.group, "module": needed.name, "version": asked}


def file_entry(name: str, content: bytes) -> dict[str, object]:
    """A file beside the metadata, with its size and its checksums."""
    sums = {kind: hashlib.new(kind, content).hexdigest() for kind in reversed(CHECKSUMS)}
    return {"name": name, "url": name, "size": len(content), **sums}
