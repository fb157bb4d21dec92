"""The command ``dbd-mobile``: arguments in; results on stdout, an exit status out.

Exit status: 0 all went well; 1 some photos failed, ``doctor`` found that nothing can run, or who
reads the results has left; 2 nothing was done, because of the arguments, the model, the output
folder or a missing interpreter, or stdout cannot be written to; 130 interrupted, 143 terminated.
"""

import argparse
import warnings
from collections.abc import Sequence

from dbd_mobile.cli import (
    bench,
    best,
    burst,
    calibrate,
    completion,
    detect,
    doctor,
    judge,
    models,
    scan,
    serve,
    video,
)
from dbd_mobile.cli.chatter import without_chatter
from dbd_mobile.cli.screen import run_command
from dbd_mobile.version import __version__


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    Args:
        arguments: What follows the command's name; None takes it from ``sys.argv``.

    Returns:
        The exit status.

    Raises:
        SystemExit: The arguments are wrong (2), or help or the version was asked for (0).
    """
    return run_command(
        lambda: _run(arguments),
        error_prefix="dbd-mobile: ",
        interrupted="dbd-mobile: interrupted.",
    )


def _run(arguments: Sequence[str] | None) -> int:
    options = command_parser().parse_args(arguments)
    # Pillow warns of what is handled here, e.g. damaged EXIF; tensorflow of a later version of
    # itself.
    warnings.filterwarnings("ignore", module="PIL|tensorflow")
    with without_chatter():
        status: int = options.run(options)
    return status


def command_parser() -> argparse.ArgumentParser:
    """Give the parser of all arguments."""
    parser = argparse.ArgumentParser(
        prog="dbd-mobile",
        description="Find, on this device, what in a photo is out of focus.",
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for command in (
        detect, judge, best, burst, scan, video, serve, calibrate, models, doctor, bench,
        completion,
    ):  # fmt: skip
        command.add_parser(commands)
    return parser
