"""``dbd_mobile.jobs.cluster`` without a cluster: what is listed, judged and kept as Parquet."""

import dataclasses
import os
import subprocess
import sys
import zipfile
from io import BytesIO

import pytest
from PIL import Image

from dbd_mobile import ArgumentError, BlurDetector, InputError
from dbd_mobile.jobs.library import Record, scan

fsspec = pytest.importorskip("fsspec", reason="needs the extra ray")
pa = pytest.importorskip("pyarrow", reason="needs the extra ray")
pq = pytest.importorskip("pyarrow.parquet")

from dbd_mobile.jobs.cluster import (  # noqa: E402
    TABLE_SCHEMA,
    ListedPhoto,
    batches_of,
    judge_batch,
    listed_photos,
    open_parquet,
    pickled_judge,
    records_of,
    table_of,
)

JUDGED = Record(
    photo="s3://bucket/a.jpg",
    verdict="soft",
    reason="It is soft.",
    blur_radius_px=2.5,
    sharp_width_px=400,
    score=0.5,
    motion=False,
    confidence=0.75,
    blurred_fraction=0.25,
    box_left=0,
    box_top=2,
    box_right=30,
    box_bottom=40,
    width=640,
    height=480,
    taken="2026-05-01T12:00:00",
    bytes=1234,
    mtime_s=1.0e9 + 0.1234567,
    judged_by="lite",
)
BROKEN = Record(photo="s3://bucket/b.jpg", bytes=1, judged_by="lite", error="No photo.")


def named(name, **changes):
    return dataclasses.replace(JUDGED, photo=name, **changes)


def kept(folder):
    """The photos and their scores as any other program reads the folder."""
    table = pq.read_table(folder)
    return sorted(zip(table["photo"].to_pylist(), table["score"].to_pylist(), strict=True))


@pytest.fixture
def memory():
    """A storage that is no folder of this machine, empty."""
    file_system = fsspec.filesystem("memory")
    file_system.store.clear()
    file_system.pseudo_dirs[:] = [""]
    yield file_system
    file_system.store.clear()


def test_table_has_the_fields_of_a_record_with_a_box_and_nulls():
    assert [*TABLE_SCHEMA.names] == [
        *("schema", "version", "photo", "verdict", "reason", "blur_radius_px", "sharp_width_px"),
        *("score", "motion", "confidence", "blurred_fraction", "box", "width", "height", "taken"),
        *("bytes", "mtime_s", "judged_by", "error"),
    ]
    sides = ("left", "top", "right", "bottom")
    assert TABLE_SCHEMA.field("box").type == pa.struct([(side, pa.int64()) for side in sides])
    table = table_of([JUDGED, BROKEN])
    judged, broken = table.to_pylist()
    assert judged["box"] == {"left": 0, "top": 2, "right": 30, "bottom": 40}
    assert (judged["motion"], judged["score"], judged["error"]) == (False, 0.5, None)
    assert {name for name, value in broken.items() if value is not None} == {
        *("schema", "version", "photo", "bytes", "judged_by", "error")
    }
    assert [*records_of(table)] == [JUDGED, BROKEN]


@pytest.mark.parametrize("where", ["folder", "storage"])
def test_what_is_put_in_is_read_by_others_and_gone_on_with(tmp_path, memory, where):
    folder = str(tmp_path / "in" / "focus") if where == "folder" else "memory://in/focus"
    with open_parquet(folder) as store:
        store.add(table_of([JUDGED]))
        store.add(table_of([BROKEN]))
    with open_parquet(folder, resume=True) as store:
        assert [record for table in store.tables() for record in records_of(table)] == [
            JUDGED,
            BROKEN,
        ]
        store.add(table_of([named("c")]))
    file_system, path = fsspec.core.url_to_fs(folder)
    names = [name.rpartition("/")[2] for name in file_system.ls(path, detail=False)]
    assert [name[:14] for name in sorted(names)] == ["part-00000000-", "part-00000001-"]
    assert all(name.endswith(".parquet") for name in names)


def test_storage_may_have_no_empty_folders(memory, monkeypatch):
    monkeypatch.setattr(type(memory), "makedirs", lambda *arguments, **options: None)
    with open_parquet("memory://focus", resume=True) as store:
        store.add(table_of([JUDGED]))
    assert len(memory.ls("/focus")) == 1


def test_new_record_takes_the_place_of_the_old_one(tmp_path):
    folder = tmp_path / "focus"
    with open_parquet(folder) as store:
        store.add(table_of([named("a", score=0.1), named("b", score=0.1)]))
        store.flush()
        store.add(table_of([named("c", score=0.1)]))
    with open_parquet(folder, resume=True) as store:
        store.add(table_of([named("b", score=0.9), named("c", score=0.9)]), replaces=True)
    assert kept(folder) == [("a", 0.1), ("b", 0.9), ("c", 0.9)]
    assert len(os.listdir(folder)) == 2


