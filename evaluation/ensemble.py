"""Trained networks in, a mapper that gives the mean of their maps out: the strongest teacher.

Each network may see a photo at several sizes, and mirrored too (test-time augmentation).
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from data.blur_dataset import read_photo, squash
from evaluation.mappers import GivenPhoto
from networks import BlurNetwork
from networks.weights import load_weights


class Ensemble:
    """Networks that judge a photo together.

    Args:
        weights: Their weights files.
        sides: Sides of the squares that each of them sees a photo as, in pixels; if none is
            given, each sees it at the size of its own contract.
        mirrored: Whether each sees it mirrored too.
        device: Where they run.

    Raises:
        InputError: If a file is missing, damaged or not of a network that gives a blur map.
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
            network = load_weights(path, BlurNetwork).network.eval().to(device)
            network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
            for side in sides or [network.contract.width]:
                self._by_side.setdefault(side, []).append(network)
        self._mirrored = mirrored
        self._device = device

    def map(self, photo: GivenPhoto) -> NDArray[np.float32]:
        """Blur map of a photo.

        Args:
            photo: A file, or (H, W, 3) uint8 RGB.

        Returns:
            (S, S) float32 in [0, 1], 1 = blurred, S being the largest side.

        Raises:
            ImageError: If the file is missing or damaged.
        """
        pixels = read_photo(photo) if isinstance(photo, Path) else photo
        largest = max(self._by_side)
        maps = []
        for side, networks in self._by_side.items():
            image = torch.tensor(squash(pixels, (side, side)), device=self._device)
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
