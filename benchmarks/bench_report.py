"""A benchmark's report in, from ``dbd-mobile bench`` or from a phone; checked against its schema.

The schema is a JSON Schema file of the runtime, which Python, Java and others share.
"""

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match

from dbd_mobile.errors import InputError

_SCHEMA = json.loads(
    files("dbd_mobile").joinpath("schemas", "bench_report.schema.json").read_text("utf-8")
)
_VALIDATOR = Draft202012Validator(_SCHEMA)
_PARTS = _SCHEMA["properties"]

STAGES = tuple(_PARTS["latencies"]["items"]["properties"]["stages_ms"]["properties"])
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
    # The schema's name before all else: of another one everything may differ.
    errors = list(_VALIDATOR.iter_errors(report))
    error = best_match([e for e in errors if list(e.path) == ["schema"]] or errors)
    if error is not None:
        raise InputError(
            f"A benchmark's report of {_PARTS['schema']['const']} was expected; the report"
            f"{error.json_path.removeprefix('$')} {_said(error)}{_advice(error)}."
        )


def _advice(error: ValidationError) -> str:
    return ": measure again with a newer dbd-mobile" if error.instance == _OLD else ""


def _said(error: ValidationError) -> str:
    """What is wrong at the error's place: what was expected, what came, at most 60 characters."""
    got = f"{error.instance!r:.60}"
    if error.validator in ("type", "const"):
        expected = error.validator_value
        names = " or ".join(expected) if isinstance(expected, list) else expected
        return f"must be {names}, got {got}"
    return f"is wrong: {error.message.replace(repr(error.instance), got)}"
