"""A benchmark's report in, from ``dbd-mobile bench`` or from a phone; checked against its schema.

The schema is a JSON Schema file of the runtime, which Python, Java and others share.
"""

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

from benchmarks.json_schema import check_schema
from dbd_mobile.errors import InputError

_SCHEMA = json.loads(
    files("dbd_mobile").joinpath("schemas", "bench_report.schema.json").read_text("utf-8")
)

_NAME = _SCHEMA["properties"]["schema"]["const"]

STAGES = tuple(_SCHEMA["properties"]["latencies"]["items"]["properties"]["stages_ms"]["properties"])
"""All that a photo goes through on one kind of machine or the other; the last is their sum."""

# Read no longer: it does not say in what a model computes, nor what else ran on the machine, so
# that nobody can tell what its times may be compared with.
_OLD = "dbd-mobile-bench/1"

# A hundred times what a report takes.
_MAX_BYTES = 2**20


def read_report(path: Path) -> dict[str, Any]:
    """Read a report's file and check it, as ``check_report`` does.

    Raises:
        InputError: There is no such file, or it is no report; the message says why.
    """
    try:
        with path.open("rb") as file:
            content = file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise InputError(f"It cannot be read: {error.strerror}.") from None
    if len(content) > _MAX_BYTES:
        raise InputError(f"A report of at most {_MAX_BYTES} bytes was expected; it has more.")
    try:
        report = json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise InputError("A benchmark's report as JSON was expected; it is no text.") from None
    except (ValueError, RecursionError) as error:
        raise InputError(f"A benchmark's report as JSON was expected; {error!s:.100}.") from None
    check_report(report)
    return dict(report)


def check_report(report: object) -> None:
    """Check that a report has the schema, all of it and nothing else.

    Args:
        report: As read from JSON.

    Raises:
        InputError: It has not; the message says where.
    """
    if isinstance(report, dict) and report.get("schema") == _OLD:
        raise InputError(
            f"A benchmark's report of {_NAME} was expected, got {_OLD!r}: measure again with a "
            "newer dbd-mobile."
        )
    check_schema(report, _SCHEMA, expected="A benchmark's report", name="the report")
