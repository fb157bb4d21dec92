"""Reports of devices, all of them made here, on their way into the store, the tables and plots."""

import copy
import json
import re
import shutil
from xml.etree import ElementTree

import matplotlib
import pytest

from benchmarks import readme
from benchmarks.__main__ import main
from benchmarks.bench_report import read_report
from benchmarks.devices import plots, store, tables
from benchmarks.devices.measurement import Measurement
from benchmarks.devices.released_models import released_models
from dbd_mobile.bench_report import report_name
from dbd_mobile.catalogue import load_card

LITE = load_card("lite")["sha256"]


def times(ms, runs=100):
    return {"runs": runs, "mean": ms * 1.1, "p50": ms, "p90": ms * 1.2, "p99": ms * 1.5}


def stages(total, *names):
    parts = {name: times(total / len(names)) for name in names}
    return {**parts, "total": times(total)}


def made_pi(factor=1.0):
    """A report as a Raspberry Pi 5 would write it; every number is made."""
    return {
        "schema": "dbd-mobile-bench/2",
        "time_utc": "2026-01-02T03:04:05+00:00",
        "versions": {"dbd-mobile": "1.8.0", "numpy": "2.2.4", "ai-edge-litert": "2.1.0"},
        "backend": "ai-edge-litert",
        "model": {"name": "lite", "sha256": LITE, "precision": "int8"},
        "machine": {
            "board": "Made-up Pi 5 Model B",
            "cpu": None,
            "features": ["neon", "fp16", "dotprod"],
            "cores": 4,
            "usable_cores": 4,
            "governor": "ondemand",
            "memory_bytes": 8 << 30,
            "system": "Linux 6.6.31 aarch64",
            "is_64_bit": True,
            "python": "3.11.2",
        },
        "heat_before": {"temperature_c": 48.0, "throttling": ["under-voltage since boot"]},
        "heat_after": {"temperature_c": 61.5, "throttling": ["under-voltage since boot"]},
        "load": {"average_before": 0.2, "average_after": 1.9, "others_share": 0.02},
        "photo": {"width": 1000, "height": 1000},
        "cold_start_ms": 210.5,
        "peak_memory_bytes": 90 << 20,
        "latencies": [
            {
                "threads": threads,
                "load_ms": 60.0,
                "first_run_ms": 130.0 * factor,
                "warm_up_runs": 12,
                "stages_ms": stages(
                    100.0 * factor / threads, "preprocess", "invoke", "dequantise", "full_map"
                ),
            }
            for threads in (1, 2, 4)
        ],
    }


def made_phone():
    """A report as the Android app would write it; every number is made."""
    report = made_pi()
    report["versions"] = {"dbd-mobile": "1.8.0", "tensorflow-lite": "2.16.1", "android": "14"}
    report["backend"] = "tensorflow-lite"
    report["machine"] |= {
        "board": "Made Phone 9",
        "cpu": "Made SM1234",
        "system": "Android 14 (API level 34) aarch64",
        "python": None,
        "governor": None,
    }
    report["heat_before"] = {"temperature_c": None, "throttling": []}
    report["heat_after"] = {"temperature_c": None, "throttling": []}
    report["load"] = dict.fromkeys(report["load"])
    for number, latency in enumerate(report["latencies"]):
        latency["delegate"] = "xnnpack"
        latency["stages_ms"] = stages(40.0 - number, "preprocess", "invoke", "overlay")
    return report


def state(**changes):
    told = {"temperature_c": 30.0, "throttling": [], "headroom": 0.5}
    return {**told, "is_charging": False, "is_power_save": False, **changes}


