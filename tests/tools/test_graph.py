"""The graph of what is made from what: nothing is its own ancestor, and every name is made."""

import dataclasses
import hashlib
import json
import re
import shutil
from pathlib import Path

import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

import export.__main__ as export_command_line
from dbd_mobile.errors import InputError
from networks import build
from networks.weights import load_weights, save_weights
from training.graph import GRAPH, Weights, read_graph
from training.graph_table import graph_rows
from training.named import find_reference
from training.origins import without_pins
from training.pin import pin_recipes
from training.recipe import read_recipe
from training.shelf import Shelf, recipes_of_notes

ROOT = Path(__file__).parents[2]
RECIPES = sorted((ROOT / "training" / "recipes").glob("*.toml"))
SHIPPED = [node for node in read_graph(ROOT / GRAPH).weights if node.file]


@pytest.fixture(scope="module")
def graph():
    return read_graph(ROOT / GRAPH)


def test_commands_of_the_page_name_what_there_is(graph):
    page = (ROOT / "training" / "README.md").read_text(encoding="utf-8")
    (commands,) = re.findall("```bash\n(.*?)```", page, re.DOTALL)
    goals = re.findall(r"training reproduce (\S+)", commands)
    assert {str(graph.goal(name)).split("@")[0] for name in goals} >= {"lite-trained"}
    named = set(re.findall(r"training/recipes/\S+\.toml", commands))
    assert named <= {str(recipe.relative_to(ROOT)) for recipe in RECIPES}
    # No recipe among them that needs maps: the page does not make these by name.
    plain = [read_recipe(ROOT / name) for name in named if "detail" not in name]
    assert not [recipe for recipe in plain if recipe.taught_maps]


def test_everything_comes_from_what_is_there_and_nothing_from_itself(graph):
    for goal in (*graph.weights, *graph.labels, *graph.exports):
        order = graph.order(goal)
        names = [str(node) for node in order]
        assert len(names) == len(set(names)) and names[-1] == str(goal)
        for node in order:
            assert all(names.index(str(of)) < names.index(str(node)) for of in graph.inputs(node))
            if isinstance(node, Weights) and node is not goal:
                assert node.file or not node.history, f"{goal} is made from {node}, which is lost"


def test_table_has_all_that_can_be_made_after_what_it_is_made_from(graph):
    cells = [row.split(" | ") for row in graph_rows(graph)[2:]]
    made = [what.removeprefix("| ") for what, _, _ in cells]
    given = [f"`{node.name}` {node.version}" for node in graph.weights if node.history]
    all_of_it = (*graph.weights, *graph.labels, *graph.exports)
    assert len(made) == len(set(made)) == len(all_of_it) - len(given)
    for place, (_, _, sources) in enumerate(cells):
        named = [source for source in sources.split("; ") if source.startswith("`")]
        assert all(source.removesuffix(" |") in (*made[:place], *given) for source in named)
    version = graph.goal("lite").version
    row = f"| `lite` {version} | `average --firmness 1.5` | `lite-trained` {version} |"
    assert row in graph_rows(graph)


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_committed_recipe_names_only_what_the_graph_makes(graph, path):
    recipe = read_recipe(path)
    for text in recipe.sources.values():
        reference = find_reference(text)
        assert reference, f"{text} is a path, which others do not have"
        node = graph.node(reference)
        assert not (isinstance(node, Weights) and node.history and not node.file)
        assert reference.sha256 == node.sha256, "'python -m training pin' was not run"


def test_every_weights_file_of_the_repository_is_in_the_graph(graph):
    files = {path.name for path in (ROOT / "training" / "weights").glob("*.safetensors")}
    assert files == {Path(node.file).name for node in SHIPPED}


@pytest.mark.parametrize("node", SHIPPED, ids=str)
def test_shipped_weights_are_float16_and_say_what_they_are(graph, node):
    path = graph.folder / node.file
    assert hashlib.sha256(path.read_bytes()).hexdigest() == node.sha256
    assert {t.dtype for t in load_file(path).values()} == {torch.float16}
    trained = load_weights(path)
    assert trained.architecture == node.name
    held_out = trained.notes.get("held_out", trained.notes.get("epoch"))
    assert {name: round(held_out[name], 4) for name in node.held_out} == node.held_out
    recipes = [without_pins(recipe) for recipe in recipes_of_notes(trained.notes)]
    if node.history:
        assert recipes
    else:
        runs = [of for of in graph.order(node) if of is node or str(of) in node.average_of]
        expected = [without_pins(graph.recipe(run)) for run in runs if run.recipe]
        assert recipes == expected


