"""A bundled model that is not what its card says is refused before any interpreter sees it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import dbd_mobile


def flip_a_weight(folder):
    content = bytearray((folder / "model.tflite").read_bytes())
    content[len(content) // 2] ^= 1
    (folder / "model.tflite").write_bytes(content)


def cut_the_file(folder):
    content = (folder / "model.tflite").read_bytes()
    (folder / "model.tflite").write_bytes(content[:-1])


def remove_the_file(folder):
    (folder / "model.tflite").unlink()


def cut_the_card(folder):
    card = (folder / "card.json").read_text()
    (folder / "card.json").write_text(card[: len(card) // 2])


def empty_the_card(folder):
    (folder / "card.json").write_text("{}")


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (flip_a_weight, "is not the one that its card describes"),
        (cut_the_file, "is not the one that its card describes"),
        (remove_the_file, "is not the one that its card describes"),
        (cut_the_card, "card of the bundled model lite is damaged"),
        (empty_the_card, "card of the bundled model lite is damaged"),
    ],
)
def test_damaged_installation_is_told_to_be_repeated(tmp_path, damage, sentence):
    package = Path(dbd_mobile.__file__).parent
    shutil.copytree(package, tmp_path / "dbd_mobile")
    damage(tmp_path / "dbd_mobile" / "models" / "lite")
    done = subprocess.run(
        [sys.executable, "-c", "import dbd_mobile; dbd_mobile.BlurDetector()"],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    last = done.stderr.splitlines()[-1]
    assert last.startswith("dbd_mobile.errors.ModelError")
    assert sentence in last
    assert "install dbd-mobile again" in last
