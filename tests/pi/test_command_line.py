"""What a user types on the board, and what it says there."""

import json
import re
import struct

import pytest
from jsonschema import Draft202012Validator
from PIL import Image

from benchmarks.emulated_pi.emulated_pi import COMMAND_LINE
from dbd_mobile import BlurDetector

from .conftest import ROOT

SCENE = ROOT / "docs" / "scene.jpg"
# A Raspberry Pi 5 has pages of 16 KiB, others have some of 4 KiB.
LARGEST_PAGE = 16 * 1024


def load_alignments(content):
    """The alignments of what the system loads of an ELF file of 64 bits."""
    start, size, count = (
        *struct.unpack_from("<Q", content, 32),
        *struct.unpack_from("<HH", content, 54),
    )
    headers = (content[start + number * size :] for number in range(count))
    return [struct.unpack_from("<Q", h, 48)[0] for h in headers if h[:4] == b"\1\0\0\0"]


def test_every_library_that_pip_installed_is_for_the_board_and_loads_on_its_pages(pi_4):
    libraries = [path for path in (pi_4.home / "env").rglob("*.so*") if path.is_file()]
    assert {path.relative_to(pi_4.home).parts[4].split(".")[0] for path in libraries} >= {
        "ai_edge_litert",
        "numpy",
        "PIL",
    }
    for path in libraries:
        content = path.read_bytes()
        assert content[:4] == b"\x7fELF", path
        assert struct.unpack_from("<H", content, 18) == (183,), path  # AArch64
        assert min(load_alignments(content)) >= LARGEST_PAGE, path


def test_doctor_says_that_all_models_run(pi_4):
    said = pi_4.read(COMMAND_LINE, "doctor")
    assert re.search(r"^Python 3\.11\.\d+, 64-bit; Linux \S+ aarch64$", said, re.M)
    assert re.search(r"^ai-edge-litert: [\d.]+, usable$", said, re.M)
    assert re.findall(r"^model (\w+): runs", said, re.M) == ["detail", "lite", "nano"]


def test_detect_writes_what_it_writes_here(pi_4):
    said = pi_4.read(
        COMMAND_LINE, "detect", pi_4.put(SCENE), "-o", "/home/pi/out", "--model", "nano"
    )
    with BlurDetector("nano") as detector:
        expected = detector.detect(Image.open(SCENE))
    assert re.match(rf"\S+/scene.jpg  1200x800  {expected.blurred_fraction:.1%} blurred", said)
    with Image.open(pi_4.home / "out" / "scene.blur.png") as written:
        assert written.size == (1200, 800)
    assert (pi_4.home / "out" / "scene.overlay.jpg").exists()


def test_judge_says_what_it_says_here(pi_5):
    photo = pi_5.put(SCENE)
    (line,) = pi_5.read(COMMAND_LINE, "judge", photo, "--json").splitlines()
    with BlurDetector() as detector:
        expected = detector.judge(SCENE)
    said = json.loads(line)
    assert said["verdict"] == expected.verdict
    assert said["blur_radius_px"] == pytest.approx(expected.blur_radius_px, abs=0.02)


def test_report_of_bench_names_the_board(pi_5):
    pi_5.read(COMMAND_LINE, "bench", "--model", "nano", "--threads", "1", "--runs", "1",
              "--json", "/home/pi/bench.json")  # fmt: skip
    report = json.loads((pi_5.home / "bench.json").read_text())
    schema = json.loads((ROOT / "dbd_mobile/schemas/bench_report.schema.json").read_text())
    Draft202012Validator(schema).validate(report)
    machine = report["machine"]
    assert (machine["board"], machine["cpu"]) == (pi_5.board.model, pi_5.board.core)
    assert machine["memory_bytes"] == pi_5.board.memory_kb * 1024
    assert report["heat_before"] == {"temperature_c": None, "throttling": None}


def test_doctor_of_32_bits_says_what_debians_packages_lack(pi_2):
    done = pi_2.run(COMMAND_LINE, "doctor")
    assert done.returncode == 1
    assert "32-bit; Linux" in done.stdout
    assert "numpy 1.24.2, too old; fix: pip install 'numpy>=1.26,<2'" in done.stdout
    assert "pillow 9.4.0, too old; fix: pip install 'pillow>=11.0'" in done.stdout
    assert re.search(r"^tflite-runtime: 2\.14\.0, usable$", done.stdout, re.M)
    assert re.findall(r"^model (\w+): runs", done.stdout, re.M) == ["detail", "lite", "nano"]