def made_sustained(minutes=5):
    """A phone's report with all that only phones tell; heat slows it minute by minute."""
    report = made_phone()
    frame = {"format": "YUV_420_888", "width": 1280, "height": 720, "rotation": 90}
    rows = [row | more for row in report["latencies"] for more in ({}, {"frame": frame})]
    for turn, row in enumerate(rows, start=1):
        row |= {"turn": turn, "pause_ms": 2000.0, "warm_up_ms": 1000.0, "is_steady": True}
        row |= {"frames_per_second": 22.0, "before": state(), "after": state()}
    report["latencies"] = rows
    report |= {"order_seed": 3, "thread_priority": -4, "compiled": "speed"}
    report["sustained"] = {"threads": 4, "delegate": "xnnpack", "frame": frame, "before": state()}
    report["sustained"]["minutes"] = [
        {
            "frames_per_second": 22.0 - minute,
            "total_ms": times(40.0, 1321 - 60 * minute),
            "after": state(temperature_c=32.0 + minute, headroom=0.6 + minute / 10),
        }
        for minute in range(minutes)
    ]
    return report


@pytest.fixture
def place(tmp_path, monkeypatch):
    """An empty store, and copies of the pages, in place of the repository's own."""
    monkeypatch.setattr(store, "FOLDER", tmp_path / "devices")
    pages = {}
    for page, made in readme.PAGES.items():
        copied = tmp_path / f"{page.parent.name}-{page.name}"
        shutil.copyfile(page, copied)
        pages[copied] = made
        if page == readme.BENCHMARKS:
            monkeypatch.setattr(readme, "BENCHMARKS", copied)
    monkeypatch.setattr(readme, "PAGES", pages)
    monkeypatch.setattr(readme, "PLOTS", tmp_path / "plots")
    return tmp_path


@pytest.fixture
def collect(place, capsys):
    """Collect reports, given as objects or as files; the exit status, stdout and stderr."""

    def run(*reports):
        files = []
        for number, report in enumerate(reports):
            file = place / f"sent{number}.json"
            file.write_text(report if isinstance(report, str) else json.dumps(report))
            files.append(str(file))
        status = main(["collect", *files])
        return status, *capsys.readouterr()

    return run


def stored(place):
    return sorted(path.name for path in (place / "devices").glob("*"))


def changed(path, value, report=None):
    report = copy.deepcopy(report or made_pi())
    part = report
    for name in path[:-1]:
        part = part[name]
    part[path[-1]] = value
    return report


def test_made_board_and_made_phone_are_stored_and_shown(place, collect):
    status, out, err = collect(made_pi(), made_phone())
    assert (status, err) == (0, "")
    pi, phone = sorted(stored(place), reverse=True)
    assert re.fullmatch(r"made-up-pi-5-model-b\.lite-int8\.[0-9a-f]{8}\.json", pi)
    assert re.fullmatch(r"made-phone-9\.lite-int8\.[0-9a-f]{8}\.json", phone)
    version = load_card("lite")["version"]
    assert f"stored as {pi}: Made-up Pi 5 Model B, lite {version} int8\n" in out
    page = readme.BENCHMARKS.read_text()
    assert f"| Made-up Pi 5 Model B | lite {version} int8 | 1000x1000 | 4 | 60.0 | 130.0 |" in page
    assert "| Made Phone 9 | Made SM1234 | neon fp16 dotprod | 4 of 4 | 8.0 GiB |" in page
    assert "4, xnnpack" in page
    assert "48 to 62 °C, under-voltage since boot" in page
    assert "(plots/threads.svg)" in page
    assert sorted(path.name for path in readme.PLOTS.iterdir()) == ["accuracy.svg", "threads.svg"]
    (front,) = (path for path, made in readme.PAGES.items() if "latency" in made)
    row = f"| Made-up Pi 5 Model B | lite {version} int8 | 4 | 130.0 | 25.0 (30.0) | 6.2 (7.5) |  |"
    assert row in front.read_text()


