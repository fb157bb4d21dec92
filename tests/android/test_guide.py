"""The guide: its snippets are the samples, every one of which compiles, and it fits the models."""

import csv
import json
import re
import shutil
import subprocess
import textwrap
import zipfile

import pytest

from dbd_mobile.catalogue import bundled_ids

from .conftest import ROOT, compile_kotlin

ANDROID = ROOT / "android_demo"
GUIDE = ROOT / "docs" / "android.md"
SAMPLES = ANDROID / "dbd" / "src" / "sample"
STANDINS = SAMPLES / "standins"
FOLDERS = {"java": "java", "kotlin": "kotlin", "ts": "typescript"}
ENDINGS = {"java": "java", "kotlin": "kt", "ts": "ts"}


@pytest.fixture(scope="module")
def guide():
    """The guide's text."""
    return GUIDE.read_text(encoding="utf-8")


def samples(language):
    return sorted((SAMPLES / FOLDERS[language]).rglob(f"*.{ENDINGS[language]}"))


def snippets(text, language):
    return re.findall(rf"^```{language}\n(.*?)^```$", text, flags=re.DOTALL | re.MULTILINE)


def shown(sample):
    """What the guide shows of a sample's source."""
    text = sample.read_text(encoding="utf-8")
    parts = re.findall(r" *// guide: (?!end)(.*?)\n(.*?) *// guide: end\n", text, flags=re.DOTALL)
    return "".join(
        f"// {title[0].upper()}{title[1:]}.\n{textwrap.dedent(code)}" for title, code in parts
    )


@pytest.mark.parametrize("language", FOLDERS)
def test_snippets_are_the_samples_that_compile(guide, language):
    assert sorted(snippets(guide, language)) == sorted(shown(file) for file in samples(language))


def test_snippets_of_the_tutorial_are_samples_too():
    tutorial = (ROOT / "docs" / "tutorials" / "android_app.md").read_text(encoding="utf-8")
    for language in FOLDERS:
        assert set(snippets(tutorial, language)) <= {shown(file) for file in samples(language)}
    assert set(re.findall(r"^```(\w+)$", tutorial, flags=re.MULTILINE)) == {"java", "kotlin", "sh"}


def test_no_code_stands_in_the_guide_or_beside_it_that_nobody_compiles(guide):
    readme = (ANDROID / "README.md").read_text(encoding="utf-8")
    fences = r"^```(\w*)$"
    known = {*FOLDERS, "cmake", "sh", "xml", ""}
    assert set(re.findall(fences, guide, flags=re.MULTILINE)) <= known
    assert set(re.findall(fences, readme, flags=re.MULTILINE)) == {"sh", ""}


def test_first_sample_is_as_short_as_it_is_said_to_be():
    lines = shown(SAMPLES / "java/org/dbdmobile/sample/CameraBlur.java").splitlines()
    assert len([line for line in lines if not line.startswith("//")]) <= 15


def test_samples_in_java_compile(library):
    library.compile_library()
    [made] = (library.BUILD / "sample").rglob("CameraBlur.class")
    assert made.is_file()


def test_samples_in_kotlin_compile(library, tmp_path):
    inputs = library.BUILD / "sample-inputs"
    library.fetch_pinned(library.INPUTS / "samples", inputs)
    runtime = tmp_path / "runtime.jar"
    [archive] = inputs.glob("*.aar")
    with zipfile.ZipFile(archive) as aar:
        runtime.write_bytes(aar.read("classes.jar"))
    [plugin] = inputs.glob("kotlin-compose-compiler-plugin-*.jar")
    paths = [library.compile_library(), *library.tflite_jars(), library.JSPECIFY, runtime]
    paths += [*sorted(inputs.glob("*.jar")), library.ANDROID_ALL]
    standins = library.compile_java(library.BUILD / "sample-standins", paths, [STANDINS / "java"])
    sources = [*samples("kotlin"), *sorted((STANDINS / "kotlin").glob("*.kt"))]
    options = [f"-Xplugin={plugin}"]
    out = tmp_path / "out"
    assert compile_kotlin(library, [*paths, standins], out, sources, *options) == ""
    # Compose's plugin was there: it gives every such function what it is composed with.
    said = subprocess.check_output(["javap", "-cp", out, "org.dbdmobile.sample.BlurOverlayKt"])
    assert b"androidx.compose.runtime.Composer" in said


