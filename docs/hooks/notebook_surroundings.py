"""A hook of the site: its tutorials run in an empty folder, with the commands of this Python."""

import atexit
import os
import sys
import tempfile
from pathlib import Path
from typing import Literal

# What IPython runs first in each kernel. A tutorial has a folder of its own. Its lines with "!" run
# without a terminal, on which each step of a progress bar would be a line of the page, and one that
# fails ends the tutorial; 1 is the verdict of commands that found something.
_FIRST = """
import os, subprocess, tempfile
from IPython import get_ipython

os.chdir(tempfile.mkdtemp(dir={folder!r}))

def system(command):
    done = subprocess.run(
        command, shell=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    print(done.stdout, end="")
    assert done.returncode in (0, 1), command

get_ipython().system = system
"""


def on_startup(*, command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:
    """Say so to the kernels by their environment."""
    folder = tempfile.TemporaryDirectory(prefix="dbd-mobile-tutorials-")
    atexit.register(folder.cleanup)
    startup = Path(folder.name, "profile_default", "startup")
    startup.mkdir(parents=True)
    (startup / "00-folder.py").write_text(_FIRST.format(folder=folder.name), encoding="utf-8")
    os.environ["IPYTHONDIR"] = folder.name
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
