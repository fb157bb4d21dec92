"""Sidecars that photo programs read: what is written, and that all else in them is kept."""

import os
import shutil
import subprocess

import pytest

from dbd_mobile import InputError
from dbd_mobile.jobs.library import Record, write_sidecar

SHARP = Record(
    photo="/photos/a.jpg",
    verdict="sharp",
    reason="sharp at 100 %: blur radius 1.3 px",
    blur_radius_px=1.3,
    score=0.98765,
    blurred_fraction=0.5,
    box_left=1,
    box_top=2,
    box_right=30,
    box_bottom=40,
    judged_by='lite 1, detail 2, <sharp> "up to" 1.85 px & at 100 %',
)
BLURRED = Record(photo="/photos/a.jpg", verdict="blurred", blur_radius_px=9.0, judged_by="lite")
UNDECIDABLE = Record(photo="/photos/a.jpg", verdict="undecidable", judged_by="lite")

# As darktable writes one, shortened.
DARKTABLE = b"""<?xml version="1.0" encoding="UTF-8"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="XMP Core 4.4.0-Exiv2">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:darktable="http://darktable.sf.net/"
    xmlns:dc="http://purl.org/dc/elements/1.1/"
   xmp:Rating="0"
   darktable:history_end="2">
   <!-- a note -->
   <dc:subject>
    <rdf:Bag>
     <rdf:li>R\xc3\xa4tsel &amp; co&#10;</rdf:li>
    </rdf:Bag>
   </dc:subject>
   <darktable:history>
    <rdf:Seq>
     <rdf:li darktable:operation="a > b" darktable:params='"x"'/>
    </rdf:Seq>
   </darktable:history>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
"""
LIGHTROOM = b"""<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about="uuid:1" xmlns:a="http://ns.adobe.com/xap/1.0/">
   <a:Rating>5</a:Rating>
   <a:Label>Blue</a:Label>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>"""


@pytest.fixture
def photo(tmp_path):
    path = tmp_path / "a.jpg"
    path.write_bytes(b"a photo")
    yield path
    assert path.read_bytes() == b"a photo"


