"""Instructions and memory, which are measured where times cannot be."""

import struct
import subprocess

import pytest
from PIL import Image

from benchmarks.emulated_pi.instructions import COUNTING, count_file, count_stages
from benchmarks.emulated_pi.memory import peak_memory
from benchmarks.emulated_pi.root import HOME, emulate

from .conftest import ROOT

TURNS = 1000
LOOP = (
    0xD2800000 | TURNS << 5,  # movz x0, #TURNS
    0xF1000400,  # subs x0, x0, #1
    0x54FFFFE1,  # b.ne, to the one before
    0xD2800BA8,  # movz x8, #93: exit
    0xD4000001,  # svc #0
)
"""Executes 1 + 2 * TURNS + 2 instructions."""


def program_of(instructions):
    """An ELF file for 64-bit ARM."""
    code = struct.pack(f"<{len(instructions)}I", *instructions)
    start, headers = 0x400000, 64 + 56
    size = headers + len(code)
    elf = struct.pack("<4s5B7x2HI3QI6H", b"\x7fELF", 2, 1, 1, 0, 0, 2, 183, 1,
                      start + headers, 64, 0, 0, 64, 56, 1, 64, 0, 0)  # fmt: skip
    return elf + struct.pack("<2I6Q", 1, 5, 0, start, start, size, size, 0x1000) + code


def test_every_instruction_is_counted(pi_4):
    program = pi_4.home / "loop"
    program.write_bytes(program_of(LOOP))
    program.chmod(0o755)
    command = [*emulate(pi_4.home.parents[1], pi_4.board.cpu, *COUNTING), f"{HOME}/loop"]
    subprocess.run(command, check=True)
    assert int.from_bytes(count_file(pi_4).read_bytes(), "little") == 1 + 2 * TURNS + 2


def test_processor_that_multiplies_by_fours_executes_less(pi_4, pi_5):
    of_4, of_5 = (count_stages(pi, ["nano"], 1).millions["nano"] for pi in (pi_4, pi_5))
    assert list(of_4) == ["preprocess", "invoke", "dequantise", "full_map", "total"]
    assert of_5["invoke"] < 0.7 * of_4["invoke"]
    for stage in ("preprocess", "full_map"):
        assert of_5[stage] == pytest.approx(of_4[stage], rel=0.02)


def test_large_jpeg_takes_little_more_memory_than_a_small_one(pi_4, tmp_path):
    small, large = tmp_path / "small.jpg", tmp_path / "large.jpg"
    scene = Image.open(ROOT / "docs" / "scene.jpg")
    scene.resize((300, 200)).save(small)
    scene.resize((4000, 3000)).save(large)
    peak = peak_memory(pi_4, small, large)
    # Python, numpy and the interpreter are in it; of the photo 36 MB would be, were it decoded in
    # full.
    assert 40 < peak.at_least_mb <= peak.at_most_mb < 110
    assert peak.at_most_mb - peak.at_least_mb < 10
