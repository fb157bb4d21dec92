"""A network and photos with masks in, its maps and its accuracy out."""

from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray

from data.blur_dataset import BlurDataset, squash
from evaluation.measures import Accuracy, AccuracyMeter
from networks import BlurNetwork


def validate(network: BlurNetwork, photos: BlurDataset, side: int) -> Accuracy:
    """Measure a network, in float32, at the photos' own size.

    Args:
        network: In eval mode.
        photos: With their masks.
        side: Of the squares that it sees them as, in pixels.
    """
    meter = AccuracyMeter()
    for index, blur in enumerate(maps_of(network, photos, side)):
        meter.add(blur, photos.mask(index))
    return meter.result()


def maps_of(network: BlurNetwork, photos: BlurDataset, side: int) -> Iterator[NDArray[np.float32]]:
    """A network's maps of photos, in their order, arguments as for ``validate``.

    Yields:
        (side, side) float32 probability, 1 = blurred.
    """
    device = next(network.parameters()).device
    for index in range(len(photos)):
        small = squash(photos.photo(index), (side, side))
        image = torch.tensor(small, device=device).permute(2, 0, 1)[None].float()
        with torch.inference_mode():
            blur = network(network.contract.normalise(image))
        yield blur[0, 0].cpu().numpy()
