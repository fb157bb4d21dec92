"""Command line of the exporter: ``python -m export --help``."""

import argparse
import math
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)

from dbd_mobile.cli.screen import complain, run_command
from evaluation.screen import notes, results
from export.errors import ConversionError
from export.job import ExportJob
from export.kinds import KINDS
from export.pipeline import export_checkpoint
from export.proving.precision import PRECISIONS
from export.publishing.card import write_bundle
from export.publishing.device_times import read_device_times
from export.publishing.hub_folder import check_hub_folder, write_hub_folder
from export.publishing.report import Report
from export.publishing.screen import census_table, report_table, shipping_table
from export.reading.foreign_onnx import Normalisation
from export.reading.map_choice import WHOLE_MAP, MapChoice


def main(arguments: Sequence[str] | None = None) -> int:
    """Export.

    Args:
        arguments: What follows the command's name; None takes it from ``sys.argv``.

    Returns:
        The exit status: 0, 1 if something that was asked for is missing, 2 after bad input, 130
        if stopped.

    Raises:
        SystemExit: The arguments are wrong (2), or help was asked for (0).
    """
    options = _parse(arguments)
    return run_command(
        lambda: _run(options),
        error_prefix="error: ",
        interrupted="Interrupted; nothing half-written is left behind.",
    )


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The options, if they go together."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.list is not None and options.evaluate is None:
        parser.error("--list says which photos of --evaluate; give that too")
    if options.calibration_list is not None and options.calibration is None:
        parser.error("--calibration-list says which photos of --calibration; give that too")
    if (options.mean is None) != (options.scale is None):
        parser.error("--mean and --scale belong together")
    is_onnx = options.checkpoint.suffix.lower() == ".onnx"
    if options.mean is not None and not is_onnx:
        parser.error("--mean and --scale are for ONNX files; a checkpoint says how it is fed")
    if _choice(options) != WHOLE_MAP and not is_onnx:
        parser.error(
            "--size, --output-name, --channel, --logits and --resize-output are for ONNX files; a "
            "checkpoint's network gives one map"
        )
    if options.hub is None:
        if options.devices or options.base_model:
            parser.error("--devices and --base-model are for a model hub; give --hub too")
    elif options.author is None or options.license is None:
        parser.error("--hub needs --author and --license: the card states both")
    elif options.keep_failing:
        parser.error("--hub takes an export that passes; leave --keep-failing out")
    elif options.hub.resolve() == options.output.resolve():
        parser.error("--hub needs another folder than the export itself")
    if options.bundle is None:
        if options.also_evaluate or options.composites:
            parser.error("--also-evaluate and --composites are for the card; give --bundle too")
        return options
    if options.evaluate is None or "int8" not in options.precision:
        parser.error("--bundle needs --evaluate and int8: the card states int8's accuracy")
    if is_onnx or options.keep_failing:
        parser.error("--bundle takes a checkpoint whose export passes")
    if options.calibration is None:
        parser.error("--bundle needs --calibration: generated images stand in for photos poorly")
    if options.author is None or options.license is None:
        parser.error("--bundle needs --author and --license: the card states both")
    return options


