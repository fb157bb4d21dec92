"""A short run of each fuzzer: whatever a stranger gives in is a result or a sentence."""

import platform
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SECONDS = 15
HAS_WHEEL = (sys.platform, platform.machine()) == ("linux", "x86_64") and (
    sys.version_info[:2] in ((3, 11), (3, 13))
)
# After the installed package, which is the one to test.
RUN = (
    "import runpy, sys\n"
    "sys.path.append(sys.argv.pop(1))\n"
    "runpy.run_module('tests.fuzz', run_name='__main__', alter_sys=True)\n"
)


@pytest.mark.skipif(
    not HAS_WHEEL, reason="atheris has wheels for Python 3.11 and 3.13 on 64-bit x86 Linux only"
)
@pytest.mark.parametrize("target", ["photos", "models"])
def test_damaged_files_break_nothing(target, tmp_path):
    limits = ("-seed=1", f"-max_total_time={SECONDS}")
    done = subprocess.run(
        [sys.executable, "-c", RUN, ROOT, target, *limits],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        errors="replace",
    )
    assert done.returncode == 0, done.stderr[-4000:]
    assert not list(tmp_path.iterdir())
    assert "DONE" in done.stderr
