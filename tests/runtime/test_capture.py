"""How a photo was taken, as its EXIF says: of pictures and of cameras' raw files."""

from io import BytesIO

import pytest
from PIL import Image, TiffImagePlugin

from dbd_mobile.jobs.library.capture import Capture, capture_of

MAKE, MODEL, EXIF, DNG_VERSION = 0x010F, 0x0110, 0x8769, 50706
TAKEN, FRACTION, ZONE, SECONDS, MODE, SERIAL = 0x9003, 0x9291, 0x9011, 0x829A, 0xA402, 0xA431
WHOLE = {TAKEN: "2026:05:01 12:00:00", FRACTION: "25", ZONE: "+02:00", SECONDS: 0.5, SERIAL: "7"}
CAPTURE = Capture(
    taken="2026-05-01T12:00:00.25",
    zone="+02:00",
    exposure_s=0.5,
    camera=("Maker", "Model", "7"),
)


def exif_with(tags):
    exif = Image.Exif()
    exif[MAKE], exif[MODEL] = "Maker", "Model"
    exif.get_ifd(EXIF).update(tags)
    return exif


@pytest.fixture
def capture(tmp_path):
    """Gives what is found in a file of these bytes."""

    def read(content):
        path = tmp_path / "photo"
        path.write_bytes(content)
        return capture_of(path)

    return read


def picture_with(tags, kind="JPEG"):
    file = BytesIO()
    # Pillow writes all of it into TIFF only if it is bytes.
    Image.new("RGB", (80, 60)).save(file, kind, exif=exif_with(tags).tobytes())
    return file.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WebP", "TIFF"])
def test_all_of_it_is_found(capture, kind):
    assert capture(picture_with(WHOLE, kind)) == CAPTURE


def test_exposure_bracket_is_told(capture):
    assert capture(picture_with({**WHOLE, MODE: 2})).is_bracketed
    assert not capture(picture_with({**WHOLE, MODE: 1})).is_bracketed


@pytest.mark.parametrize("taken", ["    ", "0000:00:00 00:00:00", "2026:02:31 12:00:00", "noon"])
def test_what_is_no_time_is_none(capture, taken):
    assert capture(picture_with({TAKEN: taken})) is None


def test_photo_without_exif_or_that_is_none_has_no_time(capture, tmp_path):
    file = BytesIO()
    Image.new("RGB", (80, 60)).save(file, "JPEG")
    for content in (file.getvalue(), b"", b"no photo", b"II*\0\xff\xff\xff\xff", b"IIRO" * 9):
        assert capture(content) is None
    assert capture_of(tmp_path / "none") is None


@pytest.mark.parametrize(
    ("tag", "value", "name", "found"),
    [
        (FRACTION, "2½", "taken", "2026-05-01T12:00:00"),
        (FRACTION, "1234567", "taken", "2026-05-01T12:00:00.123456"),
        (ZONE, "+99:00", "zone", ""),
        (ZONE, "summer", "zone", ""),
        (SECONDS, TiffImagePlugin.IFDRational(1, 0), "exposure_s", 0),
        (SECONDS, TiffImagePlugin.IFDRational(4_000_000_000, 1), "exposure_s", 0),
    ],
)
def test_damaged_value_is_left_out(capture, tag, value, name, found):
    assert getattr(capture(picture_with({**WHOLE, tag: value})), name) == found


def test_time_counts_in_its_zone_and_without_one_from_midnight():
    def time_s(zone):
        return Capture(taken="2026-05-01T12:00:00.5", zone=zone).time_s

    assert time_s("+02:00") + 3600 == time_s("+01:00")
    assert time_s("") == time_s("+00:00")
    assert time_s("") % 3600 == 0.5


def raw_with(start):
    """A TIFF file that says that it is a raw one, with this start."""
    exif, file = exif_with(WHOLE), BytesIO()
    exif[DNG_VERSION] = b"\1\4\0\0"
    Image.new("RGB", (80, 60)).save(file, "TIFF", exif=exif.tobytes())
    return start + file.getvalue()[len(start) :]


@pytest.mark.parametrize("start", [b"II*\0", b"IIRO", b"IIRS", b"IIU\0"])
def test_raw_file_that_is_like_tiff_is_read(capture, start):
    assert capture(raw_with(start)) == CAPTURE


def test_raw_file_of_boxes_is_read(capture):
    def box(kind, content):
        return (8 + len(content)).to_bytes(4, "big") + kind + content

    camera = Image.Exif()
    camera[MAKE], camera[MODEL] = "Maker", "Model"
    shot = Image.Exif()
    shot.update(WHOLE)
    # Without the "Exif" that goes before it in JPEG.
    boxes = [box(k, e.tobytes()[6:]) for k, e in ((b"CMT1", camera), (b"CMT2", shot))]
    ftyp = box(b"ftyp", b"crx \0\0\0\1crx isom")
    assert capture(ftyp + box(b"moov", box(b"uuid", bytes(16) + b"".join(boxes)))) == CAPTURE


def test_raw_file_with_a_jpeg_in_it_is_read(capture):
    jpeg = picture_with(WHOLE)
    head = b"FUJIFILMCCD-RAW 0201FF".ljust(84, b"\0")
    places = (148).to_bytes(4, "big") + len(jpeg).to_bytes(4, "big")
    assert capture((head + places).ljust(148, b"\0") + jpeg) == CAPTURE