@pytest.fixture(scope="module")
def script(tmp_path_factory):
    """The sample in TypeScript, as JavaScript."""
    if shutil.which("tsc") is None:
        pytest.skip("tsc is not installed: apt-get install node-typescript")
    out = tmp_path_factory.mktemp("script")
    files = [*samples("ts"), *sorted((STANDINS / "typescript").glob("*.d.ts"))]
    options = ["--strict", "--noUnusedLocals", "--target", "es2020", "--module", "commonjs"]
    command = ["tsc", *options, "--outDir", out, *files]
    done = subprocess.run([*map(str, command)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    return out / "blur.js"


def test_sample_in_typescript_squeezes_the_whole_frame_and_scores_as_the_library_does(script):
    golden = ROOT / "tests" / "golden"
    with (golden / "maps.tsv").open(encoding="utf-8", newline="") as table:
        [row] = [row for row in csv.DictReader(table, delimiter="\t") if row["name"] == "scene"]
    code = f"""
    const {{ blurMap, sharpness }} = require({json.dumps(str(script))})
    const [width, height] = [{row["width"]}, {row["height"]}]
    const map = require('fs').readFileSync({json.dumps(str(golden / "scene_map.bin"))})
    const shape = [1, height, width, 3]
    const given = []
    const model = {{
      inputs: [{{ shape }}],
      runSync: ([input]) => {{
        given.push(input.byteLength)
        return [map.buffer.slice(map.byteOffset, map.byteOffset + map.byteLength)]
      }},
    }}
    const resize = (frame, options) => {{
      given.push(options)
      return new Uint8Array(new ArrayBuffer(8 + width * height * 3), 8)
    }}
    const got = blurMap(model, resize, {{ width: 1280, height: 720 }}, '90deg')
    const box = {{ left: 0, top: 0, right: width, bottom: height }}
    const same = Buffer.compare(Buffer.from(got), map) === 0
    console.log(JSON.stringify([given, same, sharpness(got, width, box)]))
    """
    said = json.loads(subprocess.check_output(["node", "-e", code]))
    asked = {
        "crop": {"x": 0, "y": 0, "width": 1280, "height": 720},
        "scale": {"width": 320, "height": 320},
        "rotation": "90deg",
        "pixelFormat": "rgb",
        "dataType": "uint8",
    }
    assert said[:2] == [[asked, 320 * 320 * 3], True]
    # The library's 1/255 is a number of 32 bits.
    assert said[2] == pytest.approx(float(row["sharpness"]), abs=1e-7)


def test_models_are_as_the_guide_says_for_those_who_run_them_themselves(guide):
    cards = [
        json.loads((ROOT / "dbd_mobile" / "models" / model_id / "card.json").read_text())
        for model_id in bundled_ids()
    ]
    for card in cards:
        if card["kind"] != "blur-map":
            continue
        given, made = card["input"], card["output"]
        assert (given["dtype"], given["layout"], given["color"]) == ("uint8", "NHWC", "RGB")
        assert (made["dtype"], made["scale"], made["zero_point"]) == ("uint8", 1 / 256, 0)
        size = f"`1x{given['height']}x{given['width']}x3`"
        assert re.search(rf"`{card['id']}` .*{size}", guide), card["id"]
        assert (made["width"], made["height"]) == (given["width"], given["height"])


def test_versions_in_the_build_files_are_the_ones_that_are_published(library, guide):
    gradle = "\n".join(snippets(guide, "kotlin"))
    ours = set(re.findall(r"org\.dbdmobile:[\w-]+:([\w.]+)", gradle))
    ours |= set(re.findall(r"/dbd-([\d.]+)\.aar", gradle))
    assert ours == {library.version()}
    litert = set(re.findall(r"com\.google\.ai\.edge\.litert:[\w-]+:([\d.]+)", gradle))
    assert litert == {library.LITERT.preferred}
    assert f'"org.jspecify:jspecify:{library.ANNOTATIONS.versions}"' in gradle
    modules = set(re.findall(r"org\.dbdmobile:([\w-]+):", gradle))
    assert modules <= {f"dbd-{model_id}" for model_id in bundled_ids()}


def test_table_of_contents_names_every_part_in_its_order(guide):
    parts = re.findall(r"^## (.*)$", guide, flags=re.MULTILINE)
    listed = re.findall(r"^- \[(.*?)\]\(#(.*?)\)", guide, flags=re.MULTILINE)
    assert [title for title, _ in listed] == parts
    for title, anchor in listed:
        assert anchor == re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


@pytest.mark.parametrize("file", ["docs/android.md", "android_demo/README.md"])
def test_links_lead_to_files_and_parts_that_are_there(file):
    text = (ROOT / file).read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)#]*)(?:#([^)]*))?\)", text)
    assert links
    for path, anchor in links:
        if path.startswith("http"):
            continue
        target = ((ROOT / file).parent / path).resolve() if path else ROOT / file
        assert target.exists(), path
        if anchor:
            titles = re.findall(r"^#+ (.*)$", target.read_text(encoding="utf-8"), re.MULTILINE)
            anchors = {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
            assert anchor in anchors, anchor