def test_camera_frames_and_minutes_of_a_made_phone_are_shown(place, collect):
    assert collect(made_sustained())[0] == 0
    page = readme.BENCHMARKS.read_text()
    version = load_card("lite")["version"]
    start = f"| Made Phone 9 | lite {version} int8 |"
    camera = f"{start} camera 1280x720, turned by 90° |"
    assert (
        f"{camera} 4, xnnpack | 5 | 22.0 | 18.0 (-18%) | 30 to 36 °C | 0.50 to 1.00 |  |  |" in page
    )
    assert f"{camera} 1, xnnpack | 60.0 |" in page
    assert f"{start} 1000x1000 | 1, xnnpack | 60.0 |" in page
    assert "tensorflow-lite 2.16.1, compiled for speed" in page
    assert "(plots/sustained.svg)" in page
    assert b"photos a second</text>" in (readme.PLOTS / "sustained.svg").read_bytes()


def test_minutes_of_a_phone_that_tells_no_temperature_have_no_scale_of_one():
    report = made_sustained()
    assert "°C".encode() in plots.draw([], [Measurement(report)])["sustained"]
    sustained = report["sustained"]
    for told in [sustained["before"], *(minute["after"] for minute in sustained["minutes"])]:
        told["temperature_c"] = None
    assert "°C".encode() not in plots.draw([], [Measurement(report)])["sustained"]


def test_camera_frames_are_not_compared_with_photos(place, collect):
    report = made_sustained()
    for row in report["latencies"]:
        if "frame" in row:
            row["stages_ms"] = stages(5.0, "preprocess", "invoke", "overlay")
    assert collect(report)[0] == 0
    assert Measurement(report).fastest["stages_ms"]["total"]["p50"] == 38.0
    threads = plots.draw([Measurement(report)])["threads"]
    without = plots.draw([Measurement(made_phone())])["threads"]
    assert threads == without


def test_minutes_stay_on_the_page_when_a_later_report_has_none(place, collect):
    later = changed(("time_utc",), "2026-02-01T00:00:00+00:00", made_phone())
    later["latencies"][0]["load_ms"] = 61.0
    assert collect(made_sustained(), later)[0] == 0
    (shown,) = store.Store(store.FOLDER).measurements()
    assert shown.sustained is None
    assert "18.0 (-18%)" in readme.BENCHMARKS.read_text()


def test_page_says_where_no_phone_was_measured_for_minutes(place, collect):
    collect(made_pi())
    assert "No phone has been measured so yet." in readme.BENCHMARKS.read_text()


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("latencies", 1, "frames_per_second"), 25.0, "25 photos a second, with a mean of 44"),
        (("latencies", 1, "frames_per_second"), 0.0, "0 photos a second, with a mean of 44"),
        (("latencies", 1, "turn"), 1, "each row has a turn of its own, got [1, 1, 3, 4, 5, 6]"),
        (("latencies", 1, "before", "temperature_c"), 300, "-60 to 150 °C, got 300"),
        (("latencies", 3, "threads"), 1, "every number of threads once was expected, got 1 thread"),
        (("sustained", "minutes", 0, "total_ms", "runs"), 999, "minute 1, 999 photos at 22 a seco"),
        (("sustained", "minutes", 2, "total_ms", "p50"), 99.0, "minute 3, p50 <= p90 <= p99 was"),
        (("sustained", "minutes", 4, "after", "temperature_c"), -99, "-60 to 150 °C, got -99"),
    ],
)
def test_what_no_phone_told_is_refused(place, collect, path, value, said):
    status, _, err = collect(changed(path, value, made_sustained()))
    assert status == 1
    assert said in err
    assert stored(place) == []


def test_report_of_camera_frames_alone_is_refused(place, collect):
    report = made_sustained()
    report["latencies"] = [row for row in report["latencies"] if "frame" in row]
    assert "the photo's times were expected" in collect(report)[2]


