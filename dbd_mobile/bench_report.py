"""A benchmark's report in; what of it may be given to others, and a name for its file, out.

What the parts of a report are says ``schemas/bench_report.schema.json``.
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from dbd_mobile.catalogue import bundled_ids, load_card

BENCH_SCHEMA = "dbd-mobile-bench/2"
"""Name and version of a report, by which a file of it is told."""


def shareable(report: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out of a report what may say who sends it.

    A report has no names of users, hosts or processes and no serial numbers. What goes: the name
    and path of a model of one's own, whose checksum stays, and what follows the number of a kernel,
    where who built it may have put a name.

    Args:
        report: As the schema says.

    Returns:
        A report too.
    """
    sha256 = report["model"]["sha256"]
    ids = {load_card(model_id)["sha256"]: model_id for model_id in bundled_ids()}
    # Of "Linux 6.6.31-name+ aarch64" all but the name.
    system = re.sub(r"^(\S+) ([\d.]*)\S*", r"\1 \2", report["machine"]["system"])
    return {
        **report,
        "model": {**report["model"], "name": ids.get(sha256)},
        "machine": {**report["machine"], "system": " ".join(system.split())},
    }


def device_of(report: Mapping[str, Any]) -> str:
    """Name what a report was measured on: the board or the phone, or else the processor."""
    machine = report["machine"]
    return str(machine["board"] or machine["cpu"] or machine["system"])


def report_name(report: Mapping[str, Any]) -> str:
    """Name a report's file after the device, the model and the content: the same for the same.

    Args:
        report: From :func:`shareable`.

    Returns:
        E.g. "raspberry-pi-5-model-b-rev-1-0.lite-int8.1b2c3d4e.json".
    """
    content = json.dumps(report, sort_keys=True, separators=(",", ":"))
    digest = hashlib.sha256(content.encode()).hexdigest()
    model = report["model"]["name"] or f"own-{report['model']['sha256'][:8]}"
    precision = report["model"]["precision"] or "other"
    return f"{_plain(device_of(report))}.{_plain(model)}-{precision}.{digest[:8]}.json"


def _plain(text: str) -> str:
    """Small letters, digits and dashes, which every file system takes."""
    text = re.sub(r"\((r|tm|c)\)", " ", unicodedata.normalize("NFKD", text).lower())
    text = text.encode("ascii", "ignore").decode()
    return re.sub("[^a-z0-9]+", "-", text)[:60].strip("-") or "unknown"
