"""What the build for 32-bit Android brings because Debian's clang has no library for it."""

import shutil
import subprocess

import pytest

from .conftest import ARM32, DRIVERS, OURS_FIRST, android_objects

WORD = 1 << 32
LONG = 1 << 64


def towards_zero(number, by):
    """C's quotient, and what is left over."""
    quotient = abs(number) // abs(by) * (1 if (number < 0) == (by < 0) else -1)
    return [quotient, number - quotient * by]


def test_divisions_on_32_bit_arm_are_exact(tmp_path):
    missing = [tool for tool in ARM32 if shutil.which(tool) is None]
    if missing:
        pytest.skip(f"32-bit ARM is emulated with {', '.join(ARM32)}")
    objects = android_objects(tmp_path, "armeabi-v7a", [])
    driver = tmp_path / "driver"
    command = [ARM32[0], "-O1", "-static", OURS_FIRST, "-o", driver]
    command += [DRIVERS / "division_driver.c", *objects]
    subprocess.run([str(part) for part in command], check=True)
    symbols = subprocess.check_output(["nm", driver], text=True)
    # The driver calls these functions, and not those of its own compiler's library.
    assert " dbd_divide\n" in symbols and "__udivmoddi4" not in symbols
    lines = subprocess.check_output([ARM32[1], driver], text=True).splitlines()
    assert len(lines) > 1500
    for line in lines:
        number, by, *results = line.split()
        number, by = int(number), int(by)
        expected = towards_zero(number, by) + list(divmod(number % LONG, by % LONG))
        assert [int(text) for text in results[:4]] == expected, line
        assert float(results[4]) == float(number), line
        if len(results) > 5:
            expected = towards_zero(number, by) + list(divmod(number % WORD, by % WORD))
            assert [int(text) for text in results[5:]] == expected, line
    assert sum(len(line.split()) > 7 for line in lines) > 500
