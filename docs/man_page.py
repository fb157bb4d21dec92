"""Writes ``docs/dbd-mobile.1``, the manual page in the package: ``python -m docs.man_page``."""

import argparse
from collections.abc import Iterator
from pathlib import Path

from dbd_mobile.cli import command_parser

PAGE = Path(__file__).with_name("dbd-mobile.1")
ONLINE = "Models, accuracy, limits and the Python library are described in the package's README."


def page() -> str:
    """Give the page, as troff with man's macros."""
    parser = command_parser()
    (commands,) = parser._subparsers._group_actions
    lines = [
        '.TH DBD-MOBILE 1 "" "dbd-mobile" "User Commands"',
        *(".SH NAME", rf"dbd\-mobile \- {plain(lower(parser.description)).rstrip('.')}"),
        *(".SH SYNOPSIS", r".B dbd\-mobile", r"COMMAND [\fIARGUMENTS\fR]"),
        *(".SH DESCRIPTION", plain(parser.description), ".SH COMMANDS"),
    ]
    epilogs = {}
    for name, command in commands.choices.items():
        lines += [rf".SS {plain(name)}{usage(command)}", plain(command.description)]
        lines += [line for action in command._actions for line in described(action)]
        if command.epilog:
            epilogs[command.epilog] = None
    lines += [".SH EXIT STATUS", *(plain(epilog) for epilog in epilogs)]
    lines += [".SH SEE ALSO", plain(ONLINE)]
    return "\n".join(lines) + "\n"


def usage(command: argparse.ArgumentParser) -> str:
    """Name what must be given."""
    return "".join(f" {name(a)}" for a in command._actions if not a.option_strings)


def described(action: argparse.Action) -> Iterator[str]:
    """Say what an argument is for; those without a word on it are in the description."""
    if action.help and action.dest != "help":
        yield ".TP"
        yield rf"\fB{plain(', '.join(action.option_strings)) or name(action)}\fR{value(action)}"
        yield plain(action.help % {**vars(action), "prog": "dbd-mobile"})


def value(action: argparse.Action) -> str:
    """Name the value of an option that takes one."""
    takes_one = action.option_strings and action.nargs != 0
    return rf" \fI{name(action)}\fR" if takes_one else ""


def name(action: argparse.Action) -> str:
    """Name what stands for a value."""
    several = " ..." if action.nargs == "+" else ""
    return plain(f"{action.metavar or action.dest}{several}")


def plain(text: str) -> str:
    """Give a text that troff prints as it is."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{text}" if text[:1] in (".", "'") else text


def lower(text: str) -> str:
    """Begin a text with a small letter."""
    return text[:1].lower() + text[1:]


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