@pytest.mark.parametrize("export", read_graph(ROOT / GRAPH).exports, ids=str)
def test_arguments_of_every_export_are_known_to_the_command(graph, export):
    arguments = ["x.safetensors", "-o", "out", "--model-version", export.version]
    options = export_command_line._parser().parse_args([*arguments, *graph.arguments(export)])
    assert options.calibration and options.author == "dbd-mobile"
    assert options.version == export.version and "int8" in options.precision


def write_graph(folder, text, **recipes):
    (folder / "recipes").mkdir()
    for name, recipe in recipes.items():
        (folder / "recipes" / f"{name}.toml").write_text(f'architecture = "nano"\n{recipe}')
    (folder / "graph.toml").write_text(text)
    return folder / "graph.toml"


TWO = """
[[weights]]
name = "one"
version = "1.0.0"
recipe = "recipes/one.toml"

[[weights]]
name = "two"
version = "1.0.0"
recipe = "recipes/two.toml"
"""


def test_own_ancestor_is_found_with_the_way_to_it(tmp_path):
    path = write_graph(tmp_path, TWO, one='teacher = "two@1.0.0"', two='start_from = "one@1.0.0"')
    graph = read_graph(path)
    with pytest.raises(InputError, match=r"its own ancestor: one@1.0.0 <- two@1.0.0 <- one@1.0.0"):
        graph.order(graph.goal("one"))


@pytest.mark.parametrize(
    ("teacher", "sentence"),
    [
        ("runs/one/weights.safetensors", "'runs/one/weights.safetensors' is no name and version"),
        ("three@1.0.0", "has no three@1.0.0; it has one@1.0.0, two@1.0.0"),
        ("one@1.0.0#sha256=" + "a" * 64, "named with SHA-256 aaaa.* says none yet; .* pin"),
    ],
)
def test_recipe_that_names_what_nothing_makes_is_refused(tmp_path, teacher, sentence):
    graph = read_graph(write_graph(tmp_path, TWO, one="", two=f'teacher = "{teacher}"'))
    with pytest.raises(InputError, match=sentence):
        graph.order(graph.goal("two"))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("weights =", "cannot be read as TOML"),
        ('[[weights]]\nname = "one"', "version is missing"),
        (TWO + "speed = 3", r"unknown key weights\[1\].speed"),
        (TWO + 'sha256 = "12"', r"weights\[1\].sha256 must be of 64 hexadecimal .* not '12'"),
        ('[[weights]]\nname = "One"', r"weights\[0\].name must be of letters, .* not 'One'"),
        (TWO.replace("1.0.0", "1"), r"weights\[0\].version must be of the form '1.0.0'"),
        (TWO + "firmness = inf", r"weights\[1\].firmness must be a finite number, not inf"),
        (TWO + "firmness = 0.0", r"weights\[1\].firmness must be above 0, not 0.0"),
        (TWO + "held_out = 3", r"weights\[1\].held_out must be a table, not 3"),
        ("weights = [3]", r"weights\[0\] must be a table, not 3"),
        ("weights = 3", "weights must be a list, not 3"),
        ("folder = '.'", "unknown key folder"),
        (TWO + 'history = "long ago"', "two@1.0.0 must have one of recipe, average_of and history"),
        (TWO + TWO, "has one@1.0.0 twice"),
    ],
)
def test_bad_graph_is_explained(tmp_path, text, sentence):
    path = tmp_path / "graph.toml"
    path.write_text(text)
    with pytest.raises(InputError, match=sentence):
        read_graph(path).goal("one@1.0.0")


def test_faults_of_a_graph_name_the_file_that_was_given(tmp_path):
    (tmp_path / "mine.toml").write_text(TWO)
    with pytest.raises(InputError, match=r"mine.toml has no three@1.0.0; it has one"):
        read_graph(tmp_path / "mine.toml").goal("three@1.0.0")


def test_bare_name_means_the_newest_that_can_be_made(tmp_path):
    text = TWO.replace('"two"', '"one"').replace("1.0.0", "1.9.0", 1).replace("1.0.0", "1.10.0")
    text += '[[weights]]\nname = "one"\nversion = "2.0.0"\nhistory = "long ago"'
    graph = read_graph(write_graph(tmp_path, text, one="", two=""))
    assert str(graph.goal("one")) == "one@1.10.0"
    assert str(graph.goal("one@2.0.0")) == "one@2.0.0"
    with pytest.raises(InputError, match="Nothing that can be made is called three; known are one"):
        graph.goal("three")


