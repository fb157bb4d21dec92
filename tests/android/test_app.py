"""The demo app: its APK, looked at with Android's own tools, and its tests on this machine."""

import hashlib
import json
import re
import shutil
import struct
import subprocess
import zipfile
from xml.etree import ElementTree

import pytest

from benchmarks.bench_report import check_report
from benchmarks.devices.plausibility import check_plausible
from dbd_mobile.catalogue import bundled_ids

from .conftest import ROOT, disassemble

APP = ROOT / "android_demo" / "app"
SDK = "{http://schemas.android.com/apk/res/android}"
ABIS = ("arm64-v8a", "armeabi-v7a", "x86_64")
PAGE = 16 * 1024
# All that belongs to Android; a class outside of it is plain Java.
ANDROID_FREE = (
    "Benchmark",
    "BenchmarkClock",
    "BenchmarkFrames",
    "BenchmarkPlan",
    "BenchmarkReport",
    "BenchmarkRow",
    "BenchmarkRun",
    "CameraGeometry",
    "CameraLifecycle",
    "Cooling",
    "DemoSettings",
    "DeviceFiles",
    "Failure",
    "Kernels",
    "LiveBlur",
    "OverlayMode",
    "Percentiles",
    "PhoneState",
    "PhotoException",
    "Readout",
    "Subject",
    "SubjectText",
    "Sustained",
    "WarmUp",
)


@pytest.fixture(scope="module")
def apk(library):
    """The signed APK."""
    library.apk()
    return ROOT / "dist" / f"dbd-demo-{library.version()}.apk"


@pytest.fixture(scope="module")
def badging(apk):
    """What aapt says of the APK."""
    return output("aapt", "dump", "badging", apk)


def output(*command):
    return subprocess.check_output([str(part) for part in command], text=True)


def entry_offsets(apk):
    """Of every stored entry, where in the file its bytes begin."""
    offsets = {}
    with zipfile.ZipFile(apk) as archive, open(apk, "rb") as file:
        for info in archive.infolist():
            file.seek(info.header_offset + 26)
            name_length, extra_length = struct.unpack("<HH", file.read(4))
            if info.compress_type == zipfile.ZIP_STORED:
                offsets[info.filename] = info.header_offset + 30 + name_length + extra_length
    return offsets


def test_apk_built_again_has_the_same_bytes(library, apk):
    first = hashlib.sha256(apk.read_bytes()).hexdigest()
    apk.unlink()
    shutil.rmtree(library.BUILD / "classes")
    shutil.rmtree(library.APP)
    library.apk()
    assert hashlib.sha256(apk.read_bytes()).hexdigest() == first


def test_signature_is_verified_by_androids_own_tool(apk):
    said = output("apksigner", "verify", "--verbose", "--print-certs", apk)
    assert "Verified using v2 scheme (APK Signature Scheme v2): true" in said
    assert "Verified using v3 scheme (APK Signature Scheme v3): true" in said
    assert "Number of signers: 1" in said
    assert "CN=dbd-mobile public test key" in said


def test_signature_notices_a_changed_byte(apk, tmp_path):
    content = bytearray(apk.read_bytes())
    content[entry_offsets(apk)[f"assets/org.dbdmobile/{bundled_ids()[0]}/model.tflite"] + 1000] ^= 1
    (tmp_path / "changed.apk").write_bytes(content)
    done = subprocess.run(
        ["apksigner", "verify", str(tmp_path / "changed.apk")], capture_output=True
    )
    assert done.returncode != 0


def test_badging_is_what_the_readme_promises(library, badging):
    assert (
        f"package: name='org.dbdmobile.demo' versionCode='1' versionName='{library.version()}'"
        in badging
    )
    assert re.findall(r"^sdkVersion:'(\d+)'", badging, re.M) == ["26"]
    assert re.findall(r"^targetSdkVersion:'(\d+)'", badging, re.M) == ["36"]
    assert re.findall(r"uses-permission.*?name='(.*?)'", badging) == ["android.permission.CAMERA"]
    assert "launchable-activity: name='org.dbdmobile.demo.CameraActivity'" in badging
    [native] = re.findall(r"^native-code: (.*)", badging, re.M)
    assert native == " ".join(f"'{abi}'" for abi in ABIS)
    assert "application-debuggable" not in badging


