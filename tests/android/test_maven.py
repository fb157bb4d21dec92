"""The Maven repository: what is in it, and that Maven and gpg take it."""

import hashlib
import json
import re
import shutil
import subprocess
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest

from dbd_mobile.catalogue import bundled_ids

from .conftest import ROOT, compile_kotlin

POM = "{http://maven.apache.org/POM/4.0.0}"
NAMES = ("dbd", *(f"dbd-{model_id}" for model_id in bundled_ids()))
MODEL = ROOT / "dbd_mobile" / "models" / "detail"
SUMS = ("md5", "sha1", "sha256", "sha512")


@pytest.fixture(scope="module")
def repository(library):
    """The repository, unsigned."""
    library.maven()
    return ROOT / "dist" / "maven"


@pytest.fixture(scope="module")
def version(library):
    return library.version()


def artifact(repository, name, version, ending):
    return repository / "org" / "dbdmobile" / name / version / f"{name}-{version}{ending}"


def digests(folder):
    files = [file for file in sorted(folder.rglob("*")) if file.is_file()]
    return {file.relative_to(folder): hashlib.sha256(file.read_bytes()).digest() for file in files}


def test_repository_written_again_has_the_same_bytes(library, repository):
    first = digests(repository)
    shutil.rmtree(library.BUILD / "classes")
    library.maven()
    assert digests(repository) == first


def test_every_artifact_has_what_a_public_repository_asks_for(repository, version):
    endings = {".aar", ".pom", ".module", "-sources.jar", "-javadoc.jar"}
    assert {folder.name for folder in (repository / "org" / "dbdmobile").iterdir()} == set(NAMES)
    for name in NAMES:
        folder = repository / "org" / "dbdmobile" / name / version
        wanted = {
            f"{name}-{version}{ending}{more}"
            for ending in endings
            for more in ("", *(f".{kind}" for kind in SUMS))
        }
        assert {file.name for file in folder.iterdir()} == wanted


def test_checksums_are_those_of_the_files(repository):
    files = [file for file in repository.rglob("*") if file.is_file()]
    summed = [file for file in files if file.suffix.removeprefix(".") not in SUMS]
    assert len(summed) * 5 == len(files)
    for file in summed:
        for kind in SUMS:
            expected = hashlib.new(kind, file.read_bytes()).hexdigest()
            assert file.with_name(f"{file.name}.{kind}").read_text() == expected


def test_gradles_metadata_describes_the_files_beside_it(repository, version):
    for name in NAMES:
        file = artifact(repository, name, version, ".module")
        metadata = json.loads(file.read_text())
        assert metadata["component"]["module"] == name
        described = {}
        for variant in metadata["variants"]:
            [entry] = variant["files"]
            content = (file.parent / entry["url"]).read_bytes()
            assert entry["size"] == len(content)
            for kind in SUMS:
                assert entry[kind] == hashlib.new(kind, content).hexdigest()
            attributes = variant["attributes"]
            described[attributes.get("org.gradle.docstype", attributes["org.gradle.usage"])] = (
                attributes["org.gradle.category"],
                attributes.get("org.gradle.libraryelements"),
            )
        assert described == {
            "java-api": ("library", "aar"),
            "java-runtime": ("library", "aar"),
            "sources": ("documentation", None),
            "javadoc": ("documentation", None),
        }
        assert "published-with-gradle-metadata" in file.with_suffix(".pom").read_text()


def test_code_needs_a_litert_that_has_the_interpreter_and_models_need_the_code(repository, version):
    litert = ("com.google.ai.edge.litert", "litert", "[1.4.0,1.5)", "aar")
    jspecify = ("org.jspecify", "jspecify", "1.0.0", "jar")
    code = ("org.dbdmobile", "dbd", version, "aar")
    for name in NAMES:
        needed = [litert, jspecify] if name == "dbd" else [code]
        pom = ElementTree.parse(artifact(repository, name, version, ".pom"))
        parts = ("groupId", "artifactId", "version", "type")
        assert needed == [
            tuple(dependency.findtext(f"{POM}{part}") for part in parts)
            for dependency in pom.iter(f"{POM}dependency")
        ]
        metadata = json.loads(artifact(repository, name, version, ".module").read_text())
        for variant in metadata["variants"][:2]:
            assert variant["dependencies"] == [
                {
                    "group": group,
                    "module": module,
                    "version": {"strictly": versions, "prefers": "1.4.0"}
                    if module == "litert"
                    else {"requires": versions},
                }
                for group, module, versions, _ in needed
            ]


