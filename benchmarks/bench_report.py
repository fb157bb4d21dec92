"""A benchmark's report in, from ``dbd-mobile bench`` or from a phone; checked against its schema.

The schema is a JSON Schema file of the runtime, which Python, Java and others share.
"""

import json
from importlib.resources import files

from benchmarks.json_schema import check_schema

_SCHEMA = json.loads(
    files("dbd_mobile").joinpath("schemas", "bench_report.schema.json").read_text("utf-8")
)

STAGES = tuple(_SCHEMA["properties"]["latencies"]["items"]["properties"]["stages_ms"]["properties"])
"""All that a photo goes through on one kind of machine or the other; the last is their sum."""


def check_report(report: object) -> None:
    """Check that a report has the schema, all of it and nothing else.

    Args:
        report: As read from JSON.

    Raises:
        InputError: It has not; the message says where.
    """
    check_schema(report, _SCHEMA, expected="A benchmark's report", name="the report")
