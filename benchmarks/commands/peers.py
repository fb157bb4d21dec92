"""``python -m benchmarks peers``: photos in; other tools and ours, side by side, out."""

import argparse
from dataclasses import replace
from pathlib import Path

from benchmarks.commands.results import write_json
from benchmarks.peers.measuring import evenly_spaced, measure_peers
from benchmarks.peers.peer import find_peers
from benchmarks.peers.student import StudentFiles
from benchmarks.peers.table import screen_table
from data.blur_dataset import BlurDataset, data_root
from dbd_mobile.cli.screen import complain
from dbd_mobile.errors import InputError
from evaluation.screen import results

_CACHE = Path("build", "peers")


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command's arguments."""
    parser = commands.add_parser(
        "peers", help="other tools for the same question, each in its own environment, and ours"
    )
    parser.add_argument(
        "--data", type=Path, default=data_root(),
        help="folder of the data sets, with cuhk (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--photos", type=int, default=100, metavar="COUNT",
        help="how many of CUHK's test100 (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument("--only", metavar="NAMES", help="of the peers (default: all)")
    parser.add_argument(
        "--student", type=Path, metavar="FILE",
        help="the Student_model.pth of the paper's authors (default: weights made by chance, to "
        "measure its cost)",
    )  # fmt: skip
    parser.add_argument(
        "--cache", type=Path, default=_CACHE, metavar="DIR",
        help="folder for the peers' environments, made on demand (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the result there")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the table; 1 if a peer could not be measured."""
    if options.photos < 1:
        raise InputError(f"--photos must be at least 1, not {options.photos}.")
    cache = options.cache.absolute()
    names = options.only.split(",") if options.only else None
    peers = find_peers(names, StudentFiles.find(options.student, cache))
    result = measure_peers(
        peers,
        _some_of(options.data / "cuhk", options.photos),
        cache=cache,
        on_making=lambda what: complain(f"Making {what}: once, for a minute or two .."),
    )
    if options.json:
        write_json(options.json, result)
    results.print(screen_table(result))
    return 1 if any(row["failure"] for row in result["peers"]) else 0


def _some_of(folder: Path, count: int) -> BlurDataset:
    """So many of the photos for reporting, evenly spaced."""
    dataset = BlurDataset.from_folder(folder, Path("test100.txt"))
    names = tuple(dataset.names[index] for index in evenly_spaced(len(dataset), count))
    return replace(dataset, names=names)
