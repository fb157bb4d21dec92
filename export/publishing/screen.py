"""A report in, a table for the terminal out."""

from rich import box
from rich.table import Table
from rich.text import Text

from export.kinds import KINDS
from export.publishing.report import Report
from export.publishing.shipping import shipments

# Of a step; a shorter one is only in the sum.
_LEAST_SECONDS = 0.5


def report_table(report: Report) -> Table:
    """One row for each form of the network, compared with the row above it."""
    # As Text, so that a file's name with brackets is shown as it is.
    named = f"{report.checkpoint.name} ({report.checkpoint.architecture})"
    # Narrow enough for a terminal of 80 columns.
    table = Table(title=Text(named, "table.title"), box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column("form")
    kind = KINDS[report.kind]
    differences = [column for column in kind.differences if column.on_screen]
    measures = [column for column in kind.accuracies if column.on_screen]
    if report.evaluation is None:
        measures = []
    for heading in (*(column.heading for column in (*differences, *measures)), "bytes"):
        table.add_column(heading, justify="right")
    table.add_column("gate")
    sizes = {file.stage: f"{file.size_bytes:,}" for file in report.files}
    for stage in report.stages:
        cells = [""] * len(differences)
        if stage.difference is not None:
            cells = [column.shown(stage.difference) for column in differences]
        scores = [""] * len(measures)
        if stage.accuracy is not None:
            scores = [column.shown(stage.accuracy) for column in measures]
        verdict = Text("refused", "red") if stage.failures else Text("ok", "green")
        table.add_row(stage.name, *cells, *scores, sizes.get(stage.name, ""), verdict)
    table.caption = Text(f"Gate: {report.gate}.", "table.caption")
    return table


def shipping_table(report: Report) -> Table:
    """Which file to ship where, and how long the export took."""
    table = Table(title="Which file to ship where", box=box.SIMPLE_HEAD)
    # A name that is too long goes on in the next line: it is what to ship.
    table.add_column("file", overflow="fold")
    table.add_column("to")
    table.add_column("ms here", justify="right")
    for shipment in shipments(report):
        latency = shipment.latency_ms
        shown = "" if latency is None else f"{latency:.1f}"
        table.add_row(Text(shipment.file.name), shipment.place, shown)
    steps = ", ".join(
        f"{step} {seconds:.0f}"
        for step, seconds in report.seconds.items()
        if seconds >= _LEAST_SECONDS
    )
    table.caption = Text(
        "A photo in LiteRT on one thread of this machine; python -m benchmarks measures with care. "
        f"Seconds of the export: {sum(report.seconds.values()):.0f} ({steps}).",
        "table.caption",
    )
    return table


def census_table(report: Report) -> Table:
    """What the TFLite files hold, as read back from them."""
    stages = [stage for stage in report.stages if stage.tflite is not None]
    table = Table(title="Inside the TFLite files", box=box.SIMPLE_HEAD)
    table.add_column("")
    for stage in stages:
        table.add_column(stage.name)
    facts = [stage.tflite for stage in stages if stage.tflite]
    for heading, cells in (
        ("input", [f.input.described() for f in facts]),
        ("output", [f.output.described() for f in facts]),
        ("operators", [_counts(f.operators) for f in facts]),
        ("tensors", [_counts(f.tensor_types) for f in facts]),
        ("(de)quantise", [str(f.conversions) for f in facts]),
        ("convolution padding", [_counts(f.paddings) for f in facts]),
        ("XNNPACK pieces", [str(f.xnnpack_partitions) for f in facts]),
        ("outside XNNPACK", [_counts(f.outside_xnnpack) for f in facts]),
    ):
        table.add_row(heading, *cells)
    return table


def _counts(counts: dict[str, int]) -> str:
    return "\n".join(f"{count} {name}" for name, count in counts.items()) or "none"
