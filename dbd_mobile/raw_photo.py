"""A camera's raw file in; its preview, which the camera made, or the developed photo out.

rawpy reads it: the extra ``raw``. The preview is of the same exposure and there at once, and with
many cameras as large as the photo.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image

from dbd_mobile.photo_array import rgb_of
from dbd_mobile.photo_file import open_image, package_of, refuse_large
from dbd_mobile.photo_format import format_of

# A preview with so much of the photo's width is the photo: cameras cut some pixels off.
_WHOLE = 0.95
# By how much its shape, width over height, may differ, likewise.
_SAME_SHAPE = 0.05

# EXIF's numbers of the turns that LibRaw has others for.
_ORIENTATIONS = {3: 3, 5: 8, 6: 6}


class RawPhoto:
    """An open raw file; :func:`opened_raw` makes it.

    Attributes:
        size_wh: (width, height) of the developed photo, upright.
        preview: The camera's own picture, not decoded yet, with EXIF that says how to turn it; None
            if there is none that can be read.
    """

    def __init__(self, rawpy: Any, raw: Any, *, name: str, max_pixels: int) -> None:
        self._raw = raw
        width, height = int(raw.sizes.width), int(raw.sizes.height)
        self.size_wh = (height, width) if raw.sizes.flip in (5, 6) else (width, height)
        # The sensor is read too: a damaged file's may be far larger than its photo.
        for size_wh in (self.size_wh, (int(raw.sizes.raw_width), int(raw.sizes.raw_height))):
            refuse_large(size_wh, name=name, max_pixels=max_pixels)
        self.preview = self._opened_preview(rawpy, name, max_pixels)

    def is_of_photo(self, preview_wh: tuple[int, int]) -> bool:
        """Say whether a preview of this size, upright, shows all of the photo."""
        shape, own = preview_wh[0] / preview_wh[1], self.size_wh[0] / self.size_wh[1]
        return abs(shape / own - 1) <= _SAME_SHAPE

    def is_photo(self, preview_wh: tuple[int, int]) -> bool:
        """Say whether a preview of this size, upright, may be taken for the photo itself."""
        return self.is_of_photo(preview_wh) and preview_wh[0] >= _WHOLE * self.size_wh[0]

    def develop(self) -> NDArray[np.uint8]:
        """Make the photo from what the sensor saw: upright, (H, W, 3) uint8 sRGB.

        Raises:
            ImageError: It is not in colour, nor in grey as sensors without a colour filter see it.
        """
        return rgb_of(np.asarray(self._raw.postprocess(use_camera_wb=True)), None)

    def _opened_preview(self, rawpy: Any, name: str, max_pixels: int) -> Image.Image | None:
        try:
            found = self._raw.extract_thumb()
            if found.format == rawpy.ThumbFormat.JPEG:
                content = BytesIO(found.data)
                kind = format_of(content)
                preview = open_image(content, kind, name=name, max_pixels=max_pixels)
            else:
                preview = Image.fromarray(np.asarray(found.data))
            exif = preview.getexif()
        except Exception:
            # There is none, or of a kind that cannot be read: the photo can be developed.
            return None
        sizes = self._raw.sizes
        lies_as_sensor = (preview.width > preview.height) == (sizes.width > sizes.height)
        if ExifTags.Base.Orientation not in exif and lies_as_sensor:
            exif[ExifTags.Base.Orientation] = _ORIENTATIONS.get(sizes.flip, 1)
        return preview


@contextmanager
def opened_raw(file: IO[bytes], *, name: str, max_pixels: int) -> Iterator[RawPhoto]:
    """Open a raw file for the ``with`` block.

    Args:
        file: A seekable file.
        name: What to call it in messages.
        max_pixels: So many pixels it may have.

    Raises:
        ImageError: It is too large, or rawpy is not installed.
        Exception: It is damaged, or of a camera that rawpy does not know.
    """
    rawpy = package_of(
        "rawpy", kind="a camera's raw file", name=name, install='pip install "dbd-mobile[raw]"'
    )
    file.seek(0)
    with rawpy.imread(file) as raw:
        yield RawPhoto(rawpy, raw, name=name, max_pixels=max_pixels)