def test_pins_are_the_graphs_hashes(tmp_path):
    path = write_graph(
        tmp_path,
        TWO.replace('.toml"', f'.toml"\nsha256 = "{"b" * 64}"', 1),
        one="",
        two=f'teacher = "one@1.0.0#sha256={"a" * 64}" # as before\nstart_from = "./one@1.0.0"',
    )
    assert pin_recipes(read_graph(path)) == [tmp_path / "recipes" / "two.toml"]
    pinned = (tmp_path / "recipes" / "two.toml").read_text()
    assert f'teacher = "one@1.0.0#sha256={"b" * 64}" # as before\n' in pinned
    assert 'start_from = "./one@1.0.0"' in pinned
    assert pin_recipes(read_graph(path)) == []


def test_name_means_the_file_with_its_hash_and_another_only_where_asked_for(tmp_path):
    path = write_graph(tmp_path, TWO, one="", two="")
    save_weights(tmp_path / "one.safetensors", build("nano"), "nano", {"data": ["roses"]})
    checksum = hashlib.sha256((tmp_path / "one.safetensors").read_bytes()).hexdigest()
    made = tmp_path / "made" / "one-1.0.0" / "one.safetensors"
    for recorded, there in ((checksum, True), ("a" * 64, False), ("", True)):
        (tmp_path / "graph.toml").write_text(
            TWO.replace('.toml"', f'.toml"\nsha256 = "{recorded}"\nfile = "one.safetensors"', 1)
        )
        shelf = Shelf(path, tmp_path / "made")
        if there:
            found = shelf.weights("one@1.0.0")
            assert found.path == tmp_path / "one.safetensors"
            assert (found.named.sha256, found.named.data) == (checksum, ("roses",))
        else:
            with pytest.raises(InputError, match="is not there with SHA-256 aaaa") as told:
                shelf.weights("one@1.0.0")
            assert str(made) in str(told.value)
    other = {"one@1.0.0": tmp_path / "one.safetensors"}
    instead = dataclasses.replace(Shelf(path, instead=other))
    assert instead.weights(f"one@1.0.0#sha256={'a' * 64}").named.sha256 == checksum
    # What took its place is recorded as what it is.
    save_weights(tmp_path / "three.safetensors", build("nano"), "nano", {})
    other = {"one@1.0.0": tmp_path / "three.safetensors"}
    named = Shelf(path, instead=other).weights("one@1.0.0").named
    assert (named.name, named.version) == ("three", "0.0.0")
    made.parent.mkdir(parents=True)
    shutil.move(tmp_path / "one.safetensors", made)
    assert Shelf(path, tmp_path / "made").weights("one@1.0.0").path == made


def test_labels_that_take_the_place_of_others_keep_their_own_name(tmp_path):
    Image.new("L", (4, 4)).save(tmp_path / "0.png")
    found = Shelf(instead={"maps@2.0.0": tmp_path}).labels("maps@2.0.0")
    assert (found.named.name, found.named.version) == (tmp_path.name, "0.0.0")


def test_weights_that_cannot_be_made_are_told_with_their_history(tmp_path):
    old = '[[weights]]\nname = "old"\nversion = "1.0.0"\nhistory = "By hand."'
    with pytest.raises(InputError) as told:
        Shelf(write_graph(tmp_path, old)).weights("old@1.0.0")
    assert str(told.value) == "old@1.0.0 is not there and cannot be made from here: By hand."


def test_recipe_that_is_no_text_is_not_pinned(tmp_path):
    path = write_graph(tmp_path, TWO, one="", two="")
    (tmp_path / "recipes" / "two.toml").write_bytes(b"\xff")
    with pytest.raises(InputError, match=r"two.toml cannot be read as text"):
        pin_recipes(read_graph(path))


def test_weights_of_earlier_versions_are_known_by_their_hash():
    (node,) = (node for node in SHIPPED if str(node) == "nano@1.1.0")
    found = Shelf(ROOT / GRAPH).weights(str(ROOT / "training" / node.file))
    assert (found.named.name, found.named.version) == (node.name, node.version)
    assert json.loads(json.dumps(found.named.data)) == ["cuhk", "duts", "imagenet"]
