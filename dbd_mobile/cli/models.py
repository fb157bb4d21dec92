"""``dbd-mobile models``: the bundled models' cards out, as a table or as JSON."""

import argparse
import json

from rich.table import Table

from dbd_mobile.catalogue import ModelCard, bundled_models
from dbd_mobile.cli.screen import results, say


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
        results.print(_table(card))
    return 0


def _table(card: ModelCard) -> Table:
    table = Table(
        title=f"{card['id']}: {card['name']} {card['version']}", show_header=False, min_width=60
    )
    table.add_column("fact", style="bold", no_wrap=True)
    table.add_column("value", overflow="fold")
    table.add_row("kind", card["kind"])
    table.add_row("description", card["description"])
    table.add_row("file", f"{card['precision']}, {card['size_bytes']:,} bytes")
    table.add_row("sha256", card["sha256"])
    table.add_row("network", f"{card['parameters']:,} parameters, {card['macs'] / 1e9:.2f} GMAC")
    for part in ("input", "output"):
        facts = card[part]
        table.add_row(part, f"{facts['width']}x{facts['height']} {facts['dtype']}")
    for accuracy in card["accuracy"]:
        values = ", ".join(f"{name} {value:g}" for name, value in accuracy["values"].items())
        table.add_row(
            "accuracy",
            f"{accuracy['dataset']} ({accuracy['images']} photos), {accuracy['protocol']}, "
            f"{accuracy['size']} size, {accuracy['precision']}: {values}",
        )
    if card["kind"] == "blur-map":
        table.add_row("calibration", _calibration(card))
    table.add_row("license", card["license"])
    table.add_row("data", card["data_terms"])
    return table


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
