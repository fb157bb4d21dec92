"""How cost grows: what is measured at tiny sizes, and the page that is made from numbers."""

import copy
import json

import numpy as np
import pytest
from PIL import Image
from skimage import data

from benchmarks import made_photos, readme
from benchmarks.__main__ import main
from benchmarks.growth import page
from benchmarks.made_photos import made_photo, many_photos, size_of
from benchmarks.own_process import OwnProcess
from benchmarks.spread import Spread, spread_of
from dbd_mobile.errors import InputError


@pytest.fixture
def photos(tmp_path, monkeypatch):
    """A folder for made photos with a scene in it, so that none is rendered."""
    folder = tmp_path / "made_photos"
    folder.mkdir()
    Image.fromarray(data.astronaut()).resize((400, 300)).save(folder / "scene.png")
    monkeypatch.setattr(made_photos, "FOLDER", folder)
    return folder


def spread(median, spread=0.0):
    return {"median": median, "spread": spread, "count": 3}


def size_row(megapixels, step, seconds, decode, peak):
    stages = {"decode": decode, "resize": 5.0, "invoke": 20.0, "map": 0.0, "judge": 10.0}
    return {
        "megapixels": megapixels,
        "file_mb": megapixels / 4,
        "step": step,
        "seconds": spread(seconds),
        "stages_ms": {name: spread(value) for name, value in stages.items()},
        "peak_mb": spread(peak),
    }


def way_row(way, number, rate, peak):
    return {
        "megapixels": 12,
        "way": way,
        "number": number,
        "photos_a_second": spread(rate, 0.25),
        "peak_mb": spread(peak),
    }


def count_row(photos, seconds, peak):
    return {
        "photos": photos,
        "seconds": spread(seconds),
        "seconds_again": spread(seconds / 100),
        "peak_mb": spread(peak),
    }


GROWTH = {
    "schema": "dbd-mobile-growth/1",
    "cpu": "Stand-in",
    "cores": 2,
    "backend": "stand-in 1.0",
    "was_busy": "",
    "sizes": [
        size_row(12, "judge", 0.1, 65.0, 150.0),
        size_row(108, "judge", 0.7, 605.0, 500.0),
    ],
    "parallel": [
        way_row("threads", 1, 10.0, 150.0),
        way_row("threads", 4, 12.0, 151.0),
        way_row("processes", 4, 30.0, 149.0),
        way_row("jobs", 4, 27.0, 300.0),
    ],
    "counts": [count_row(1, 0.1, 90.0), count_row(100, 1, 91.0), count_row(10_000, 100, 93.5)],
}


def test_median_and_half_the_range_between_quartiles_sum_up_repeated_measurements():
    assert spread_of([5.0, 1.0, 2.0, 3.0, 4.0]) == Spread(median=3.0, spread=1.0, count=5)
    assert spread_of([7.0]) == Spread(median=7.0, spread=0.0, count=1)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([1.2], "1.20"),
        ([0.01234], "0.0123"),
        ([12345.0], "12,345"),
        ([0.0], "0"),
        ([1.0, 1.2, 1.4], "1.20 ± 0.10"),
        ([1000.0, 2000.0, 3000.0], "2,000 ± 500"),
    ],
)
def test_spread_has_the_digits_of_its_median(values, said):
    assert str(spread_of(values)) == said


@pytest.mark.parametrize("megapixels", [0.3, 1, 3, 12, 50, 108, 200])
def test_made_sizes_are_four_to_three_and_near_what_was_asked_for(megapixels):
    width, height = size_of(megapixels)
    assert width * 3 == height * 4
    assert width * height / 1e6 == pytest.approx(megapixels, rel=0.03)


def test_made_photo_is_crisp_at_its_own_size_and_made_once(photos):
    path = made_photo((800, 600))
    with Image.open(path) as image:
        assert image.size == (800, 600)
        pixels = np.asarray(image.convert("L")).astype(int)
    # It is the scene and its mirror images, each with noise of its own.
    difference = np.abs(pixels[:300, :400] - pixels[:300, :399:-1])
    assert 0 < difference.mean() < 10
    path.write_bytes(b"kept")
    assert made_photo((800, 600)).read_bytes() == b"kept"


def test_many_photos_are_as_many_names_of_one(photos):
    photo = made_photo((64, 48))
    folder = many_photos(photo, 12)
    assert [path.read_bytes() for path in folder.iterdir()] == 12 * [photo.read_bytes()]
    assert many_photos(photo, 12) == folder


def test_own_process_that_fails_is_one_sentence(photos, tmp_path):
    with OwnProcess(model="heavy") as process, pytest.raises(InputError, match="no model 'heavy'"):
        process.ask("warm")
    with OwnProcess() as process:
        with pytest.raises(InputError, match="There is no photo"):
            process.ask("judge", photo=str(tmp_path / "none.jpg"))
        with pytest.raises(InputError, match="ended with status 1"):
            process.ask("warm")


