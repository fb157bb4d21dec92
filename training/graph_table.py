"""A graph of what is made from what in, its Markdown table out."""

from data.terms import DATA_SETS
from training.graph import Export, Graph, Labels, Node, Weights
from training.named import read_reference
from training.recipe import AnyRecipe, Recipe


def graph_rows(graph: Graph) -> list[str]:
    """Markdown rows of all that a graph can make, each after what it is made from.

    Raises:
        InputError: As ``Graph.order``.
    """
    goals: list[Node] = [*graph.exports, *graph.weights, *graph.labels]
    found: dict[str, Node] = {}
    for goal in goals:
        found |= {str(node): node for node in graph.order(goal)}
    rows = ["| what | made by | from |", "|---|---|---|"]
    for node in found.values():
        if not (isinstance(node, Weights) and node.history):
            made_by, sources = _way(graph, node)
            rows.append(f"| {_named(node)} | {made_by} | {'; '.join(sources)} |")
    return rows


def _way(graph: Graph, node: Node) -> tuple[str, list[str]]:
    """The command that makes something, and what it is given."""
    # One set of maps may be of several sets of photos.
    given = list(dict.fromkeys(_named(source) for source in graph.inputs(node)))
    if isinstance(node, Export):
        return "`export`", given
    if isinstance(node, Labels):
        objects = [f"outlines of {_data_set(node.objects)}"] if node.objects else []
        return "`label`", [f"photos of {_data_set(node.photos)}", *objects, *given]
    if node.average_of:
        firmness = "" if node.firmness == 1 else f" --firmness {node.firmness:g}"
        return f"`average{firmness}`", given
    recipe = graph.recipe(node)
    return f"`{node.recipe}`", [*_photos(recipe), *given]


def _photos(recipe: AnyRecipe) -> list[str]:
    """What a recipe learns from that no network made."""
    if not isinstance(recipe, Recipe):
        return [f"photos of {_data_set(recipe.native_photos)}"]
    starts = recipe.encoder_weights == "imagenet" and not recipe.start_from
    sets = [_data_set(part.folder) for part in recipe.photos]
    defocus = [_data_set(recipe.sharp_photos)] if recipe.synthetic_in_batch else []
    return [
        *(["ImageNet weights"] if starts else []),
        f"photos and masks of {', '.join(sets)}",
        *(f"photos of {name}" for name in defocus),
    ]


def _data_set(folder: str) -> str:
    name = folder.partition("/")[0]
    return DATA_SETS[name].name if name in DATA_SETS else f"`{name}`"


def _named(node: Node) -> str:
    if isinstance(node, Export):
        reference = read_reference(node.weights)
        return f"`{reference.name}.int8.tflite` {reference.version}"
    return f"`{node.name}` {node.version}"