def test_code_has_no_model_and_each_model_only_its_own_files(repository, version):
    packages = set()
    for name in NAMES:
        with zipfile.ZipFile(artifact(repository, name, version, ".aar")) as aar:
            assert aar.testzip() is None
            assets = {entry for entry in aar.namelist() if entry.startswith("assets/")}
            with zipfile.ZipFile(aar.open("classes.jar")) as jar:
                classes = [entry for entry in jar.namelist() if entry.endswith(".class")]
            packages.add(ElementTree.fromstring(aar.read("AndroidManifest.xml")).get("package"))
            if name == "dbd":
                assert classes and not assets
                continue
            model_id = name.removeprefix("dbd-")
            folder = ROOT / "dbd_mobile" / "models" / model_id
            assert not classes
            assert assets == {
                f"assets/org.dbdmobile/{model_id}/{file}" for file in ("card.json", "model.tflite")
            }
            for asset in assets:
                assert aar.read(asset) == (folder / Path(asset).name).read_bytes()
    assert len(packages) == len(NAMES), "two of one package cannot be in one app"


def test_sources_and_documentation_are_the_librarys(repository, version):
    with zipfile.ZipFile(artifact(repository, "dbd", version, "-sources.jar")) as sources:
        java = ROOT / "android_demo/dbd/src/main/java/org/dbdmobile/BlurMap.java"
        assert sources.read("org/dbdmobile/BlurMap.java") == java.read_bytes()
    with zipfile.ZipFile(artifact(repository, "dbd", version, "-javadoc.jar")) as pages:
        assert {"index.html", "org/dbdmobile/BlurMap.html"} <= set(pages.namelist())


@pytest.fixture(scope="module")
def taken(repository, version, tmp_path_factory):
    """What Maven copies for an app that needs a model, in a folder."""
    folder = tmp_path_factory.mktemp("app")
    (folder / "pom.xml").write_text(
        f"""<project xmlns="http://maven.apache.org/POM/4.0.0">
          <modelVersion>4.0.0</modelVersion>
          <groupId>an.app</groupId><artifactId>app</artifactId><version>1</version>
          <repositories><repository>
            <id>here</id><url>{repository.as_uri()}</url>
            <releases><checksumPolicy>fail</checksumPolicy></releases>
          </repository></repositories>
          <dependencies><dependency>
            <groupId>org.dbdmobile</groupId><artifactId>dbd-detail</artifactId>
            <version>{version}</version><type>aar</type>
            <exclusions><exclusion>
              <groupId>com.google.ai.edge.litert</groupId><artifactId>*</artifactId>
            </exclusion></exclusions>
          </dependency></dependencies>
        </project>"""
    )
    local = own_local_repository(folder)
    plugin = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies"
    options = ["-q", "-B", f"-Dmaven.repo.local={local}", f"-DoutputDirectory={folder / 'got'}"]
    subprocess.run(["mvn", "-f", folder / "pom.xml", *options, plugin], check=True)
    return folder / "got"


def test_maven_takes_a_model_with_the_code_that_it_needs(library, repository, version, taken):
    got = {file.name: file.read_bytes() for file in taken.iterdir()}
    assert got == {
        **{
            f"{name}-{version}.aar": artifact(repository, name, version, ".aar").read_bytes()
            for name in ("dbd", "dbd-detail")
        },
        library.JSPECIFY.name: library.JSPECIFY.read_bytes(),
    }


