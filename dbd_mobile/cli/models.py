"""``dbd-mobile models``: the bundled models' cards out, as text or as JSON."""

import argparse
import json
import shutil
import textwrap
from collections.abc import Iterator

from dbd_mobile.catalogue import InputCard, ModelCard, OutputCard, bundled_models
from dbd_mobile.cli.screen import say

# What is measured, where the card's word for it would say nothing to who has not seen its code.
_PROTOCOLS = {"composites": "put together from sharp ones with known blur"}


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command's arguments."""
    parser = commands.add_parser(
        "models",
        help="list the bundled models",
        description="List the models that the package holds, with what is known of each.",
    )
    parser.add_argument("--json", action="store_true", help="print the cards as they are")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the cards."""
    cards = list(bundled_models().values())
    if options.json:
        for line in json.dumps(cards, indent=2).splitlines():
            say(line)
        return 0
    for card in cards:
        say(f"{card['id']}: {card['name']} {card['version']}")
        for fact, value in _facts(card):
            _say_fact(fact, value)
    return 0


def _facts(card: ModelCard) -> Iterator[tuple[str, str]]:
    """What the card says, a name and a text each."""
    yield "kind", card["kind"]
    yield "description", card["description"]
    yield "file", f"{card['precision']}, {card['size_bytes']:,} bytes"
    yield "sha256", card["sha256"]
    yield "network", f"{card['parameters']:,} parameters, {card['macs'] / 1e9:.2f} GMAC"
    yield "input", _size(card["input"])
    yield "output", _size(card["output"])
    for accuracy in card["accuracy"]:
        values = ", ".join(f"{name} {value:g}" for name, value in accuracy["values"].items())
        yield (
            "accuracy",
            f"{accuracy['dataset']} ({accuracy['images']} photos), "
            f"{_PROTOCOLS.get(accuracy['protocol'], accuracy['protocol'])}, "
            f"{accuracy['size']} size, {accuracy['precision']}: {values}",
        )
    if card["kind"] == "blur-map":
        yield "calibration", _calibration(card)
    yield "license", card["license"]
    yield "data", card["data_terms"]


def _say_fact(fact: str, value: str) -> None:
    wrapped = textwrap.wrap(
        value,
        shutil.get_terminal_size().columns,
        initial_indent=f"  {fact:13}",
        subsequent_indent=" " * 15,
        break_long_words=False,
        break_on_hyphens=False,
    )
    for line in wrapped:
        say(line)


def _size(part: InputCard | OutputCard) -> str:
    return f"{part['width']}x{part['height']} {part['dtype']}"


def _calibration(card: ModelCard) -> str:
    """How far the map's probabilities may be taken at their word."""
    # The card of an earlier export has none.
    facts = card.get("calibration")
    if facts is None or facts["ece"] is None:
        return "not measured"
    said = f"expected calibration error {facts['ece']:.3f} on {facts['photos']} photos"
    if facts["firmness"] not in (None, 1):
        said += f"; logits times {facts['firmness']:g}"
        if facts["ece_without_firmness"] is not None:
            said += f", without that {facts['ece_without_firmness']:.3f}"
    return said