@pytest.mark.parametrize(
    ("path", "value", "marks"),
    [
        (("latencies", 1, "after", "is_charging"), True, "charging"),
        (("latencies", 1, "before", "is_power_save"), True, "power saver"),
        (("latencies", 1, "after", "throttling"), ["thermal status light"], "throttled"),
        (("latencies", 1, "is_steady"), False, "unsteady"),
        (("compiled",), "verify", "not compiled"),
        (("latencies", 1, "before", "is_charging"), None, ""),
        (("sustained", "minutes", 4, "after", "throttling"), ["thermal status severe"], ""),
    ],
)
def test_rows_that_are_not_the_phones_own_speed_are_marked(place, collect, path, value, marks):
    report = changed(path, value, made_sustained())
    assert collect(report)[0] == 0
    assert ", ".join(Measurement(report).marks) == marks
    page = readme.BENCHMARKS.read_text().splitlines()
    row = next(row for row in page if "| camera" in row and "| 22.0 |" not in row)
    assert row.endswith(f"| {marks if path[0] == 'latencies' else ''} |")


def test_report_collected_again_changes_nothing(place, collect):
    collect(made_pi())
    before = {path: path.read_bytes() for path in place.rglob("*") if path.is_file()}
    status, out, err = collect(made_pi(), made_pi())
    assert (status, err) == (0, "")
    assert out.count("there already as made-up-pi") == 2
    after = {path: path.read_bytes() for path in place.rglob("*") if path.is_file()}
    after.pop(place / "sent1.json")
    assert after == before


def test_name_of_a_file_is_that_of_its_content(place, collect):
    collect(made_pi(), changed(("heat_after", "temperature_c"), 60.0, made_pi(1.1)))
    for name in stored(place):
        assert report_name(read_report(place / "devices" / name)) == name
    assert len(stored(place)) == 2


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("schema",), "dbd-mobile-bench/1", "'dbd-mobile-bench/1': measure again with a newer"),
        (("latencies", 0, "stages_ms", "invoke", "p50"), 31.0, "p50 <= p90 <= p99 was expected of"),
        (("latencies", 1, "stages_ms", "invoke", "p99"), 999.0, "2 threads, p99 of invoke is 999"),
        (("latencies", 0, "stages_ms", "total"), times(24.0), "mean of preprocess is 27.5 ms, of "),
        (("latencies", 0, "stages_ms", "total"), times(150.0), "the stages take 110 ms in the mea"),
        (("latencies", 0, "stages_ms", "invoke", "mean"), 3.0, "invoke has a mean of 3 ms with a"),
        (("latencies", 0, "stages_ms", "dequantise"), times(0), "dequantise is above 0 ms, got 0"),
        (("latencies", 0, "stages_ms", "invoke", "runs"), 99, "invoke has 99 runs, total 100"),
        (("latencies", 0, "load_ms"), 0, "1 thread, load_ms is above 0, got 0"),
        (("latencies", 0, "first_run_ms"), 0.0, "first_run_ms is above 0, got 0"),
        (("latencies", 1, "threads"), 1, "every number of threads once was expected, got 1 thread"),
        (("cold_start_ms",), 0, "cold_start_ms is above 0, got 0"),
        (("peak_memory_bytes",), 9 << 30, "the peak of memory is from a megabyte to what"),
        (("machine", "usable_cores"), 8, "8 usable cores of 4"),
        (("machine", "memory_bytes"), 1000, "a megabyte of memory at least, got 1000"),
        (("heat_after", "temperature_c"), 61500, "a temperature is from -60 to 150 °C, got 61500"),
        (("model", "precision"), "float32", "computes in int8, the report says float32"),
        (("time_utc",), "yesterday", "time_utc is a time as ISO 8601 has it, got 'yesterday'"),
        (("latencies", 0, "load_ms"), float("inf"), "load_ms is a number below 1e+15, got inf"),
        (("latencies", 0, "load_ms"), float("nan"), "load_ms is a number below 1e+15, got nan"),
        (("latencies", 0, "load_ms"), 10**400, "load_ms is a number below 1e+15, got 1000"),
        (("machine", "board"), "a\nb", "'machine.board' is a text on one line, got 'a\\nb'"),
        (("machine", "board"), "\udcff", r"'machine.board' is a text on one line, got '\udcff'"),
        (("versions", "a\u202eb"), "1", r"is a text on one line, got 'a\u202eb'"),
    ],
)  # fmt: skip
def test_what_no_clock_gave_is_refused_in_one_sentence(place, collect, path, value, said):
    status, _, err = collect(changed(path, value))
    assert status == 1
    assert said in err
    assert err.startswith(f"error: {place / 'sent0.json'}: ")
    assert err.count("\n") == 1
    assert len(err) < 400
    assert stored(place) == []


