"""The whole C library over frames, regions and files of every kind, watched by gcc's sanitizers."""

import subprocess

import pytest

from .conftest import DRIVERS, ROOT, compile_c, library_sources

SANITIZERS = ("-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")
MODELS = [ROOT / "dbd_mobile" / "models" / name / "model.tflite" for name in ("lite", "detail")]
ROUNDS = 40


@pytest.fixture(scope="module")
def fuzz_driver(tmp_path_factory):
    sources = [DRIVERS / "fuzz_driver.c", DRIVERS / "fake_tflite.c", *library_sources()]
    return compile_c(tmp_path_factory.mktemp("fuzz") / "driver", sources, *SANITIZERS)


def test_no_frame_region_or_damaged_file_makes_it_read_or_write_elsewhere(fuzz_driver):
    command = [str(part) for part in (fuzz_driver, *MODELS, ROUNDS)]
    done = subprocess.run(command, text=True, capture_output=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{ROUNDS}\n"


def test_memory_that_runs_out_anywhere_is_told_and_nothing_is_lost(tmp_path):
    sources = [DRIVERS / "memory_driver.c", DRIVERS / "fake_tflite.c", *library_sources()]
    wrapped = "-Wl,--wrap=malloc,--wrap=calloc"
    driver = compile_c(tmp_path / "driver", sources, *SANITIZERS, wrapped)
    command = [str(part) for part in (driver, *MODELS)]
    done = subprocess.run(command, text=True, capture_output=True)
    assert done.returncode == 0, done.stderr
    # Each allocation failed once.
    assert int(done.stdout) > 40