def test_process_that_is_killed_leaves_whole_files_and_each_photo_once_when_opened(tmp_path):
    folder = tmp_path / "focus"
    code = (
        "import os, sys\n"
        "from dbd_mobile.jobs.cluster import open_parquet, table_of\n"
        "from dbd_mobile.jobs.library import Record\n"
        "def of(name, score): return table_of([Record(photo=name, score=score, judged_by='x')])\n"
        "with open_parquet(sys.argv[1]) as store:\n"
        "    store.add(of('a', .1)); store.flush()\n"
        "    store.add(of('a', .9), replaces=True); store.flush()\n"
        "    store.add(of('lost', .5))\n"
        "    os._exit(9)\n"
    )
    assert subprocess.run([sys.executable, "-c", code, folder]).returncode == 9
    # As of one that was killed while it wrote.
    half = folder / ".part-00000002-0123abcd.parquet.tmp"
    half.write_bytes(b"PAR1")
    assert kept(folder) == [("a", 0.1), ("a", 0.9)]
    with open_parquet(folder, resume=True):
        pass
    assert kept(folder) == [("a", 0.9)]
    assert not half.exists()


def test_file_is_written_when_there_is_enough_or_some_time_has_passed(tmp_path, monkeypatch):
    from dbd_mobile.jobs.cluster import parquet_store

    now_s = 0.0
    store = parquet_store.ParquetStore(str(tmp_path / "focus"), lambda: now_s)
    monkeypatch.setattr(parquet_store, "MAX_ROWS", 3)
    for number, files in enumerate((0, 0, 1, 1)):
        store.add(table_of([named(str(number))]))
        assert len(os.listdir(tmp_path / "focus")) == files
    now_s = parquet_store.MAX_AGE_S + 1
    store.add(table_of([named("late")]))
    assert len(os.listdir(tmp_path / "focus")) == 2


def test_what_is_there_is_never_written_over(tmp_path, memory):
    mine = tmp_path / "mine"
    mine.mkdir()
    pq.write_table(pa.table({"a": [1]}), mine / "a.parquet")
    before = (mine / "a.parquet").read_bytes()
    with pytest.raises(ArgumentError, match="is there already: go on with it by resume"):
        open_parquet(mine).__enter__()
    with pytest.raises(InputError, match=r"a\.parquet in .* was not written by `dbd-mobile scan`"):
        open_parquet(mine, resume=True).__enter__()
    (mine / "a.parquet").rename(mine / "part-00000000-01234567.parquet")
    with pytest.raises(InputError, match="was not written by"):
        open_parquet(mine, resume=True).__enter__()
    assert (mine / "part-00000000-01234567.parquet").read_bytes() == before
    (mine / "part-00000000-01234567.parquet").write_bytes(b"PAR1")
    with pytest.raises(InputError, match=r"mine.* cannot be used: "):
        open_parquet(mine, resume=True).__enter__()
    with pytest.raises(InputError, match="is a file: name a folder"):
        open_parquet(mine / "part-00000000-01234567.parquet").__enter__()
    memory.pipe_file("/focus/a", b"")
    with pytest.raises(ArgumentError, match="is there already"):
        open_parquet("memory://focus").__enter__()


def test_second_scan_into_a_folder_is_refused(tmp_path):
    with (
        open_parquet(tmp_path / "focus"),
        pytest.raises(ArgumentError, match="Another process writes to"),
    ):
        open_parquet(tmp_path / "focus", resume=True).__enter__()


def test_photos_of_a_storage_are_listed_as_those_of_a_folder(memory):
    for name in ("b.JPG", "a.png", ".c.jpg", "notes.txt", "in/d.jpg", ".in/e.jpg", "in/.f/g.jpg"):
        memory.pipe_file(f"/photos/{name}", b"12")
    found = listed_photos(["memory://photos"])
    assert [photo.place for photo in found] == ["memory:///photos/a.png", "memory:///photos/b.JPG"]
    assert [photo.bytes for photo in found] == [2, 2]
    created = memory.info("/photos/a.png")["created"].timestamp()
    assert found[0].mtime_s == created
    found = listed_photos(["memory://photos", "memory://photos/notes.txt"], recursive=True)
    assert [photo.name.rpartition("photos/")[2] for photo in found] == [
        *("a.png", "b.JPG", "in/d.jpg", "notes.txt")
    ]


def test_photos_of_this_machine_are_listed_by_path_also_from_a_url(tmp_path):
    (tmp_path / "a.jpg").write_bytes(b"123")
    status = (tmp_path / "a.jpg").stat()
    expected = [ListedPhoto(str(tmp_path / "a.jpg"), 3, status.st_mtime)]
    assert listed_photos([tmp_path, tmp_path.as_uri()]) == expected


