"""A detector in the processes that are made from the one that it is in, however they are made."""

import multiprocessing
import os
import subprocess
import sys
from pathlib import Path

import pytest

TINY = Path(__file__).parent / "data" / "tiny_int8.tflite"
DETAIL = TINY.with_name("tiny_detail.tflite")

forks = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a fork is for exec only")

# A child that hangs is ended by its alarm, which its parent sees in its status.
FORKS = """
import os, signal, sys, threading
import numpy as np
from dbd_mobile import BlurDetector

photo = np.random.default_rng(3).integers(0, 256, (500, 500, 3), np.uint8)
detector = BlurDetector(sys.argv[1], detail=sys.argv[2], threads=2)
map_before = detector.detect(photo).model_probability
focus_before = detector.judge(photo, (0, 0, 96, 96))

def judge_for_ever():
    while True:
        detector.detect(photo).probability
        detector.judge(photo, (0, 0, 96, 96))

def in_child(use):
    pid = os.fork()
    if pid:
        return os.waitpid(pid, 0)[1]
    signal.alarm(int(sys.argv[3]))
    use()
    os._exit(0)

def detect():
    blur_map = detector.detect(photo)
    assert np.array_equal(blur_map.model_probability, map_before)
    assert blur_map.probability.shape == (500, 500)

def judge():
    assert detector.judge(photo, (0, 0, 96, 96)).blur_radius_px == focus_before.blur_radius_px

def close():
    detector.close()

def leave():
    sys.stdout = None
    raise SystemExit(0)

def fork_again():
    assert in_child(detect) == 0

"""


def run_forks(code):
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", FORKS + code, TINY, DETAIL, "60"],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["0"]


@forks
@pytest.mark.parametrize("busy", [False, True])
def test_detector_works_in_every_forked_child(busy):
    run_forks(
        f"""
for _ in range({int(busy)}):
    threading.Thread(target=judge_for_ever, daemon=True).start()
uses = [detect, judge, close, fork_again]
print(sum(in_child(uses[i % 4]) != 0 for i in range(100)), flush=True)
os._exit(0)
"""
    )


@forks
def test_forked_child_that_never_uses_the_detector_ends():
    run_forks("print(sum(in_child(leave) != 0 for i in range(5)))")


def fraction_of(model):
    import numpy as np

    from dbd_mobile import detect_blur

    return detect_blur(np.full((40, 60, 3), 255, np.uint8), model=model, threads=1).blurred_fraction


@pytest.mark.parametrize("method", ["spawn", "forkserver"])
def test_detector_is_made_in_a_child_that_was_not_forked_from_it(method):
    if method not in multiprocessing.get_all_start_methods():
        pytest.skip("this system has no such processes")
    code = (
        "import multiprocessing, sys; import test_processes as own\n"
        "if __name__ == '__main__':\n"
        "    from dbd_mobile import BlurDetector\n"
        "    detector = BlurDetector(own.TINY, threads=2)\n"
        f"    with multiprocessing.get_context({method!r}).Pool(2) as pool:\n"
        "        print(pool.map(own.fraction_of, [own.TINY] * 4))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent)},
    )
    assert done.stdout.strip() == "[1.0, 1.0, 1.0, 1.0]", done.stderr