@pytest.fixture(scope="module")
def app_paths(library, version, taken):
    """The class path of an app: Maven's files, and TensorFlow Lite in LiteRT's place."""
    classes = taken.parent / "classes.jar"
    with zipfile.ZipFile(taken / f"dbd-{version}.aar") as aar:
        classes.write_bytes(aar.read("classes.jar"))
    annotations = taken / library.JSPECIFY.name
    return [classes, annotations, *library.tflite_jars(), library.ANDROID_ALL]


def test_app_in_java_compiles_against_them_without_a_warning(library, app_paths, tmp_path):
    sources = sorted((library.SOURCES / "sample" / "java").rglob("*.java"))
    # Those about Java 8 itself, and about annotations of Android's that its class path lacks.
    options = ["--release", "8", "-Xlint:all,-options,-classfile", "-Werror", "-d", tmp_path]
    subprocess.run(["javac", *options, "-cp", library.class_path(*app_paths), *sources], check=True)


def compile_app(library, app_paths, folder, code):
    """What Kotlin's compiler says of an app's code."""
    source = folder / "App.kt"
    source.write_text(f"import org.dbdmobile.*\n{code}\n")
    return compile_kotlin(library, app_paths, folder / "out", [source])


def test_app_in_kotlin_compiles_that_minds_what_may_be_null(library, app_paths, tmp_path):
    code = """
    val options: DetectorOptions = DetectorOptions.defaults().withAccelerator(null)
    val accelerator: Accelerator? = options.accelerator()
    val name: String = accelerator?.name() ?: "CPU"
    fun reason(detector: BlurDetector): String = detector.fallbackReason() ?: "as asked"
    """
    assert compile_app(library, app_paths, tmp_path, code) == ""


def test_kotlin_refuses_null_where_there_may_be_none(library, app_paths, tmp_path):
    wrong = [
        "val a: Accelerator = DetectorOptions.defaults().accelerator()",
        "fun reason(detector: BlurDetector): String = detector.fallbackReason()",
        "val b = DetectorOptions.defaults().withCpuFallback(null)",
        "val c = Strictness.of(null, 1.5)",
    ]
    said = compile_app(library, app_paths, tmp_path, "\n".join(wrong))
    lines = {int(line) for line in re.findall(r"App\.kt:(\d+):\d+: error:", said)}
    assert lines == {2, 3, 4, 5}, said


def own_local_repository(folder):
    """Maven's own store with all that is in the usual one, of which it changes nothing of ours."""
    usual = Path.home() / ".m2" / "repository"
    own = folder / "repository"
    (own / "org").mkdir(parents=True)
    for place in (usual, usual / "org"):
        for entry in place.iterdir():
            link = own / entry.relative_to(usual)
            if entry.name != "dbdmobile" and not link.exists():
                link.symlink_to(entry)
    return own


@pytest.mark.skipif(shutil.which("gpg") is None, reason="gpg is not installed")
def test_signatures_are_those_of_the_key_that_was_given(library, tmp_path, monkeypatch):
    # A path of its own: that of an agent's socket may not be long.
    home = tmp_path / "gpg"
    home.mkdir(mode=0o700)
    monkeypatch.setenv("GNUPGHOME", str(home))
    quick = ["--batch", "--passphrase", "", "--quick-generate-key", "Release <key@example.org>"]
    subprocess.run(["gpg", *quick, "ed25519", "sign", "never"], check=True, capture_output=True)
    try:
        library.write_repository(tmp_path, [library.model_artifact(MODEL)], "1", "key@example.org")
        signatures = list(tmp_path.rglob("*.asc"))
        assert len(signatures) == 5
        for signature in signatures:
            subprocess.run(
                ["gpg", "--verify", signature, signature.with_suffix("")],
                check=True,
                capture_output=True,
            )
        with pytest.raises(subprocess.CalledProcessError):
            library.write_repository(tmp_path, [library.model_artifact(MODEL)], "1", "nobody")
    finally:
        subprocess.run(["gpgconf", "--kill", "all"], check=False)