def test_what_is_refused_does_not_stop_the_others(place, collect):
    status, out, err = collect("{", made_pi(), '{"schema": "dbd-mobile-bench/2"}', made_phone())
    assert status == 1
    assert err.count("error: ") == 2
    assert out.count("stored as") == 2
    assert len(stored(place)) == 2
    assert "Made Phone 9" in readme.BENCHMARKS.read_text()


def test_same_times_of_another_device_are_no_measurement(place, collect):
    other = changed(("machine", "board"), "Made-up Pi 4")
    status, _, err = collect(made_pi(), other)
    assert status == 1
    (name,) = stored(place)
    assert f"A measurement of its own was expected; all its times are those of {name}." in err


@pytest.mark.parametrize(
    ("path", "value", "marks"),
    [
        (("load", "others_share"), 0.3, ["busy"]),
        (("load",), {"average_before": 3, "average_after": 3, "others_share": None}, ["busy"]),
        (("load",), {"average_before": 1, "average_after": 3, "others_share": None}, []),
        (("heat_after", "throttling"), ["throttled now"], ["throttled"]),
        (("heat_before", "throttling"), ["frequency capped now"], ["throttled"]),
        (
            ("heat_after", "throttling"),
            ["under-voltage since boot", "throttled since boot"],
            ["throttled"],
        ),
        (("heat_before", "throttling"), None, ["throttled"]),
        (("model", "sha256"), "ab" * 32, ["own model"]),
        (("latencies", 0, "stages_ms"), {"total": times(9.0, 20)}, ["few runs"]),
        (("cold_start_ms",), None, []),
    ],
)
def test_what_is_not_to_be_compared_is_kept_and_marked(place, collect, path, value, marks):
    status, out, err = collect(changed(path, value))
    assert (status, err) == (0, "")
    assert out.endswith("".join(f", {mark}" for mark in marks) + "\n")
    (name,) = stored(place)
    assert Measurement(read_report(place / "devices" / name)).marks == marks
    row = next(r for r in readme.BENCHMARKS.read_text().splitlines() if "2026-01-02" in r)
    assert row.endswith(f"| {', '.join(marks)} |")


def test_phone_that_says_it_is_throttled_is_marked(place, collect):
    hot = changed(("heat_after", "throttling"), ["thermal status light"], made_phone())
    assert collect(hot)[1].endswith(", throttled\n")


def test_stored_report_says_nothing_of_who_sent_it(place, collect):
    report = changed(("machine", "system"), "Linux 6.6.31-alice+ aarch64")
    report["model"] = {"name": "/home/alice/x.tflite", "sha256": "ab" * 32, "precision": None}
    known = changed(("model", "name"), "/home/alice/lite.tflite", made_phone())
    assert collect(report, known)[0] == 0
    for name in stored(place):
        assert "alice" not in (place / "devices" / name).read_text()
    (named,) = (place / "devices").glob("made-phone*")
    assert read_report(named)["model"]["name"] == "lite"
    assert "own abababab other precision" in readme.BENCHMARKS.read_text()


def test_of_one_device_the_newest_that_nothing_disturbed_is_shown(place, collect):
    later = changed(("time_utc",), "2026-02-01T00:00:00+00:00", made_pi(1.1))
    busy = changed(("time_utc",), "2026-03-01T00:00:00+00:00", made_pi(1.3))
    busy["load"]["others_share"] = 0.5
    large = changed(("photo",), {"width": 4000, "height": 3000}, made_pi(5.0))
    assert collect(later, made_pi(), busy, large)[0] == 0
    assert len(stored(place)) == 4
    shown = store.Store(store.FOLDER).measurements()
    assert [(m.photo, m.report["time_utc"][:7]) for m in shown] == [
        ("1000x1000", "2026-02"), ("4000x3000", "2026-01"),
    ]  # fmt: skip
    assert (readme.PLOTS / "photo_size.svg").is_file()