@pytest.mark.parametrize(
    ("place", "sentence"),
    [
        ("memory://none", "There is no memory://none."),
        ("none", "There is no folder or photo "),
        ("nothing://a", "nothing://a cannot be used: Protocol not known: nothing."),
        ("zip://::memory://none.zip", "There is no zip://::memory://none.zip."),
    ],
)
def test_place_that_cannot_be_read_is_a_sentence_and_the_rest_goes_on(memory, place, sentence):
    memory.pipe_file("/photos/a.jpg", b"")
    with pytest.raises(InputError, match="^" + sentence.replace(".", r"\.")):
        listed_photos([place])
    errors = []
    found = listed_photos([place, "memory://photos"], on_unreadable=errors.append)
    assert [photo.place for photo in found] == ["memory:///photos/a.jpg"]
    assert [str(error).startswith(sentence) for error in errors] == [True]


def test_batch_is_judged_as_a_scan_judges(told_detector, save_told, tmp_path, memory, told):
    save_told("photos/a.png", 2.0)
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9003] = "2026:05:01 12:00:00"
    Image.fromarray(told.photo(640, 480)).save(tmp_path / "photos" / "b.jpg", exif=exif)
    (tmp_path / "photos" / "c.jpg").write_bytes(b"no photo")
    expected = [*scan([tmp_path / "photos"], told_detector)]
    assert [record.verdict for record in expected] == ["soft", "sharp", None]
    judge = pickled_judge(told_detector)
    (batch,) = batches_of(listed_photos([tmp_path / "photos"]), 8)
    assert [*records_of(judge_batch(batch, judge))] == expected
    for photo in (tmp_path / "photos").iterdir():
        memory.pipe_file(f"/photos/{photo.name}", photo.read_bytes())
    listed = listed_photos(["memory://photos"])
    tables = [judge_batch(batch, judge) for batch in batches_of(listed, 2)]
    assert [table.num_rows for table in tables] == [2, 1]
    found = [record for table in tables for record in records_of(table)]
    for record, photo, other in zip(found, listed, expected, strict=True):
        error = other.error and other.error.replace(other.photo, photo.name)
        assert record == dataclasses.replace(
            other, photo=photo.name, mtime_s=photo.mtime_s, error=error
        )


def test_models_are_opened_once_for_many_batches(told_detector, save_told, tmp_path, monkeypatch):
    save_told("a.png")
    save_told("b.png")
    judge, made = pickled_judge(told_detector, at_width=320), []
    init = BlurDetector.__init__
    monkeypatch.setattr(
        BlurDetector, "__init__", lambda self, *a, **k: made.append(1) or init(self, *a, **k)
    )
    for batch in batches_of(listed_photos([tmp_path]), 1):
        assert judge_batch(batch, judge)["error"].null_count == 1
    assert made == [1]


def test_photo_that_cannot_be_fetched_is_a_record_with_an_error(told_detector, memory, told):
    content = BytesIO()
    Image.fromarray(told.photo(640, 480)).save(content, "PNG")
    memory.pipe_file("/a.png", content.getvalue())
    photos = [
        ListedPhoto("memory:///gone.jpg", 5, None),
        ListedPhoto("memory:///a.png", 2**31, None),
        ListedPhoto("nothing://a.png", None, None),
        ListedPhoto("/gone.jpg", 1, 2.0),
        ListedPhoto("memory:///a.png", None, None),
    ]
    (batch,) = batches_of(photos, 5)
    records = [*records_of(judge_batch(batch, pickled_judge(told_detector)))]
    assert [record.error for record in records] == [
        "There is no memory:///gone.jpg.",
        "memory:///a.png has 2147483648 bytes: no more than 1073741824 are fetched.",
        "nothing://a.png cannot be used: Protocol not known: nothing.",
        "There is no photo /gone.jpg.",
        None,
    ]
    assert records[-1].verdict == "sharp"


def test_name_that_is_no_text_arrives_where_it_is_judged(told_detector, save_told, tmp_path):
    try:
        photo = save_told("\udcff.png")
    except OSError:
        pytest.skip("this file system does not take such names")
    (batch,) = batches_of(listed_photos([tmp_path]), 1)
    (record,) = records_of(judge_batch(batch, pickled_judge(told_detector)))
    assert record.photo == str(photo).replace("\udcff", "\\udcff")
    assert record.verdict == "sharp"


def test_photo_within_an_archive_is_fetched(told_detector, save_told, tmp_path):
    photo = save_told("a.png", 6.0)
    archive = tmp_path / "photos.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.write(photo, "in/a.png")
    url = f"zip://in::{archive.as_uri()}"
    (listed,) = listed_photos([url])
    assert listed.place == f"zip://in/a.png::{archive.as_uri()}"
    (batch,) = batches_of([listed], 1)
    (record,) = records_of(judge_batch(batch, pickled_judge(told_detector)))
    assert (record.verdict, record.bytes) == ("blurred", photo.stat().st_size)
