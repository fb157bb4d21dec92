"""The command where it is put: streams closed or full, ended by signals, nothing around."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

TINY = Path(__file__).parent / "data" / "tiny_int8.tflite"
COMMAND = (sys.executable, "-m", "dbd_mobile")

full = pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
posix = pytest.mark.skipif(os.name != "posix", reason="needs a POSIX shell")


def run(*command, **options):
    return subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, timeout=120, **options
    )


def run_redirected(redirection, *arguments):
    # Where this is set, argparse meets a full stdout itself, and does not mind.
    env = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    return run("sh", "-c", f'exec "$@" {redirection}', "sh", *COMMAND, *arguments, env=env)


@full
@pytest.mark.parametrize("arguments", [["--help"], ["models"], ["detect"]])
def test_full_stdout_is_one_sentence_and_status_2(arguments, photo_file):
    photos = [photo_file, photo_file, "--model", TINY] if arguments == ["detect"] else []
    done = run_redirected(">/dev/full", *arguments, *photos)
    assert done.stderr == "dbd-mobile: stdout: No space left on device.\n"
    assert done.returncode == 2


@full
def test_full_stderr_loses_the_complaints_and_nothing_else(photo_file, tmp_path):
    photos = [tmp_path / "none.jpg", photo_file]
    done = run_redirected("2>/dev/full", "detect", *photos, "--model", TINY)
    assert done.returncode == 1
    assert done.stdout.startswith(f"{photo_file}  320x240  ")
    assert len(done.stdout.splitlines()) == 1
    assert run_redirected("2>/dev/full", "detect").returncode == 2
    assert run_redirected(">/dev/full 2>/dev/full", "models").returncode == 2


@posix
@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams_leave_the_files_as_they_are(closed, photo_file, tmp_path):
    options = ("-o", tmp_path / "out", "--model", "nano")
    done = run_redirected(closed, "detect", photo_file, *options)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads((tmp_path / "out" / "photo.json").read_text())["width"] == 320
    with Image.open(tmp_path / "out" / "photo.blur.png") as image:
        image.verify()


@posix
def test_closed_stderr_keeps_the_status(tmp_path):
    assert run_redirected("2>&-", "detect", tmp_path / "none.jpg").returncode == 1
    assert run_redirected("2>&-", "fly").returncode == 2


def test_what_libtiff_says_of_a_damaged_photo_stays_off_the_screen(tmp_path):
    path = tmp_path / "damaged.tif"
    pixels = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    Image.fromarray(pixels).save(path, compression="tiff_adobe_deflate")
    content = bytearray(path.read_bytes())
    content[8:-400:7] = bytes(byte ^ 0x5A for byte in content[8:-400:7])
    path.write_bytes(content)
    done = run(*COMMAND, "detect", path, "--model", TINY)
    assert done.returncode == 1
    assert done.stderr.startswith("dbd-mobile: ")
    assert len(done.stderr.splitlines()) == 1


def test_library_leaves_the_stderr_of_its_process_alone():
    code = (
        "import os, sys, dbd_mobile; before = os.fstat(2), sys.stderr; "
        f"dbd_mobile.BlurDetector({str(TINY)!r}, threads=1); "
        "assert os.path.samestat(os.fstat(2), before[0]) and sys.stderr is before[1]; "
        "os.write(2, b'mine')"
    )
    done = run(sys.executable, "-c", code)
    assert (done.returncode, done.stderr.endswith("mine")) == (0, True)


def test_command_needs_no_home_no_temporary_folder_and_no_docstrings(photo_file):
    code = (
        "import sys, tempfile, runpy\n"
        "def refuse(*arguments, **options): raise FileNotFoundError(2, 'No usable folder')\n"
        "tempfile.mkstemp = tempfile.TemporaryFile = tempfile.gettempdir = refuse\n"
        "sys.argv[0] = 'dbd-mobile'\n"
        "runpy.run_module('dbd_mobile', run_name='__main__')\n"
    )
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "SYSTEMROOT")}
    arguments = ("judge", photo_file, "--box", "0,0,160,240")
    done = run(sys.executable, "-OO", "-c", code, *arguments, env=kept)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) == 1


# Writes half a file, says so, and waits for its end.
HALF_FILE = """
import sys, time
from pathlib import Path
from dbd_mobile.atomic_file import atomic_file
from dbd_mobile.cli.screen import run_command

def write():
    with atomic_file(Path(sys.argv[1])) as file:
        file.write(b"half")
        file.flush()
        print("writing", flush=True)
        time.sleep(60)

sys.exit(run_command(write, error_prefix="error: "))
"""


@posix
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_signals_that_end_the_process_leave_no_half_file(name, tmp_path):
    number = getattr(signal, name)
    with subprocess.Popen(
        [sys.executable, "-c", HALF_FILE, tmp_path / "photo.json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A background job ignores SIGINT, and what it starts does so too.
        preexec_fn=lambda: signal.signal(number, signal.default_int_handler),
    ) as process:
        assert process.stdout.readline() == "writing\n"
        assert len(list(tmp_path.iterdir())) == 1
        process.send_signal(number)
        assert process.stderr.read() == "Interrupted.\n"
    assert process.returncode == 128 + number
    assert list(tmp_path.iterdir()) == []


@posix
def test_signal_to_a_forked_child_ends_it_alone(tmp_path):
    code = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from dbd_mobile.atomic_file import atomic_file\n"
        "from dbd_mobile.cli.screen import run_command\n"
        "def run():\n"
        "    with atomic_file(Path(sys.argv[1])) as file:\n"
        "        child = os.fork()\n"
        "        if child == 0:\n"
        "            os.kill(os.getpid(), signal.SIGTERM)\n"
        "        assert os.waitpid(child, 0)[1] == signal.SIGTERM\n"
        "        file.write(b'whole')\n"
        "    return 0\n"
        "sys.exit(run_command(run, error_prefix=''))\n"
    )
    done = run(sys.executable, "-W", "ignore", "-c", code, tmp_path / "file")
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "file").read_text() == "whole"


@posix
def test_signal_that_is_ignored_stays_so():
    code = (
        "import os, signal\n"
        "from dbd_mobile.cli.screen import run_command\n"
        "signal.signal(signal.SIGHUP, signal.SIG_IGN)\n"
        "def run():\n"
        "    os.kill(os.getpid(), signal.SIGHUP)\n"
        "    return 0\n"
        "print(run_command(run, error_prefix=''), int(signal.getsignal(signal.SIGTERM)))\n"
    )
    assert run(sys.executable, "-c", code).stdout.split() == ["0", "0"]
