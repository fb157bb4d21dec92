"""Photo files in, those that can be read out, and sentences on those that cannot."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from data.blur_dataset import read_photo
from dbd_mobile.errors import ImageError
from export.kinds.kind import Progress


class ReadablePhotos:
    """Reads photos one by one; one damaged file among many is no reason to stop.

    Args:
        paths: The files.
        progress: Called with the photos done and their total after each photo.

    Attributes:
        skipped: Sentences on the damaged ones that were met.
    """

    def __init__(self, paths: Sequence[Path], progress: Progress) -> None:
        self._paths, self._progress = paths, progress
        self.skipped: list[str] = []

    def __iter__(self) -> Iterator[tuple[Path, NDArray[np.uint8]]]:
        """Each file and its pixels, (H, W, 3) uint8 RGB.

        Raises:
            ImageError: If none can be read.
        """
        for done, path in enumerate(self._paths, 1):
            try:
                photo = read_photo(path)
            except ImageError as error:
                self.skipped.append(str(error))
                if len(self.skipped) == len(self._paths):
                    raise
            else:
                yield path, photo
            self._progress(done, len(self._paths))