def test_bytecode_is_what_phones_run(apk, tmp_path):
    with zipfile.ZipFile(apk) as archive:
        archive.extract("classes.dex", tmp_path)
    code = output("dexdump", "-d", tmp_path / "classes.dex")
    assert "invoke-virtual" in code
    # Lambdas that nobody turned into classes, which Android cannot link.
    assert "invoke-custom" not in code
    assert "invoke-polymorphic" not in code


def test_native_libraries_are_those_of_tensorflow_lite_for_every_phone(library, apk):
    with zipfile.ZipFile(apk) as archive:
        names = {name for name in archive.namelist() if name.endswith(".so")}
        assert names == {f"lib/{abi}/libtensorflowlite_jni.so" for abi in ABIS}
        for abi in ABIS:
            packed = archive.read(f"lib/{abi}/libtensorflowlite_jni.so")
            assert (
                packed == (library.TFLITE / "jni" / abi / "libtensorflowlite_jni.so").read_bytes()
            )


def test_models_are_packed_as_they_are_and_can_be_mapped(apk):
    offsets = entry_offsets(apk)
    with zipfile.ZipFile(apk) as archive:
        for model_id in bundled_ids():
            for name in ("card.json", "model.tflite"):
                file = ROOT / "dbd_mobile" / "models" / model_id / name
                assert archive.read(f"assets/org.dbdmobile/{model_id}/{name}") == file.read_bytes()
            assert offsets[f"assets/org.dbdmobile/{model_id}/model.tflite"] % PAGE == 0


def test_stored_entries_are_aligned_for_pages_of_16_kib(apk):
    offsets = entry_offsets(apk)
    for abi in ABIS:
        assert offsets[f"lib/{abi}/libtensorflowlite_jni.so"] % PAGE == 0
    # Android refuses to install an app for API level 30 and later otherwise.
    assert offsets["resources.arsc"] % 4 == 0


def test_tensorflow_lites_own_alignment_is_the_one_that_the_readme_tells(apk):
    alignments = {}
    with zipfile.ZipFile(apk) as archive:
        for abi in ABIS:
            alignments[abi] = load_alignment(archive.read(f"lib/{abi}/libtensorflowlite_jni.so"))
    readme = (ROOT / "android_demo" / "README.md").read_text(encoding="utf-8")
    told = re.search(r"<!-- elf -->(.*?)<!-- /elf -->", readme, re.DOTALL).group(1)
    for abi, alignment in alignments.items():
        assert f"`{abi}` {alignment // 1024} KiB" in told


def load_alignment(elf):
    """The largest page that an ELF file's segments are laid out for."""
    is_64 = elf[4] == 2
    start, size, count = (
        (struct.unpack_from("<Q", elf, 32)[0], *struct.unpack_from("<HH", elf, 54))
        if is_64
        else (struct.unpack_from("<I", elf, 28)[0], *struct.unpack_from("<HH", elf, 42))
    )
    loads = []
    for i in range(count):
        header = start + i * size
        if struct.unpack_from("<I", elf, header)[0] == 1:
            at, form = (48, "<Q") if is_64 else (28, "<I")
            loads.append(struct.unpack_from(form, elf, header + at)[0])
    return min(loads)


def test_size_is_models_native_code_and_little_else(library, apk):
    parts = library.apk_parts(apk)
    assert sum(parts.values()) == apk.stat().st_size
    models = sum(
        file.stat().st_size for file in (ROOT / "dbd_mobile" / "models").glob("*/*.tflite")
    )
    assert models <= parts["models"] <= models + 32 * 1024 * len(bundled_ids())
    # Code, resources, alignment, signature: what this project itself adds.
    rest = apk.stat().st_size - parts["models"] - sum(parts[abi] for abi in ABIS)
    assert rest < 512 * 1024


def test_manifest_exports_what_others_start_and_nothing_else():
    manifest = ElementTree.parse(APP / "src" / "main" / "AndroidManifest.xml")
    parts = [part for part in manifest.find("application") if part.tag != "uses-native-library"]
    exported = {
        part.get(f"{SDK}name").rsplit(".", 1)[1]: part.get(f"{SDK}exported") for part in parts
    }
    assert exported == {
        "CameraActivity": "true",
        "StillActivity": "false",
        "SettingsActivity": "false",
        "BenchmarkActivity": "true",
        "StillProvider": "false",
    }
    permissions = {
        part.get(f"{SDK}name").rsplit(".", 1)[1]: part.get(f"{SDK}permission")
        for part in parts
        if part.get(f"{SDK}permission")
    }
    # What adb's shell holds and no other app can.
    assert permissions == {"BenchmarkActivity": "android.permission.DUMP"}


