"""``dbd-mobile serve``: photos from a browser or another program in; verdicts and maps out."""

import argparse
import os

from dbd_mobile.cli.judging import add_detector, detector_of
from dbd_mobile.cli.options import whole_number
from dbd_mobile.cli.screen import complain, say
from dbd_mobile.errors import InputError
from dbd_mobile.jobs.page.limits import Limits

_PORT = 8765
_TOKEN_VARIABLE = "DBD_MOBILE_TOKEN"


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command's arguments."""
    parser = commands.add_parser(
        "serve",
        help="show a page in the browser that looks at photos, and answer other programs",
        description="Print the link of a page to drop photos on, which shows what of them is "
        "blurred and how sharp the subject or a box is, and answer other programs over HTTP, as "
        "/openapi.json under that link describes, until interrupted. Photos stay on this machine, "
        "in memory, and are kept nowhere. Other machines can ask only if --host says so, and only "
        'with the token that is then in the link. It needs: pip install "dbd-mobile[serve]"',
    )
    parser.add_argument(
        "--host",
        default="127.0.0.1",
        metavar="ADDRESS",
        help="address to listen at; 0.0.0.0 lets other machines ask, with a token; default: "
        "127.0.0.1, for this machine only",
    )
    parser.add_argument(
        "--port",
        type=int,
        default=_PORT,
        metavar="N",
        help=f"port to listen at, 0 for one that is free; default: {_PORT}",
    )
    parser.add_argument(
        "--token",
        metavar="TEXT",
        help="what everybody has to show, of 16 characters or more; default: that of the "
        f"environment variable {_TOKEN_VARIABLE}, which other users of this machine cannot see, "
        "or else one that is made at the start if other machines can ask",
    )
    parser.add_argument(
        "--max-mb",
        type=whole_number,
        default=Limits.max_mb,
        metavar="N",
        help=f"refuse photos whose file has more megabytes; default: {Limits.max_mb}",
    )
    parser.add_argument(
        "--timeout",
        type=whole_number,
        default=Limits.timeout_s,
        metavar="SECONDS",
        help=f"give a request up after so long; default: {Limits.timeout_s}",
    )
    parser.add_argument(
        "--parallel",
        type=whole_number,
        default=Limits.parallel,
        metavar="N",
        help=f"refuse more requests than this at a time; default: {Limits.parallel}",
    )
    add_detector(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Answer until a signal ends it."""
    # They are of an extra, and take a while to load.
    try:
        from dbd_mobile.jobs.page.server import serve
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("dbd_mobile"):
            raise
        raise InputError(
            f'The page needs the package {error.name}: `pip install "dbd-mobile[serve]"` installs '
            f"it."
        ) from None
    limits = Limits(max_mb=options.max_mb, timeout_s=options.timeout, parallel=options.parallel)
    with detector_of(options) as detector:
        serve(
            detector,
            host=options.host,
            port=options.port,
            token=options.token or os.environ.get(_TOKEN_VARIABLE) or None,
            limits=limits,
            on_ready=_announce,
        )
    return 0


def _announce(link: str) -> None:
    say(link)
    complain("dbd-mobile: open this link in a browser; Ctrl-C ends it.")
