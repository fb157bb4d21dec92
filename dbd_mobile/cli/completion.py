"""``dbd-mobile completion``: the commands' options in; a script for bash and zsh out."""

import argparse
import functools
from collections.abc import Mapping

from dbd_mobile.cli.screen import say

_SCRIPT = """\
# Completion of dbd-mobile for bash, and for zsh after: autoload -U bashcompinit && bashcompinit
_dbd_mobile() {
    local word=${COMP_WORDS[COMP_CWORD]} words=
    if [ "$COMP_CWORD" -eq 1 ]; then
        words="COMMANDS --help --version"
    else
        case $word in -*)
            case ${COMP_WORDS[1]} in
OPTIONS
            esac
        esac
    fi
    COMPREPLY=($(compgen -W "$words" -- "$word"))
}
# Where no word fits: files.
complete -o default -F _dbd_mobile dbd-mobile
"""


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = commands.add_parser(
        "completion",
        help="print a script that completes the command line in bash and zsh",
        description="Print a script that completes commands and options. For bash, put into "
        '~/.bashrc: eval "$(dbd-mobile completion)"; for zsh, put into ~/.zshrc before that: '
        "autoload -U bashcompinit && bashcompinit",
    )
    # Those that are added later too.
    parser.set_defaults(run=functools.partial(_run, commands.choices))


def _run(parsers: Mapping[str, argparse.ArgumentParser], options: argparse.Namespace) -> int:
    known = "\n".join(
        f'                {name}) words="{" ".join(_options(parser))}" ;;'
        for name, parser in parsers.items()
    )
    script = _SCRIPT.replace("COMMANDS", " ".join(parsers)).replace("OPTIONS", known)
    for line in script.splitlines():
        say(line)
    return 0


def _options(parser: argparse.ArgumentParser) -> list[str]:
    return [option for action in parser._actions for option in action.option_strings]