def test_few_runs_on_a_busy_machine_do_not_take_the_place_of_many(place, collect):
    busy = changed(("load", "others_share"), 0.5)
    hasty = changed(("time_utc",), "2026-03-01T00:00:00+00:00", made_pi(1.3))
    hasty["load"]["others_share"] = 0.5
    for latency in hasty["latencies"]:
        for stage in latency["stages_ms"].values():
            stage["runs"] = 1
    assert collect(busy, hasty)[0] == 0
    (shown,) = store.Store(store.FOLDER).measurements()
    assert shown.marks == ["busy"]


def test_device_may_be_called_anything(place, collect):
    odd = changed(("machine", "board"), "<script>|x|](http://x) $a_b$ `c` &amp; \u5c0f\u7c73")
    assert collect(odd)[0] == 0
    page = readme.BENCHMARKS.read_text()
    assert "<script>" not in page
    (row,) = (row for row in page.splitlines() if "ondemand" in row)
    assert row.count("|") == 8
    ElementTree.fromstring((readme.PLOTS / "accuracy.svg").read_bytes())


@pytest.mark.parametrize("path", sorted(store.FOLDER.glob("*.json")), ids=lambda path: path.name)
def test_stored_report_is_what_would_be_stored_of_it(tmp_path, path):
    again, is_new, _ = store.Store(tmp_path).add(path)
    assert is_new
    assert again.name == path.name
    assert again.read_bytes() == path.read_bytes()


def test_stored_report_that_was_damaged_is_named(place, collect):
    collect(made_pi())
    (name,) = stored(place)
    (place / "devices" / name).write_text("{")
    status, _, err = collect(made_phone())
    assert status == 1
    assert f"The stored report {place / 'devices' / name} cannot be used: " in err


def test_plots_of_the_same_numbers_have_the_same_bytes():
    made = [Measurement(made_pi()), Measurement(made_phone())]
    first = plots.draw(made)
    assert plots.draw(made) == first
    for picture in first.values():
        assert b"<dc:date>" not in picture
        assert b"Made-up Pi 5 Model B" in picture


def test_plots_do_not_depend_on_who_draws_them():
    made = [Measurement(made_pi())]
    first, peers = plots.draw(made), readme.files()[readme.PEERS_PICTURE]
    with matplotlib.rc_context({"lines.linewidth": 7, "axes.facecolor": "black"}):
        assert plots.draw(made) == first
        assert readme.files()[readme.PEERS_PICTURE] == peers


def test_plots_leave_empty_places_empty():
    made = [Measurement(changed(("machine", "board"), f"Made {n}")) for n in range(4)]
    assert plots.draw(made)["threads"].count(b"ms for a photo</text>") == 4


def test_nothing_measured_is_nothing_drawn():
    assert plots.draw([]) == {}
    assert tables.latency_rows([])[1:] == ["|---|---|---|---|---|---|---|"]


def test_model_whose_accuracy_is_not_known_has_its_latency_alone():
    own = [Measurement(changed(("model", "sha256"), "ab" * 32))]
    assert plots.draw(own).keys() == {"threads"}
    assert tables.latency_rows(own)[0].startswith("| device |")


@pytest.mark.parametrize("model_id", ["lite", "nano"])
def test_bundled_models_are_released_ones_with_their_accuracy(model_id):
    card = load_card(model_id)
    model = released_models()[card["sha256"]]
    assert (model.id, model.version, model.precision) == (model_id, card["version"], "int8")
    assert model.fmax == card["accuracy"][0]["values"]["fmax"]
