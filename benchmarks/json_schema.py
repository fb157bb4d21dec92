"""What was read from JSON, and a JSON Schema, in; one sentence on where they differ out."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match

from dbd_mobile.errors import InputError

_FOLDER = Path(__file__).parent / "schemas"


def check_schema(value: object, schema: Mapping[str, Any], *, expected: str, name: str) -> None:
    """Check that a value has a schema, all of it and nothing else.

    Args:
        value: As read from JSON.
        schema: A JSON Schema with a property ``schema``, whose value is the schema's name.
        expected: What it should be, e.g. "A benchmark's report".
        name: What to call it, e.g. "the report".

    Raises:
        InputError: It has not; the message says where.
    """
    # The schema's name before all else: of another one everything may differ.
    errors = list(Draft202012Validator(schema).iter_errors(value))
    error = best_match([e for e in errors if list(e.path) == ["schema"]] or errors)
    if error is not None:
        raise InputError(
            f"{expected} of {schema['properties']['schema']['const']} was expected; "
            f"{name}{error.json_path.removeprefix('$')} {_said(error)}."
        )


def read_result(path: Path, schema: str, *, expected: str) -> dict[str, Any]:
    """Read a stored result.

    Args:
        path: The file.
        schema: The name of a file in ``benchmarks/schemas/``, without its ending.
        expected: As for ``check_schema``.

    Raises:
        InputError: It is no JSON, or has not the schema.
        OSError: It cannot be read.
    """
    try:
        result: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError(f"{expected} was expected; {path} is no JSON: {error}.") from None
    own = json.loads((_FOLDER / f"{schema}.schema.json").read_text(encoding="utf-8"))
    check_schema(result, own, expected=expected, name=str(path))
    return result


def _said(error: ValidationError) -> str:
    """What is wrong at the error's place: what was expected, what came, at most 60 characters."""
    got = f"{error.instance!r:.60}"
    if error.validator in ("type", "const"):
        expected = error.validator_value
        names = " or ".join(expected) if isinstance(expected, list) else expected
        return f"must be {names}, got {got}"
    return f"is wrong: {error.message.replace(repr(error.instance), got)}"
