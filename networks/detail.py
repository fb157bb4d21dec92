"""The network that measures blur in pixels: a tile of a photo's own pixels in, cells out."""

from typing import ClassVar

from torch import Tensor, nn

from networks.contract import NetworkContract
from networks.efficientnet_lite import conv_bn
from networks.lite import SeparableConv
from networks.network import Network

# Patches of 4 x 4 pixels that do not overlap: most of the time would go into layers at the photo's
# own resolution. They are taken in two steps, as colour tells next to nothing: the first, a linear
# one, leaves about a channel of brightness for each pixel.
_PAIR_CHANNELS, _PATCH_CHANNELS = 4, 24
_BLOCKS = ((40, 2), (64, 2), (64, 1), (48, 1))
_LOGITS = 3


class Detail(Network):
    """Circle of confusion of each cell of 16 x 16 pixels, with how sure that is, made for int8.

    A cell is judged by what lies within 48 pixels of it: whether an edge is sharp does not depend
    on what the photo shows.

    The three channels of the output (N, 3, H / 16, W / 16) are sigmoids, and so share one fixed
    scale in int8: ``dbd_mobile.radius_code`` says what they stand for.

    Attributes:
        contract: Tile size and normalisation; any multiple of 32 is taken.
    """

    gives: ClassVar[str] = "the radius of the blur of each cell"
    channels: ClassVar[int] = _LOGITS

    def __init__(self) -> None:
        super().__init__()
        self.contract = NetworkContract(width=256, height=256, mean=127.0, scale=128.0)
        self.stem = nn.Sequential(
            conv_bn(3, _PAIR_CHANNELS, 2, stride=2, act=False),
            conv_bn(_PAIR_CHANNELS, _PATCH_CHANNELS, 2, stride=2),
        )
        self.blocks = nn.Sequential()
        inputs = _PATCH_CHANNELS
        for outputs, stride in _BLOCKS:
            self.blocks.append(SeparableConv(inputs, outputs, stride))
            inputs = outputs
        self.head = nn.Conv2d(inputs, _LOGITS, 1)
        for module in self.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.momentum = 0.1

    def logits(self, image: Tensor) -> Tensor:
        """(N, 3, H, W) normalised float -> logits (N, 3, H / 16, W / 16) float."""
        return self.head(self.blocks(self.stem(image)))