def _run(options: argparse.Namespace) -> int:
    # Before the work: what cannot be read or written is told at once.
    if options.hub is not None:
        check_hub_folder(options.hub)
    times = read_device_times(options.devices) if options.devices else []
    try:
        report = _export(options)
    except ConversionError as error:
        complain(f"error: {error}")
        return 1
    results.print(report_table(report))
    if any(stage.tflite for stage in report.stages):
        results.print(census_table(report))
    if report.files:
        results.print(shipping_table(report))
    for stage in report.stages:
        for sentence in stage.slow_spots:
            complain(f"slow: {stage.name}: {sentence}")
        for sentence in (warning for check in stage.runtimes for warning in check.warnings):
            complain(f"warning: {stage.name}: {sentence}")
        for sentence in stage.failures:
            complain(f"refused: {stage.name}: {sentence}")
    for name, sentences in report.remarks.items():
        for sentence in sentences:
            complain(f"note: {name}: {sentence}")
    if report.is_int8_rescued:
        complain("note: int8-mixed stands in for int8.")
    for sentence in report.calibration.skipped if report.calibration else ():
        complain(f"note: left out of the calibration: {sentence}")
    if report.used_generated_images:
        complain(
            "note: generated images stood in for calibration photos; give --calibration with "
            "photos like yours."
        )
    for sentence in report.left_out:
        complain(sentence)
    complain(f"Written to {options.output}: {_listed(report)}.")
    if not report.passed:
        complain(
            "What was refused is written too (--keep-failing): exit status 1."
            if options.keep_failing
            else "What was refused is not written: exit status 1. To do without a form, name the "
            "others with --precision."
        )
        if options.hub is not None:
            complain(f"Nothing is written to {options.hub}: a hub takes an export that passes.")
        return 1
    if options.hub is not None:
        write_hub_folder(report, options.output, options.hub, times, options.base_model)
        complain(f"For a model hub: {options.hub}.")
    if options.bundle is not None and report.is_int8_rescued:
        complain("Not bundled: a bundled model is int8 throughout. Exit status 1.")
        return 1
    if options.bundle is not None:
        int8_file = options.output / f"{options.checkpoint.stem}.int8.tflite"
        kind = KINDS[report.kind]
        shipped = {}
        for data, list_file in ((options.evaluate, options.list), *options.also_evaluate):
            evaluation = kind.open_evaluation(data, list_file)
            shipped[evaluation.name] = evaluation.measure_shipped(int8_file)
        if options.composites:
            name = f"{options.composites.resolve().name}/composites"
            shipped[name] = kind.measure_composites(int8_file, options.composites)
        folder = write_bundle(report, int8_file, options.bundle, shipped)
        complain(f"Bundled as {folder}.")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m export",
        description="Turn trained weights into ONNX and TFLite files that compute the same thing.",
        epilog="A file that fails its gate is not written; the report (HTML and JSON) says why. "
        "Exit status: 0, 1 if something that was asked for is missing, 2 after bad input.",
    )
    parser.add_argument(
        "checkpoint",
        type=Path,
        help="weights or checkpoint from 'python -m training' (.safetensors, .pt), the "
        "Student_model.pth that the authors of Distill-DBDGAN released (.pth, .pt), or any .onnx "
        "with one RGB image in and one map out",
    )
    parser.add_argument("-o", "--output", type=Path, required=True, help="folder for the files")
    parser.add_argument(
        "--calibration",
        type=Path,
        metavar="DIR",
        help="photos to calibrate int8 with, in the folder or in its image/; up to 200 are used, "
        "evenly spaced, or for detail up to 200 tiles of them (default: generated images)",
    )
    parser.add_argument(
        "--calibration-list",
        type=Path,
        metavar="FILE",
        help="which of them: a file name a line, looked for in the folder too (default: all)",
    )
    parser.add_argument(
        "--evaluate",
        type=Path,
        metavar="DIR",
        help="data set with image/ and mask/ (white = blurred), or for detail crisp photos in "
        "their cameras' own pixels: the gate then includes accuracy",
    )
    parser.add_argument(
        "--list",
        type=Path,
        metavar="FILE",
        help="which of its photos: a file name a line, looked for in DIR too (default: all)",
    )
    parser.add_argument(
        "--also-evaluate",
        type=Path,
        nargs=2,
        action="append",
        default=[],
        metavar=("DIR", "FILE"),
        help="another data set, and which of its photos, that the card of --bundle states int8's "
        "accuracy on; may be given again",
    )
    parser.add_argument(
        "--composites",
        type=Path,
        metavar="DIR",
        help="photos and object masks of which 'python -m benchmarks composites' makes photos of "
        "known blur, for the card of --bundle too",
    )
    parser.add_argument(
        "--precision",
        type=_precisions,
        default=tuple(PRECISIONS),
        metavar="LIST",
        help=f"TFLite files to write, separated by commas (default: {','.join(PRECISIONS)}); "
        "int8-mixed is made where int8 fails",
    )
    parser.add_argument(
        "--keep-failing", action="store_true", help="write the files too that fail their gate"
    )
    parser.add_argument(
        "--mean",
        type=_channels,
        metavar="R,G,B",
        help="how an ONNX file is fed that does not say so: (x - mean) / scale, x from 0 to 255; "
        "one number for all channels or one each (a negative one as in --mean=-1,2,3)",
    )
    parser.add_argument("--scale", type=_scale, metavar="R,G,B", help="see --mean")
    parser.add_argument(
        "--size",
        type=_size,
        metavar="WxH",
        help="the image's size, for an ONNX file that leaves it free",
    )
    parser.add_argument(
        "--output-name",
        metavar="NAME",
        help="which of an ONNX file's outputs is the map",
    )
    parser.add_argument(
        "--channel",
        type=_channel,
        metavar="N",
        help="which of that output's channels is that of blur, counted from 0",
    )
    parser.add_argument(
        "--logits",
        action="store_true",
        help="the output has no sigmoid yet, or no softmax over its channels: put it behind",
    )
    parser.add_argument(
        "--resize-output",
        action="store_true",
        help="the map is smaller than the image: enlarge it, bilinearly",
    )
    parser.add_argument(
        "--bundle",
        type=_model_id,
        metavar="ID",
        help="put the int8 file with a card into the device package, under this id; needs --author "
        "and --license",
    )
    parser.add_argument(
        "--hub",
        type=Path,
        metavar="DIR",
        help="write a folder too that a model hub takes as it is: the files, a card, a bill of "
        "materials; needs --author and --license",
    )
    parser.add_argument(
        "--devices",
        type=Path,
        metavar="DIR",
        help="reports of 'dbd-mobile bench' (JSON) for the card of --hub, which shows those of "
        "these very files",
    )
    parser.add_argument(
        "--base-model",
        metavar="ID",
        help="for the card of --hub: what hubs call the model that training started from",
    )
    parser.add_argument(
        "--model-version",
        dest="version",
        metavar="VERSION",
        help="for the files' metadata and the card (default: that of the weights, else 1.0.0)",
    )
    parser.add_argument(
        "--author",
        metavar="NAME",
        help="for the files' metadata and the card (default: what an ONNX file says, else unknown)",
    )
    parser.add_argument(
        "--license", metavar="NAME", help="as --author; of the weights, not of the data"
    )
    parser.add_argument("--verbose", action="store_true", help="show all that the converters write")
    return parser


