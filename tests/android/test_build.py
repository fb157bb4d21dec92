"""What the build makes, and the files that it cannot run here: Gradle's."""

import hashlib
import re
import shutil
import subprocess
import tomllib
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest

from dbd_mobile.catalogue import bundled_ids

from .conftest import ROOT, disassemble

ANDROID = ROOT / "android_demo"
SDK = "{http://schemas.android.com/apk/res/android}"

TAGS = ("artifactId", "version")

# Every member of Android that the library calls, none newer than API level 26.
ANDROID_MEMBERS = {
    "android/content/res/AssetFileDescriptor.close",
    "android/content/res/AssetFileDescriptor.getDeclaredLength",
    "android/content/res/AssetFileDescriptor.getFileDescriptor",
    "android/content/res/AssetFileDescriptor.getStartOffset",
    "android/content/res/AssetManager.open",
    "android/content/res/AssetManager.openFd",
    "android/graphics/Bitmap.getConfig",
    "android/graphics/Bitmap.getHeight",
    "android/graphics/Bitmap.getPixels",
    "android/graphics/Bitmap.getWidth",
    "android/graphics/Bitmap.isRecycled",
    "android/graphics/Bitmap$Config.HARDWARE",
    "android/media/Image.getFormat",
    "android/media/Image.getHeight",
    "android/media/Image.getPlanes",
    "android/media/Image.getWidth",
    "android/media/Image$Plane.getBuffer",
    "android/media/Image$Plane.getPixelStride",
    "android/media/Image$Plane.getRowStride",
}


@pytest.fixture(scope="module")
def aar(library):
    """The AAR, unopened."""
    library.aar()
    return ROOT / "dist" / f"dbd-{library.version()}.aar"


@pytest.fixture(scope="module")
def classes(aar, tmp_path_factory):
    """The AAR's class files in a folder."""
    folder = tmp_path_factory.mktemp("classes")
    with zipfile.ZipFile(aar) as archive:
        archive.extract("classes.jar", folder)
    with zipfile.ZipFile(folder / "classes.jar") as jar:
        jar.extractall(folder)
    return folder


def test_aar_built_again_has_the_same_bytes(library, aar):
    first = hashlib.sha256(aar.read_bytes()).hexdigest()
    aar.unlink()
    shutil.rmtree(library.BUILD / "classes")
    library.aar()
    assert hashlib.sha256(aar.read_bytes()).hexdigest() == first


def test_aar_holds_what_gradle_expects(aar):
    with zipfile.ZipFile(aar) as archive:
        assert archive.testzip() is None
        names = set(archive.namelist())
        manifest = ElementTree.fromstring(archive.read("AndroidManifest.xml"))
    assert {"classes.jar", "R.txt", "proguard.txt", "LICENSE", "NOTICE"} <= names
    # Apps in Java and Kotlin get no native code of the library's: only those with C and C++ do.
    native = [name for name in names if name.endswith(".so")]
    assert native and all(name.startswith("prefab/modules/dbd/libs/") for name in native)
    assert manifest.get("package") == "org.dbdmobile"
    assert manifest.find("uses-sdk").get(f"{SDK}minSdkVersion") == "26"
    assert [child.tag for child in manifest] == ["uses-sdk", "application"]
    # Android 12 and later hide OpenCL from an app that does not name it; none may need it.
    native = manifest.find("application")
    assert {part.get(f"{SDK}name"): part.get(f"{SDK}required") for part in native} == {
        "libOpenCL.so": "false",
        "libOpenCL-pixel.so": "false",
    }


def test_aar_holds_the_bundled_models_as_they_are(aar):
    models = ROOT / "dbd_mobile" / "models"
    with zipfile.ZipFile(aar) as archive:
        for model_id in bundled_ids():
            for name in ("card.json", "model.tflite"):
                stored = archive.getinfo(f"assets/org.dbdmobile/{model_id}/{name}")
                assert archive.read(stored) == (models / model_id / name).read_bytes()
            assert stored.compress_type == zipfile.ZIP_STORED


def test_classes_are_java_8_and_need_neither_kotlin_nor_androidx(classes):
    files = sorted(classes.rglob("*.class"))
    assert len(files) > 15
    for file in files:
        content = file.read_bytes()
        # The class file's major version.
        assert content[6:8] == bytes([0, 52]), file.name
        assert b"kotlin/" not in content and b"androidx/" not in content


def test_only_the_adapters_use_android_and_nothing_newer_than_api_26(classes):
    used = set()
    files = sorted((classes / "org" / "dbdmobile").glob("*.class"))
    for file, code in disassemble(files).items():
        # Not every dexer turns it into what phones run.
        assert "invokedynamic" not in code
        members = set(re.findall(r"// (?:Interface)?(?:Method|Field) (android/[\w/$.]+)", code))
        assert not members or file.name.startswith(("AndroidAssets", "AndroidFrames"))
        used |= members
    assert used == ANDROID_MEMBERS


