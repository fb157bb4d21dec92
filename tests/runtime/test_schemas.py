"""What the commands print as JSON is what the package's schemas describe."""

import json
from importlib.resources import files

import pytest
from jsonschema import Draft202012Validator

from dbd_mobile.cli import main

BOX = "100,100,400,300"


def check(command, text):
    schema = files("dbd_mobile") / "schemas" / f"{command}.schema.json"
    Draft202012Validator(json.loads(schema.read_text("utf-8"))).validate(json.loads(text))


@pytest.mark.parametrize("arguments", [(), ("--box", BOX), ("--strictness", "web")])
@pytest.mark.parametrize("green", [0, 255])
def test_verdict_is_as_its_schema_says(run_told, save_told, capsys, arguments, green):
    assert run_told("judge", save_told("photo.png", 2.0, green=green), "--json", *arguments) == 0
    check("judge", capsys.readouterr().out)


def test_facts_of_a_map_are_as_their_schema_says(photo_file, capsys):
    assert main(["detect", str(photo_file), "--json", "--threads", "1"]) == 0
    check("detect", capsys.readouterr().out)


@pytest.mark.parametrize("command", ["judge", "detect", "bench_report", "burst"])
def test_schemas_are_schemas(command):
    schema = files("dbd_mobile") / "schemas" / f"{command}.schema.json"
    Draft202012Validator.check_schema(json.loads(schema.read_text("utf-8")))