def said_by_exiv2(path):
    """What another reader finds in a sidecar: by key, without the namespaces."""
    if shutil.which("exiv2") is None:
        if os.environ.get("DBD_REQUIRE_DATA", "0") != "0":
            pytest.fail("exiv2 is missing")
        pytest.skip("exiv2 is missing: apt-get install exiv2")
    command = ["exiv2", "-PXkv", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    lines = [line.partition(" ") for line in done.stdout.splitlines() if line[:4] == "Xmp."]
    return {key: value.strip() for key, _, value in lines}


def test_new_sidecar_is_read_by_another_reader(photo):
    write_sidecar(photo, SHARP)
    (path,) = set(photo.parent.iterdir()) - {photo}
    assert path.name == "a.jpg.xmp"
    said = said_by_exiv2(path)
    assert (said["Xmp.xmp.Rating"], said["Xmp.xmp.Label"]) == ("3", "Green")
    assert said["Xmp.dbd.Verdict"] == "sharp"
    assert said["Xmp.dbd.BlurRadius"] == "1.3"
    assert said["Xmp.dbd.Score"] == "0.9877"
    assert said["Xmp.dbd.Box"] == "1,2,30,40"
    assert said["Xmp.dbd.Reason"] == SHARP.reason
    assert said["Xmp.dbd.JudgedBy"] == SHARP.judged_by


def test_all_else_in_a_sidecar_is_kept_byte_for_byte(photo):
    path = photo.with_name("a.jpg.xmp")
    path.write_bytes(DARKTABLE)
    write_sidecar(photo, BLURRED)
    first = path.read_bytes()
    start, end = first.index(b"\n  <rdf:Description xmlns:rdf"), first.index(b"\n </rdf:RDF>")
    own, rest = first[start:end], first[:start] + first[end:]
    assert rest == DARKTABLE.replace(b'\n   xmp:Rating="0"', b"")
    assert b'xmp:Rating="1"' in own
    said = said_by_exiv2(path)
    assert (said["Xmp.xmp.Rating"], said["Xmp.xmp.Label"]) == ("1", "Red")
    assert said["Xmp.darktable.history_end"] == "2"
    assert said["Xmp.dc.subject"].startswith("Rätsel & co")
    # The next time it is gone on with.
    write_sidecar(photo, SHARP)
    assert said_by_exiv2(path)["Xmp.xmp.Rating"] == "3"
    write_sidecar(photo, BLURRED)
    assert path.read_bytes() == first


def test_sidecar_that_says_it_already_is_left_alone(photo):
    write_sidecar(photo, SHARP)
    path = photo.with_name("a.jpg.xmp")
    os.utime(path, (1, 1))
    write_sidecar(photo, SHARP)
    assert path.stat().st_mtime == 1


def test_rating_and_label_of_somebody_else_stay(photo):
    path = photo.with_name("a.xmp")
    path.write_bytes(LIGHTROOM)
    for record in (BLURRED, SHARP):
        write_sidecar(photo, record)
        said = said_by_exiv2(path)
        assert (said["Xmp.xmp.Rating"], said["Xmp.xmp.Label"]) == ("5", "Blue")
        assert said["Xmp.dbd.Verdict"] == record.verdict
    assert not photo.with_name("a.jpg.xmp").exists()


def test_own_rating_that_a_person_changed_stays(photo):
    path = photo.with_name("a.jpg.xmp")
    write_sidecar(photo, SHARP)
    path.write_bytes(path.read_bytes().replace(b'xmp:Rating="3"', b'xmp:Rating="5"'))
    write_sidecar(photo, BLURRED)
    said = said_by_exiv2(path)
    assert (said["Xmp.xmp.Rating"], said["Xmp.xmp.Label"]) == ("5", "Red")


def test_undecidable_photo_has_no_rating_any_more(photo):
    path = photo.with_name("a.jpg.xmp")
    write_sidecar(photo, SHARP)
    write_sidecar(photo, UNDECIDABLE)
    said = said_by_exiv2(path)
    assert said["Xmp.dbd.Verdict"] == "undecidable"
    assert said.keys() & {"Xmp.xmp.Rating", "Xmp.xmp.Label", "Xmp.dbd.Score"} == set()


def test_what_another_program_put_in_order_is_gone_on_with(photo):
    """Exiv2 puts all properties into one element."""
    path = photo.with_name("a.jpg.xmp")
    path.write_bytes(DARKTABLE)
    write_sidecar(photo, SHARP)
    said_by_exiv2(path)
    subprocess.run(["exiv2", "-Mset Xmp.dc.format image/jpeg", str(path)], check=True)
    write_sidecar(photo, BLURRED)
    said = said_by_exiv2(path)
    assert (said["Xmp.xmp.Rating"], said["Xmp.dbd.Rating"]) == ("1", "1")
    assert (said["Xmp.dc.format"], said["Xmp.darktable.history_end"]) == ("image/jpeg", "2")
    assert path.read_bytes().count(b"Rating=") == 2


@pytest.mark.parametrize(
    ("photos", "there", "written"),
    [
        (["a.jpg"], [], ["a.jpg.xmp"]),
        (["a.jpg"], ["a.xmp"], ["a.xmp"]),
        (["a.jpg"], ["a.xmp", "a.jpg.xmp"], ["a.jpg.xmp", "a.xmp"]),
        (["a.cr2"], [], ["a.xmp"]),
        (["a.cr2"], ["a.cr2.xmp"], ["a.cr2.xmp"]),
        # The raw file's.
        (["a.jpg", "a.CR2"], ["a.xmp"], ["a.jpg.xmp"]),
        (["a.cr2", "a.jpg"], [], ["a.xmp"]),
        (["a.cr2", "a.dng"], [], ["a.cr2.xmp"]),
        # Nobody knows whose.
        (["a.jpg", "a.png"], ["a.xmp"], ["a.jpg.xmp"]),
    ],
)
def test_sidecars_name_is_the_one_that_programs_look_for(tmp_path, photos, there, written):
    for name in photos:
        (tmp_path / name).touch()
    for name in there:
        (tmp_path / name).write_bytes(DARKTABLE)
    write_sidecar(tmp_path / photos[0], SHARP)
    got = [path.name for path in tmp_path.glob("*.xmp") if path.read_bytes() != DARKTABLE]
    assert sorted(got) == written


BOMB = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>\n' + DARKTABLE[39:]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "no XML in UTF-8"),
        (b"no XML", "no XML in UTF-8"),
        (DARKTABLE[:-20], "no XML in UTF-8"),
        (b"<a/>", "no rdf:RDF element"),
        (BOMB, "a document type"),
        (DARKTABLE.replace(b"UTF-8", b"UTF-16"), "UTF-16"),
        (DARKTABLE.decode().encode("utf-16"), "no XML in UTF-8"),
        (DARKTABLE.replace(b"UTF-8", b"latin-1"), "it is in latin-1"),
        (b"<a>" * 100_000, "no XML in UTF-8"),
        (b"<a xmlns:b=\"c\" b:d='\xff'/>", "no XML in UTF-8"),
    ],
)
def test_what_is_no_sidecar_is_left_as_it_is(photo, content, why):
    path = photo.with_name("a.jpg.xmp")
    path.write_bytes(content)
    with pytest.raises(InputError) as wrong:
        write_sidecar(photo, SHARP)
    assert why in str(wrong.value)
    assert str(wrong.value).startswith(f"{path} is left as it is, as no XMP sidecar: ")
    assert len(str(wrong.value).splitlines()) == 1
    assert path.read_bytes() == content


@pytest.mark.parametrize(
    "rdf", [b"<rdf:RDF xmlns:rdf='%s'/>", b"<rdf:RDF xmlns:rdf='%s' ></rdf:RDF>"]
)
def test_sidecar_without_properties_gets_some(photo, rdf):
    path = photo.with_name("a.jpg.xmp")
    rdf %= b"http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    path.write_bytes(b'<x:xmpmeta xmlns:x="adobe:ns:meta/">' + rdf + b"</x:xmpmeta>")
    write_sidecar(photo, SHARP)
    assert said_by_exiv2(path)["Xmp.xmp.Rating"] == "3"


def test_command_writes_sidecars_of_what_is_chosen_and_goes_on(
    run_told, save_told, tmp_path, capsys
):
    save_told("photos/a.png")
    save_told("photos/b.png", 6.0)
    save_told("photos/c.png", 6.0)
    (tmp_path / "photos" / "d.png").write_bytes(b"no photo")
    (tmp_path / "photos" / "b.png.xmp").write_bytes(b"no sidecar")
    chosen = ("--where", "verdict != 'sharp'")
    assert run_told("scan", tmp_path / "photos", "--xmp", *chosen) == 1
    assert "b.png.xmp is left as it is" in capsys.readouterr().err
    assert [path.name for path in (tmp_path / "photos").glob("[acd]*.xmp")] == ["c.png.xmp"]
    assert said_by_exiv2(tmp_path / "photos" / "c.png.xmp")["Xmp.dbd.Verdict"] == "blurred"