def test_nothing_newer_than_api_26_is_used_but_what_the_app_asks_for_first(library):
    folder = library.BUILD / "api26-inputs"
    library.fetch_pinned(library.INPUTS / "api26", folder)
    [signature] = folder.glob("*.signature")
    paths = library.class_path(*sorted(folder.glob("*.jar")))
    checker = Path(__file__).with_name("NewerThanSignature.java")
    command = ["java", *library.QUICK_JAVA, "-cp", paths, checker, signature]
    said = subprocess.check_output([*command, *library.compile_app()], text=True)
    # Each looks at the phone's API level before it uses these.
    newer = {
        "Device": {
            "String android.os.Build.SOC_MANUFACTURER",
            "String android.os.Build.SOC_MODEL",
            "int android.os.PowerManager.getCurrentThermalStatus()",
            "float android.os.PowerManager.getThermalHeadroom(int)",
        },
        "ScreenFrame": {
            "android.graphics.Insets",
            *(f"int android.graphics.Insets.{side}" for side in ("left", "top", "right", "bottom")),
            "android.graphics.Insets android.view.WindowInsets.getInsets(int)",
            "android.view.WindowInsets android.view.WindowInsets.CONSUMED",
            "int android.view.WindowInsets.Type.displayCutout()",
            "int android.view.WindowInsets.Type.systemBars()",
        },
    }
    used = re.findall(r"(\S+\.class):\d+: Undefined reference: (.*)", said)
    app = f"{library.APP}/classes/org/dbdmobile/demo"
    assert {(f"{app}/{name}.class", one) for name in newer for one in newer[name]} == set(used)
    assert said.count("[ERROR]") == len(used)


def test_javadoc_has_no_complaint(library):
    library.javadoc()
    assert (library.BUILD / "javadoc" / "org" / "dbdmobile" / "BlurDetector.html").is_file()


def test_androids_lint_has_no_complaint_but_those_that_are_allowed(library):
    library.lint()


def test_benchmark_compiles(library, capfd):
    library.bench("-l")
    assert "FrameBenchmark.yuvToTensorAndMapToOverlay" in capfd.readouterr().out


_INPUTS = ["", *(f"/{part}" for part in ("api26", "kotlin", "lint", "samples", "screens"))]
_INPUTS += ["/screens-26", "/screens-35"]


@pytest.mark.parametrize("folder", [f"inputs{part}" for part in _INPUTS])
def test_every_input_is_pinned_by_version_and_checksum(library, folder):
    names = {"m": "http://maven.apache.org/POM/4.0.0"}
    pom = ElementTree.parse(ANDROID / folder / "pom.xml")
    wanted = set()
    for dependency in pom.iterfind(".//m:dependency", names):
        parts = [
            dependency.findtext(f"m:{part}", "jar", names)
            for part in ("artifactId", "version", "type")
        ]
        wanted.add("{}-{}.{}".format(*parts))
    assert wanted == set(library.pinned(ANDROID / folder))


def test_input_that_is_another_file_is_refused(library, tmp_path):
    for name in library.pinned(library.INPUTS):
        (tmp_path / name).write_bytes(b"something else")
    with pytest.raises(library.BuildError, match="not the pinned file"):
        library.fetch_pinned(library.INPUTS, tmp_path)


def test_gradle_files_pin_what_they_use_and_find_their_folders():
    catalogue = tomllib.loads((ANDROID / "gradle" / "libs.versions.toml").read_text())
    # JSON's versions are dates.
    pinned = r"\d+\.\d+\.\d+|\d{8}"
    assert all(re.fullmatch(pinned, v) for v in catalogue["versions"].values())
    litert = catalogue["libraries"]["litert"]
    assert (litert["module"], catalogue["versions"][litert["version"]["ref"]]) == (
        "com.google.ai.edge.litert:litert",
        "1.4.0",
    )
    build = (ANDROID / "dbd" / "build.gradle.kts").read_text()
    [models] = re.findall(r'from\("(.*)"\)', build)
    assert (ANDROID / "dbd" / models / "lite" / "card.json").is_file()
    assert 'into(layout.buildDirectory.dir("models/org.dbdmobile"))' in build
    for file in re.findall(r'consumerProguardFiles\("(.*)"\)', build):
        assert (ANDROID / "dbd" / file).is_file()
    assert 'namespace = "org.dbdmobile"' in build and "minSdk = 26" in build
    accessors = {f"libs.{name.replace('-', '.')}" for name in catalogue["libraries"]}
    accessors |= {f"libs.plugins.{name.replace('-', '.')}" for name in catalogue["plugins"]}
    everything = build + (ANDROID / "build.gradle.kts").read_text()
    everything += (ANDROID / "app" / "build.gradle.kts").read_text()
    assert set(re.findall(r"\((libs[\w.]+)\)", everything)) == accessors
    for module in ("app", "dbd"):
        used = (ANDROID / module / "build.gradle.kts").read_text()
        tests = (ANDROID / module / "src" / "test").rglob("*.java")
        packages = {"org.junit": "junit", "org.json": "json"}
        sources = "".join(file.read_text(encoding="utf-8") for file in tests)
        needed = {name for package, name in packages.items() if f"import {package}." in sources}
        assert needed == set(re.findall(r"testImplementation\(libs\.(\w+)\)", used))
    included = re.findall(r'include\(":(\w+)"\)', (ANDROID / "settings.gradle.kts").read_text())
    assert all((ANDROID / module / "build.gradle.kts").is_file() for module in included)


def test_task_that_there_is_not_is_named_with_those_there_are(library, capsys):
    assert library.main(["app"]) == 2
    said = capsys.readouterr()
    assert said.err.startswith("build: there is no task app, only aar, api, apk, bench, ")
    assert said.err.count("\n") == 1 and said.out == ""
