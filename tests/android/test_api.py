"""The library's public API: that it is what was written down, and what may be null in it."""

import re

import pytest

from .conftest import ROOT

API = ROOT / "android_demo" / "dbd" / "api.txt"
NULL_ARGUMENTS = "android_demo/dbd/src/hostTest/java/org/dbdmobile/NullArgumentsTest.java"


def test_public_api_is_what_was_written_down(library):
    written = API.read_text(encoding="utf-8").splitlines()
    found = library.public_api().splitlines()
    if written != found:
        changed = [
            line.strip() for line in [*written, *found] if (line in written) != (line in found)
        ]
        first = f" in '{changed[0]}'" if changed else ""
        pytest.fail(
            f"The public API differs from android_demo/dbd/api.txt{first}: where that is meant,"
            " write it anew with python3 android_demo/build.py api.",
            pytrace=False,
        )


def test_arguments_marked_as_nullable_are_those_for_which_null_is_allowed():
    marked = []
    for type_described in API.read_text(encoding="utf-8").split("\n\n"):
        header, *members = type_described.splitlines()
        [name] = re.findall(r"(?:class|interface|enum) org\.dbdmobile\.(\S+)", header)
        for method, parameters in re.findall(r" (\w+)\((.*)\)", "\n".join(members)):
            kinds = parameters.split(", ")
            marked += [
                f"{name}.{method} {i} of {len(kinds)}"
                for i, kind in enumerate(kinds)
                if kind.endswith("?")
            ]
    tried = (ROOT / NULL_ARGUMENTS).read_text(encoding="utf-8")
    # Those that are not tried there: equals takes null everywhere, and a failure has no cause.
    allowed = {"Framing.equals 0 of 1", "Strictness.equals 0 of 1"}
    allowed |= {"DbdException$Backend.Backend 1 of 2"}
    allowed |= set(re.findall(r"[\[ ](\w+\.\w+ \d of \d)[,\]]", tried))
    assert set(marked) == allowed