def test_growth_is_measured_written_and_said(photos, tmp_path, capsys):
    file = tmp_path / "growth.json"
    arguments = ["--megapixels", ".1,.3", "--judged", ".1", "--numbers", "1,2", "--counts", "1,3"]
    assert main(["growth", *arguments, "--turns", "1", "--json", str(file)]) == 0
    growth = page.read_growth(file)
    assert [(row["megapixels"], row["step"]) for row in growth["sizes"]] == [
        (size, step) for size in (0.1, 0.3) for step in ("share", "map", "judge")
    ]
    for row in growth["sizes"]:
        in_stages = sum(stage["median"] for stage in row["stages_ms"].values())
        assert 0 < in_stages < 1000 * row["seconds"]["median"]
        assert (row["stages_ms"]["judge"]["median"] > 0) == (row["step"] == "judge")
        assert row["peak_mb"]["median"] > 20
    assert [(row["way"], row["number"]) for row in growth["parallel"]] == [
        (way, number) for way in ("threads", "processes", "jobs") for number in (1, 2)
    ]
    assert [row["photos"] for row in growth["counts"]] == [1, 3]
    said = capsys.readouterr().out
    assert "two processes of one thread judge photos of 0.1 megapixels" in said
    assert "| `dbd-mobile scan --jobs 2` |" in said


def test_sentences_say_what_a_user_needs_of_the_numbers():
    assert page.sentences(GROWTH) == [
        "- On 2 cores four processes of one thread judge photos of 12 megapixels 2.50 times as "
        "fast as one process of four threads, and take 149 MB each; `dbd-mobile scan --jobs 4` is "
        "2.25 times as fast and takes 300 MB in all.",
        "- To judge 108 megapixels takes 7.00 times as long as to judge 12 (0.700 s, 0.100 s): "
        "90 % of what is added is the stage `decode`. At the peak a process holds 500 MB instead "
        "of 150 MB.",
        "- A scan of 10,000 photos holds 2.5 MB more at its peak than one of 100, and `--resume` "
        "passes over them in 1.00 s.",
    ]


def test_tables_have_a_row_for_each_configuration():
    assert page.parallel_rows(GROWTH)[-2:] == [
        "| 12 | 4 processes of one thread | 30.0 ± 0.2 | 3.00 | 149 ± 0 | 596 |",
        "| 12 | `dbd-mobile scan --jobs 4` | 27.0 ± 0.2 | 2.70 | 300 ± 0 | 300 |",
    ]
    # `judge` makes no map at the photo's size: nothing, not 0.
    assert page.size_rows(GROWTH)[2].count("|  |") == 1
    assert page.count_rows(GROWTH)[2].startswith("| 1 | 0.100 ± 0.000 | 10.0 |")


def test_busy_machine_is_said_beside_the_numbers():
    busy = {**GROWTH, "was_busy": "The machine was busy."}
    assert page.sentences(busy)[-1] == "- The machine was busy."


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (["schema"], "dbd-mobile-growth/0", ".schema must be dbd-mobile-growth/1, got"),
        (["cores"], "two", ".cores must be integer, got 'two'"),
        (["counts"], [], ".counts is wrong"),
        (["parallel", 0, "way"], "fibres", ".parallel[0].way is wrong: 'fibres' is not one of"),
        (["sizes", 0, "seconds"], 3, ".sizes[0].seconds must be object, got 3"),
    ],
)
def test_damaged_results_are_one_sentence(tmp_path, path, value, said):
    damaged = copy.deepcopy(GROWTH)
    place = damaged
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    file = tmp_path / "growth.json"
    file.write_text(json.dumps(damaged))
    with pytest.raises(InputError) as error:
        page.read_growth(file)
    assert str(error.value).startswith("How cost grows of dbd-mobile-growth/1 was expected; ")
    assert f"{file}{said}" in str(error.value)


def test_page_is_that_of_the_stored_results():
    assert readme.render(readme.GROWTH_PAGE) == readme.GROWTH_PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--megapixels", "large"), "--megapixels takes numbers above 0 such as 1,2,4, not"),
        (("--judged", "0"), "--judged takes numbers above 0"),
        (("--numbers", "1.5"), "--numbers takes numbers above 0"),
        (("--counts", "inf"), "--counts takes numbers above 0"),
        (("--turns", "0"), "--turns must be at least 1, not 0"),
    ],
)
def test_bad_input_is_one_sentence(capsys, arguments, sentence):
    assert main(["growth", *arguments]) == 2
    said = capsys.readouterr().err
    assert sentence in said and "Traceback" not in said
