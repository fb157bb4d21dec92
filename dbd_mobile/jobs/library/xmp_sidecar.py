"""A photo and its record in; a sidecar that photo programs read, beside the photo, out.

A sidecar's name is the photo's with ``.xmp`` at its end for darktable and digiKam, PHOTO.JPG.xmp,
and with that in the place of its ending for Lightroom, PHOTO.xmp, which reads sidecars of raw files
only. So one that is there is gone on with, whichever name it has; a new one has Lightroom's name
beside a raw file, which darktable and digiKam read too, and else theirs.
"""

from pathlib import Path

from dbd_mobile.atomic_file import atomic_file
from dbd_mobile.errors import InputError
from dbd_mobile.jobs.library.record import Record
from dbd_mobile.jobs.library.xmp_packet import EMPTY, Name, Packet
from dbd_mobile.photo_format import PHOTO_ENDINGS, RAW_ENDINGS

DBD = "urn:dbd-mobile:scan:1/"
"""The namespace of what is this package's own."""

_XMP = "http://ns.adobe.com/xap/1.0/"
_PREFIXES = {_XMP: "xmp", DBD: "dbd"}
# Four and five stars are left to people.
_MARKS = {
    "sharp": {"Rating": "3", "Label": "Green"},
    "soft": {"Rating": "2", "Label": "Yellow"},
    "blurred": {"Rating": "1", "Label": "Red"},
}

# Of lists of masks it may have megabytes.
_MAX_BYTES = 64 * 2**20


def write_sidecar(photo: Path, record: Record) -> None:
    """Write what was found into a photo's sidecar; the photo is not touched.

    Rating and label say the verdict, 3 Green sharp, 2 Yellow soft, 1 Red blurred, unless somebody
    else gave some, which stay; ``dbd:`` fields say the rest. All else in a sidecar is kept, byte
    for byte. Where both names are there, both get it.

    Args:
        photo: The photo.
        record: What was found; one with an error is left out.

    Raises:
        InputError: The sidecar is none or has a document type, or cannot be read or written.
    """
    if record.verdict is None:
        return
    for path in _sidecars_of(photo):
        try:
            if path.exists() and path.stat().st_size > _MAX_BYTES:
                raise InputError(f"{path} is left as it is: it is too large for a sidecar.")
            content = path.read_bytes() if path.exists() else EMPTY
            merged = _merged(Packet(content), record)
            if merged != content or not path.exists():
                # Through a link, or that would be replaced.
                with atomic_file(path.resolve()) as file:
                    file.write(merged)
        except ValueError as error:
            raise InputError(f"{path} is left as it is, as no XMP sidecar: {error}.") from None
        except OSError as error:
            raise InputError(f"{path} cannot be written: {error.strerror}.") from None


def _sidecars_of(photo: Path) -> list[Path]:
    """Those that are there, or the one to make."""
    full, short = photo.with_name(f"{photo.name}.xmp"), photo.with_suffix(".xmp")
    names = [full]
    if (short.exists() or _is_raw(photo)) and not _is_another_photos(short, photo):
        names.insert(0, short)
    return [name for name in names if name.exists()] or names[:1]


def _is_raw(photo: Path) -> bool:
    return photo.suffix.lower() in RAW_ENDINGS


def _is_another_photos(short: Path, photo: Path) -> bool:
    """Of a raw file and its JPEG the raw file has it; of two alike neither."""
    for ending in RAW_ENDINGS if _is_raw(photo) else PHOTO_ENDINGS:
        for other in (short.with_suffix(ending), short.with_suffix(ending.upper())):
            if other.exists() and not other.samefile(photo):
                return True
    return False


def _merged(packet: Packet, record: Record) -> bytes:
    own = {
        "Verdict": record.verdict,
        "Reason": record.reason,
        "BlurRadius": record.blur_radius_px,
        "Score": record.score,
        "BlurredFraction": record.blurred_fraction,
        "Box": f"{record.box_left},{record.box_top},{record.box_right},{record.box_bottom}",
        "JudgedBy": record.judged_by,
    }
    properties: dict[Name, str] = {}
    without = {(DBD, name) for name in own}
    marks = _MARKS.get(str(record.verdict), {})
    for name in ("Rating", "Label"):
        # What was given before is noted, to tell it from what somebody else gave.
        given, noted = packet.get((_XMP, name)), packet.get((DBD, name))
        without.add((DBD, name))
        if given in (None, "", "0") or given == noted:
            if name in marks:
                properties[_XMP, name] = properties[DBD, name] = marks[name]
            if name in marks or given == noted:
                without.add((_XMP, name))
    properties |= {
        (DBD, name): f"{value:.4g}" if isinstance(value, float) else str(value)
        for name, value in own.items()
        if value is not None
    }
    return packet.with_properties(properties, without=without, prefixes=_PREFIXES)