def test_back_is_left_to_the_system_which_shows_where_it_leads():
    manifest = ElementTree.parse(APP / "src" / "main" / "AndroidManifest.xml")
    assert manifest.find("application").get(f"{SDK}enableOnBackInvokedCallback") == "true"
    for file in (APP / "src/main/java").rglob("*.java"):
        # Neither is called any more where the system shows what lies behind a screen.
        assert not re.search(r"onBackPressed|KEYCODE_BACK", file.read_text(encoding="utf-8")), file


def test_gradle_builds_the_same_app(library):
    gradle = (APP / "build.gradle.kts").read_text()
    assert f'applicationId = "{library.APP_PACKAGE}"' in gradle
    assert f"minSdk = {library.MIN_SDK}" in gradle
    assert f"targetSdk = {library.TARGET_SDK}" in gradle
    listed = re.search(r"abiFilters \+= listOf\((.*)\)", gradle).group(1)
    assert tuple(re.findall(r'"(.*?)"', listed)) == library.ABIS == ABIS
    for file in re.findall(r'proguardFiles\(.*"(.*?)"\)', gradle):
        assert (APP / file).is_file()
    version = re.search(r'Regex\("(.*?)"\)', gradle).group(1).replace('\\"', '"')
    text = (APP / "../../dbd_mobile/version.py").read_text()
    assert re.search(version, text).group(1) == library.version()


def test_every_text_is_a_resource():
    layouts = [
        *(APP / "src/main/res").glob("layout/*.xml"),
        *(APP / "src/main/res").glob("menu/*.xml"),
    ]
    assert layouts
    for layout in layouts:
        for element in ElementTree.parse(layout).iter():
            for name in ("text", "title", "contentDescription", "hint"):
                text = element.get(f"{SDK}{name}")
                assert text is None or text.startswith("@string/"), f"{layout.name}: {text}"


def test_every_resource_text_is_used():
    files = [*(APP / "src/main").rglob("*.java"), *(APP / "src/main").rglob("*.xml")]
    used = "\n".join(file.read_text(encoding="utf-8") for file in files)
    for text in ElementTree.parse(APP / "src/main/res/values/strings.xml").getroot():
        name = text.get("name")
        assert re.search(rf"(@string/|R\.string\.|R\.plurals\.){name}\b", used), name


def texts(folder):
    """Every text of a folder of resources, by its name, a plural's by its quantity too."""
    found = {}
    for text in ElementTree.parse(APP / "src/main/res" / folder / "strings.xml").getroot():
        if text.tag == "plurals":
            for item in text:
                found[text.get("name"), item.get("quantity")] = item.text
        else:
            found[text.get("name"), None] = text.text
    return found


@pytest.mark.parametrize("language", ["de", "es"])
def test_every_text_is_in_every_language_with_the_same_places(language):
    english, other = texts("values"), texts(f"values-{language}")
    assert {name for name, _ in other} == {name for name, _ in english}
    for (name, quantity), text in other.items():
        origin = english.get((name, quantity), english.get((name, "other")))
        places = r"%(?:\d\$)?[a-z%]"
        assert sorted(re.findall(places, text)) == sorted(re.findall(places, origin)), name
        # Quotes that Android would drop, and what a keyboard has in place of the right character.
        assert not re.search(r"(?<!\\)['\"]|\.\.\.", text), name


def test_every_plural_has_its_languages_own_quantities():
    # By Unicode's rules; Spanish has a form for whole millions.
    wanted = {
        "values": {"one", "other"},
        "values-de": {"one", "other"},
        "values-es": {"one", "many", "other"},
    }
    for folder, quantities in wanted.items():
        given = [quantity for _, quantity in texts(folder) if quantity]
        assert set(given) == quantities and len(given) % len(quantities) == 0


def test_languages_that_the_system_offers_are_those_there_are(badging):
    config = ElementTree.parse(APP / "src/main/res/xml/locales_config.xml").getroot()
    offered = [locale.get(f"{SDK}name") for locale in config]
    folders = sorted((APP / "src/main/res").glob("values-*/strings.xml"))
    assert offered == ["en", *(file.parent.name.removeprefix("values-") for file in folders)]
    manifest = ElementTree.parse(APP / "src" / "main" / "AndroidManifest.xml")
    assert manifest.find("application").get(f"{SDK}localeConfig") == "@xml/locales_config"
    assert re.findall(r"^locales: (.*)", badging, re.M) == ["'--_--' 'de' 'es'"]
    for language in offered[1:]:
        assert (
            f"application-label-{language}:'{texts(f'values-{language}')['app_name', None]}'"
            in (badging)
        )