def _precisions(text: str) -> tuple[str, ...]:
    wanted = text.split(",")
    unknown = [name for name in wanted if name not in PRECISIONS]
    if unknown:
        raise argparse.ArgumentTypeError(
            f"unknown precision {unknown[0]!r}; known are {', '.join(PRECISIONS)}"
        )
    if "int8-mixed" in wanted and "int8" not in wanted:
        raise argparse.ArgumentTypeError("int8-mixed is made where int8 fails; ask for both")
    return tuple(precision for precision in PRECISIONS if precision in wanted)


def _channels(text: str) -> tuple[float, float, float]:
    try:
        values = [float(value) for value in text.split(",")]
    except ValueError:
        values = []
    if len(values) not in (1, 3) or not all(math.isfinite(value) for value in values):
        raise argparse.ArgumentTypeError(f"{text!r}: expected a number, or three as in 1,2,3")
    red, green, blue = values * (3 // len(values))
    return red, green, blue


def _scale(text: str) -> tuple[float, float, float]:
    channels = _channels(text)
    if min(channels) < 1:
        # No network is fed more than 255; most are published with numbers for pixels up to 1.
        raise argparse.ArgumentTypeError(
            f"{text!r}: expected 1 or more, since pixels go to 255; where they go to 1, multiply "
            "both --mean and --scale by 255"
        )
    return channels


def _size(text: str) -> tuple[int, int]:
    sides = re.fullmatch(r"([1-9][0-9]{0,4})x([1-9][0-9]{0,4})", text)
    if sides is None:
        raise argparse.ArgumentTypeError(f"{text!r}: expected width and height as in 320x240")
    return int(sides[1]), int(sides[2])


def _channel(text: str) -> int:
    if not re.fullmatch("[0-9]{1,6}", text):
        raise argparse.ArgumentTypeError(f"{text!r}: expected a whole number, the first is 0")
    return int(text)


def _choice(options: argparse.Namespace) -> MapChoice:
    return MapChoice(
        size_wh=options.size,
        output=options.output_name,
        channel=options.channel,
        are_logits=options.logits,
        is_enlarged=options.resize_output,
    )


def _model_id(text: str) -> str:
    if not re.fullmatch("[a-z0-9][a-z0-9_-]*", text):
        raise argparse.ArgumentTypeError(
            f"{text!r} is no model id; expected small letters, digits, - and _"
        )
    return text


def _export(options: argparse.Namespace) -> Report:
    job = ExportJob(
        checkpoint=options.checkpoint,
        output=options.output,
        precisions=options.precision,
        stated={
            name: getattr(options, name)
            for name in ("version", "author", "license")
            if getattr(options, name) is not None
        },
        normalisation=Normalisation(options.mean, options.scale) if options.mean else None,
        choice=_choice(options),
        keep_failing=options.keep_failing,
        calibration=options.calibration,
        calibration_list=options.calibration_list,
        evaluation=options.evaluate,
        evaluation_list=options.list,
        verbose=options.verbose,
    )
    columns = (TextColumn("{task.description:24}", markup=False), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn(), console=notes) as bars:
        tasks: dict[str, TaskID] = {}

        def progress(step: str, done: int, total: int | None) -> None:
            if step not in tasks:
                tasks[step] = bars.add_task(step, total=total)
            bars.update(tasks[step], completed=done, total=total)

        return export_checkpoint(job, progress)


def _listed(report: Report) -> str:
    names = ", ".join(file.name for file in report.files)
    return f"{names}, and the report" if names else "the report"


if __name__ == "__main__":
    sys.exit(main())
