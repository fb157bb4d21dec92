"""The page's JavaScript has the types that it says."""

import shutil
import subprocess
from importlib.resources import files

import pytest


def test_types_are_as_the_comments_say():
    if shutil.which("tsc") is None:
        pytest.skip("tsc is not installed: apt-get install node-typescript")
    script = files("dbd_mobile") / "jobs" / "page" / "static" / "page.js"
    options = ("--noEmit", "--allowJs", "--checkJs", "--strict", "--noUnusedLocals")
    target = ("--target", "es2022", "--module", "es2022", "--lib", "es2022,dom,dom.iterable")
    done = subprocess.run(["tsc", *options, *target, str(script)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
