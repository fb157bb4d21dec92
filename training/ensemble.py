"""Trained networks in, the mean of their maps out: the strongest teacher there is.

Each network may see a photo at several sizes, and mirrored too (test-time augmentation).
"""

import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from rich.progress import track
from torch.nn import functional

from training.datasets import read_map, read_photo, squash
from training.errors import InputError
from training.networks import BlurNetwork
from training.outlines import follow_outline
from training.weights import load_weights

_log = logging.getLogger(__name__)


class Ensemble:
    """Networks that judge a photo together.

    Args:
        weights: Their weights files.
        sides: Sides of the squares that each of them sees a photo as, in pixels; if none is
            given, each sees it at the size of its own contract.
        mirrored: Whether each sees it mirrored too.
        device: Where they run.

    Raises:
        InputError: If a file is missing, damaged or not of a known architecture.
    """

    def __init__(
        self,
        weights: Sequence[Path],
        sides: Sequence[int],
        device: torch.device,
        *,
        mirrored: bool,
    ) -> None:
        self._by_side: dict[int, list[BlurNetwork]] = {}
        for path in weights:
            network = load_weights(path).network.eval().to(device)
            network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
            for side in sides or [network.contract.width]:
                self._by_side.setdefault(side, []).append(network)
        self._mirrored = mirrored
        self._device = device

    def predict(self, photo: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Blur map of a photo.

        Args:
            photo: (H, W, 3) uint8 RGB.

        Returns:
            (S, S) float32 in [0, 1], 1 = blurred, S being the largest side.
        """
        largest = max(self._by_side)
        maps = []
        for side, networks in self._by_side.items():
            image = torch.tensor(squash(photo, (side, side)), device=self._device)
            views = image.permute(2, 0, 1)[None].float()
            if self._mirrored:
                views = torch.cat([views, views.flip(3)])
            for network in networks:
                with torch.inference_mode():
                    blur = network(network.contract.normalise(views))
                if self._mirrored:
                    blur = (blur[:1] + blur[1:].flip(3)) / 2
                maps.append(functional.interpolate(blur, largest, mode="bilinear")[0, 0])
        return torch.stack(maps).mean(0).cpu().numpy()


def label_photos(
    ensemble: Ensemble, photos: Path, names: Sequence[str], folder: Path, objects: Path | None
) -> None:
    """Write an ensemble's map of each photo, as ``STEM.png`` (8-bit, 255 = blurred).

    Maps that are there already are kept, so that an interrupted run goes on where it was. A photo
    that cannot be read, or whose object mask cannot, is left out, with a warning.

    Args:
        ensemble: What judges them.
        photos: Folder with the photos.
        names: Their file names.
        folder: Where the maps go; made if missing.
        objects: Folder with object masks, ``STEM.png`` (white = object), whose outlines the maps'
            edges are to follow; None leaves the maps as they are.

    Raises:
        InputError: If none of the photos could be read.
    """
    folder.mkdir(parents=True, exist_ok=True)
    damaged = 0
    for name in track(names, "Labelling photos"):
        path = folder / f"{Path(name).stem}.png"
        if path.exists():
            continue
        try:
            photo = read_photo(photos / name)
            mask = None if objects is None else read_map(objects / path.name)
        except InputError as error:
            _log.warning("left out: %s", error)
            damaged += 1
            continue
        blur = ensemble.predict(photo)
        if mask is not None:
            side = len(blur)
            blur = follow_outline(blur, squash(mask, (side, side)))
        temporary = path.with_suffix(".part")
        Image.fromarray((blur * 255 + 0.5).astype(np.uint8)).save(temporary, "PNG")
        temporary.replace(path)
    if damaged == len(names):
        raise InputError(f"None of the {damaged} photos of {photos} could be read.")