def test_no_text_for_people_has_what_only_developers_know():
    for folder in ("values", "values-de", "values-es"):
        for (name, _), text in texts(folder).items():
            assert not re.search(r"SHA|checksum|exception|null|JSON|TFLite|p99", text), name
    # What the library says is English, and for the log.
    for file in (APP / "src/main/java").rglob("*Activity.java"):
        code = file.read_text(encoding="utf-8")
        assert not re.search(r"getString\([^;]*(detail|reason\(\)|getMessage)", code), file.name


def test_both_themes_have_the_same_colours():
    def names(folder):
        colours = ElementTree.parse(APP / "src/main/res" / folder / "colors.xml").getroot()
        return [colour.get("name") for colour in colours]

    assert names("values") == names("values-night")


def test_logic_and_frame_path_know_no_android(library, apk):
    folder = library.APP / "classes/org/dbdmobile/demo"
    files = [file for file in folder.glob("*.class") if file.stem.split("$")[0] in ANDROID_FREE]
    assert {file.stem for file in files} >= set(ANDROID_FREE)
    for file, code in disassemble(files).items():
        assert not re.search(r"// \w+ android/", code), file.stem


def test_drawing_and_frame_handling_allocate_nothing(library, apk):
    folder = library.APP / "classes/org/dbdmobile/demo"
    watched = {
        "OverlayView": (
            "void onDraw",
            "void drawTime",
            "void drawTapped",
            "void drawSubject",
            "void setSize",
            "void drawText",
            "Readout verdict(",
        ),
        "LiveBlur": ("void look", "void draw("),
        "Readout": ("void set(", "void setTenths", "int write", "void end"),
        "Subject": ("int side", "int left", "int top", "int start"),
        "SubjectText": ("SubjectText of(", "int tenths"),
    }
    for file, code in disassemble([folder / f"{name}.class" for name in watched]).items():
        for method in watched[file.stem]:
            [body] = [part for part in code.split("\n\n") if method in part.split("\n")[0]]
            assert not re.search(r": (new|newarray|anewarray|invokedynamic)\b", body), method
            assert "valueOf" not in body


def junit_count(out):
    return sum(int(count) for count in re.findall(r"^OK \((\d+) test", out, re.M))


def test_apps_logic_passes(library, capfd):
    library.test_app()
    assert junit_count(capfd.readouterr().out) >= 50


def test_what_r8_made_of_it_all_passes_the_same_tests(library, capfd):
    library.test_r8()
    assert junit_count(capfd.readouterr().out) >= 155


def test_what_r8_made_of_the_logic_for_phones_passes_the_same_tests(library, capfd):
    library.test_dex()
    assert junit_count(capfd.readouterr().out) >= 155


def test_app_is_shrunk_but_for_what_android_finds_by_name(library, apk, tmp_path):
    with zipfile.ZipFile(apk) as archive:
        archive.extract("classes.dex", tmp_path)
    listed = output("dexdump", tmp_path / "classes.dex")
    classes = set(re.findall(r"Class descriptor  : 'L(.*?);'", listed))
    manifest = ElementTree.parse(APP / "src" / "main" / "AndroidManifest.xml")
    named = {part.get(f"{SDK}name").replace(".", "/") for part in manifest.find("application")}
    named = {name for name in named if name.startswith("org/")}
    assert named and named <= classes
    assert "org/dbdmobile/demo/OverlayView" in classes
    # Of the library, for apps that have pixels of their own; this one has none.
    assert "org/dbdmobile/Region$Polygon" not in classes


def test_screens_on_androids_own_classes_pass_and_are_painted(library, capfd):
    library.test_screens()
    assert junit_count(capfd.readouterr().out) >= 66
    report = json.loads((library.SCREENS / "benchmark.json").read_text())
    check_report(report)
    check_plausible(report)
    painted = {file.stem for file in library.SCREENS.glob("*.png")}
    assert {"camera-heat-map", "camera-night", "settings", "benchmark", "still-mask"} <= painted
    for version in (26, 34, 35):
        assert {f"still-de-{version}", f"camera-es-large-{version}"} <= painted
