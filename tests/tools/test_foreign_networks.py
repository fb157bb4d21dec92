"""Networks of other houses, small and untrained, on their way to the device."""

import re
import warnings

import numpy as np
import pytest
import skimage.data
import torch
from PIL import Image
from torch import nn
from torch.nn import functional

from data.blur_dataset import squash
from dbd_mobile import BlurDetector
from evaluation.predictors import open_predictor
from export.job import ExportJob
from export.kinds import BLUR_MAP
from export.pipeline import export_checkpoint
from export.proving.runtimes import check_runtimes
from export.reading.foreign_onnx import Normalisation, read_foreign_onnx

SIZE = (64, 64)
PHOTOS = {
    name: getattr(skimage.data, name)() for name in ("astronaut", "chelsea", "coffee", "rocket")
}


def conv(channels_in, channels_out, side=3, stride=1, activation=nn.ReLU, groups=1):
    padding = side // 2
    return nn.Sequential(
        nn.Conv2d(channels_in, channels_out, side, stride, padding, bias=False, groups=groups),
        nn.BatchNorm2d(channels_out),
        activation(),
    )


def head(channels, side=1):
    """A convolution to one channel whose logits are as wide as a trained network's are.

    They lie off 0: of an untrained network too many pixels would change sides of 0.5.
    """
    norm = nn.BatchNorm2d(1)
    nn.init.constant_(norm.weight, 0.5)
    nn.init.constant_(norm.bias, 1.2)
    return nn.Sequential(nn.Conv2d(channels, 1, side, padding=side // 2), norm)


def enlarged(x, like, mode="bilinear"):
    return functional.interpolate(x, like.shape[-2:], mode=mode, align_corners=False)


class Net(nn.Module):
    """Two convolutions and a head; what is special about a network is put before or between."""

    def __init__(self, before=None, between=None, channels_in=3, end=torch.sigmoid):
        super().__init__()
        self.before = before or nn.Identity()
        self.first, self.between = conv(channels_in, 8), between or nn.Identity()
        self.second, self.head = conv(8, 8), head(8)
        self.end = end

    def forward(self, image):
        logits = self.head(self.second(self.between(self.first(self.before(image)))))
        return self.end(
            enlarged(logits, image) if logits.shape[-2:] != image.shape[-2:] else logits
        )


class Normalised(nn.Module):
    def forward(self, image):
        mean = torch.tensor([0.485, 0.456, 0.406]).reshape(1, 3, 1, 1)
        return (image - mean) / torch.tensor([0.229, 0.224, 0.225]).reshape(1, 3, 1, 1)


class Flipped(nn.Module):
    def forward(self, image):
        return image.flip(1)


class LayerNorm2d(nn.LayerNorm):
    def forward(self, x):
        return super().forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class ConvNextBlock(nn.Module):
    def __init__(self):
        super().__init__()
        self.depthwise, self.norm = nn.Conv2d(8, 8, 7, padding=3, groups=8), nn.LayerNorm(8)
        self.up, self.down = nn.Linear(8, 32), nn.Linear(32, 8)
        self.gamma = nn.Parameter(torch.full((8,), 0.5))

    def forward(self, x):
        y = self.norm(self.depthwise(x).permute(0, 2, 3, 1))
        y = self.gamma * self.down(functional.gelu(self.up(y)))
        return x + y.permute(0, 3, 1, 2)


class Attention(nn.Module):
    """A transformer's block on cells of 8x8 pixels; keys and values of a ``reduced`` map."""

    def __init__(self, reduced=1):
        super().__init__()
        self.cells = nn.Conv2d(8, 16, 8, 8)
        self.norm, self.second_norm = nn.LayerNorm(16), nn.LayerNorm(16)
        self.q, self.kv, self.project = nn.Linear(16, 16), nn.Linear(16, 32), nn.Linear(16, 16)
        self.reduced = nn.Conv2d(16, 16, reduced, reduced) if reduced > 1 else nn.Identity()
        self.mix = nn.Conv2d(64, 64, 3, padding=1, groups=64)
        self.up, self.down, self.out = nn.Linear(16, 64), nn.Linear(64, 16), nn.Conv2d(16, 8, 1)

    def forward(self, image):
        x = self.cells(image)
        rows, columns = x.shape[-2:]
        x = x.flatten(2).transpose(1, 2)
        y = self.norm(x)
        q = self.q(y).reshape(-1, rows * columns, 2, 8).transpose(1, 2)
        z = self.reduced(y.transpose(1, 2).reshape(-1, 16, rows, columns)).flatten(2)
        k, v = (
            self.kv(z.transpose(1, 2))
            .reshape(-1, z.shape[-1], 2, 2, 8)
            .permute(2, 0, 3, 1, 4)
            .unbind(0)
        )
        y = ((q @ k.transpose(-2, -1)) * 8**-0.5).softmax(-1) @ v
        x = x + self.project(y.transpose(1, 2).reshape(-1, rows * columns, 16))
        y = self.up(self.second_norm(x))
        y = self.mix(y.transpose(1, 2).reshape(-1, 64, rows, columns)).flatten(2).transpose(1, 2)
        x = x + self.down(functional.gelu(y))
        return self.out(x.transpose(1, 2).reshape(-1, 16, rows, columns))


class Pyramid(nn.Module):
    """FPN whose levels are concatenated."""

    def __init__(self):
        super().__init__()
        self.stages = nn.ModuleList(
            [conv(3, 8, stride=2), conv(8, 16, stride=2), conv(16, 24, stride=2)]
        )
        self.laterals = nn.ModuleList([nn.Conv2d(n, 8, 1) for n in (8, 16, 24)])
        self.smooth = nn.ModuleList([conv(8, 4) for _ in range(3)])
        self.head = head(12, 3)

    def forward(self, image):
        levels, x = [], image
        for stage, lateral in zip(self.stages, self.laterals, strict=True):
            x = stage(x)
            levels.append(lateral(x))
        for i in (1, 0):
            levels[i] = levels[i] + functional.interpolate(levels[i + 1], scale_factor=2.0)
        smooth = [layer(x) for layer, x in zip(self.smooth, levels, strict=True)]
        x = torch.cat([smooth[0], *(enlarged(x, smooth[0]) for x in smooth[1:])], 1)
        return torch.sigmoid(enlarged(self.head(x), image))


class MobileBlock(nn.Module):
    """Of MobileNetV3: expansion, depthwise, squeeze and excite, projection."""

    def __init__(self, channels_in, channels_out, stride):
        super().__init__()
        wide = 2 * channels_in
        self.expand = conv(channels_in, wide, 1, activation=nn.Hardswish)
        self.depthwise = conv(wide, wide, 5, stride, nn.Hardswish, wide)
        self.excite = nn.Sequential(
            nn.AdaptiveAvgPool2d(1),
            nn.Conv2d(wide, 8, 1),
            nn.ReLU(),
            nn.Conv2d(8, wide, 1),
            nn.Hardsigmoid(),
        )
        self.project = nn.Sequential(
            nn.Conv2d(wide, channels_out, 1, bias=False), nn.BatchNorm2d(channels_out)
        )

    def forward(self, x):
        y = self.depthwise(self.expand(x))
        y = self.project(y * self.excite(y))
        return x + y if x.shape == y.shape else y


class DeepLab(nn.Module):
    """DeepLabV3+ on MobileNetV3: dilated convolutions and the image's mean, a skip of low level."""

    def __init__(self):
        super().__init__()
        self.stem = conv(3, 8, stride=2, activation=nn.Hardswish)
        self.low, self.high = (
            MobileBlock(8, 8, 2),
            nn.Sequential(MobileBlock(8, 16, 2), MobileBlock(16, 16, 1)),
        )
        self.dilated = nn.ModuleList(
            [nn.Conv2d(16, 8, 3, padding=d, dilation=d) for d in (1, 2, 4)]
        )
        self.pooled = nn.Sequential(nn.AdaptiveAvgPool2d(1), conv(16, 8, 1))
        self.join, self.skip = conv(32, 8, 1), conv(8, 4, 1)
        self.head = nn.Sequential(conv(12, 8), head(8))

    def forward(self, image):
        low = self.low(self.stem(image))
        x = self.high(low)
        parts = [functional.relu(layer(x)) for layer in self.dilated]
        x = self.join(torch.cat([*parts, enlarged(self.pooled(x), x)], 1))
        x = self.head(torch.cat([enlarged(x, low), self.skip(low)], 1))
        return torch.sigmoid(enlarged(x, image))


class Bicubic(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = Net(end=nn.Identity())

    def forward(self, image):
        logits = self.net(functional.avg_pool2d(image, 4))
        return torch.sigmoid(enlarged(logits, image, "bicubic"))


class OddSizes(nn.Module):
    """Made 0.35 and 1.7 times as large, in whole pixels, which TFLite has no operator for."""

    def __init__(self):
        super().__init__()
        self.net = Net(end=nn.Identity())

    def forward(self, image):
        x = functional.interpolate(image, scale_factor=0.35, mode="bilinear")
        x = functional.interpolate(self.net(x), scale_factor=1.7)
        return torch.sigmoid(enlarged(x, image))


class Chosen(nn.Module):
    """A step of its own for what is small."""

    def forward(self, x):
        return torch.where(x > 0.5, x, 0.1 * x)


class Stretched(nn.Module):
    """The map from its smallest value to its largest, as U2-Net's is shown."""

    def __init__(self):
        super().__init__()
        self.net = Net()

    def forward(self, image):
        x = self.net(image)
        least, most = x.amin((1, 2, 3), True), x.amax((1, 2, 3), True)
        return (x - least) / (most - least)


def stem():
    return nn.Sequential(conv(3, 8, stride=2), nn.MaxPool2d(3, 2, 1))


class Stem(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem, self.second, self.head = stem(), conv(8, 8), head(8)

    def forward(self, image):
        return torch.sigmoid(enlarged(self.head(self.second(self.stem(image))), image))


NETWORKS = {
    "pooling-stem": (Stem, SIZE),
    "mean-and-deviation-inside": (lambda: Net(Normalised()), SIZE),
    "channels-flipped-first": (lambda: Net(Flipped()), SIZE),
    "pixel-unshuffle-first": (lambda: Net(nn.PixelUnshuffle(2), channels_in=12), SIZE),
    "layer-norm-and-gelu": (lambda: Net(between=nn.Sequential(LayerNorm2d(8), nn.GELU())), SIZE),
    "tanh-gelu": (lambda: Net(between=nn.GELU(approximate="tanh")), SIZE),
    "convnext": (lambda: Net(between=ConvNextBlock()), SIZE),
    "vit": (lambda: Net(between=Attention()), SIZE),
    "segformer": (lambda: Net(between=Attention(2)), SIZE),
    "pyramid-128x128": (Pyramid, (128, 128)),
    "pyramid-192x320": (Pyramid, (320, 192)),
    "deeplab": (DeepLab, SIZE),
    "bicubic": (Bicubic, SIZE),
    "chosen": (lambda: Net(between=Chosen()), SIZE),
    "odd-sizes": (OddSizes, SIZE),
    "hard-sigmoid": (lambda: Net(end=functional.hardsigmoid), SIZE),
}


class Largest(nn.Module):
    def forward(self, x):
        return x * x.topk(3, 1)[0].mean(1, keepdim=True)


# Of these no int8 file is made.
IN_FLOAT = {
    "stretched": (Stretched, SIZE),
    "largest-three": (lambda: Net(between=Largest()), SIZE),
}


def save_onnx(path, name):
    """A network with the weights that a seed gives it, as PyTorch exports it.

    Its normalisation has seen the photos, and its logits are as wide as those of a trained one.
    """
    make, (width, height) = (NETWORKS | IN_FLOAT)[name]
    torch.manual_seed(0)
    network = make()
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            # One pass gives it the statistics of the photos.
            module.momentum = 1.0
    photos = [squash(photo, (width, height)) for photo in PHOTOS.values()]
    image = torch.from_numpy(np.stack(photos)).permute(0, 3, 1, 2).float() / 255
    with torch.no_grad():
        network(image)
    network.eval()
    with warnings.catch_warnings():
        # The classic exporter says that it is the classic one.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network,
            (image[:1],),
            str(path),
            dynamo=False,
            opset_version=17,
            input_names=["pixels"],
            output_names=["map"],
        )
    return path


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    folder = tmp_path_factory.mktemp("photos")
    for name, photo in PHOTOS.items():
        for side, pixels in (("left", photo), ("right", photo[:, ::-1])):
            Image.fromarray(pixels).save(folder / f"{name}-{side}.png")
    return folder


@pytest.fixture(scope="module")
def export(tmp_path_factory, photos):
    """Exports a network by its name, once; report and folder."""
    done = {}

    def export_once(name):
        if name not in done:
            folder = tmp_path_factory.mktemp(name)
            job = ExportJob(
                checkpoint=save_onnx(folder / "net.onnx", name),
                output=folder / "out",
                precisions=("float32", "int8", "int8-mixed"),
                normalisation=Normalisation((0.0,) * 3, (255.0,) * 3),
                calibration=photos,
            )
            with pytest.MonkeyPatch.context() as patch:
                # Other runtimes are for tests of their own: they take seconds.
                patch.setattr(
                    "export.proving.runtimes.check_runtimes",
                    lambda kind, files, *others: {precision: [] for precision in files},
                )
                report = export_checkpoint(job, lambda step, done, total: None)
            done[name] = report, folder
        return done[name]

    return export_once


@pytest.mark.parametrize("name", [*NETWORKS, "stretched"])
def test_network_computes_the_same_on_the_device(export, name):
    report, folder = export(name)
    assert report.stage("float32").failures == []
    given = read_foreign_onnx(folder / "net.onnx", Normalisation((0.0,) * 3, (255.0,) * 3)).open()
    expected = given.predict(squash(PHOTOS["coffee"], given.size_wh))
    assert expected.std() > 0.05
    with BlurDetector(folder / "out" / "net.float32.tflite", threads=1) as detector:
        got = detector.detect(squash(PHOTOS["coffee"], given.size_wh)).model_probability
    np.testing.assert_allclose(got, expected, rtol=0, atol=1e-3)


@pytest.mark.parametrize("name", ["layer-norm-and-gelu", "convnext"])
def test_what_divides_by_what_a_photo_gives_stays_float(export, name):
    """Int8 rounds that to 0 for some photos, where interpreters give up."""
    report, _ = export(name)
    (sentence,) = report.stage("int8").failures
    assert "divides by what the photo gives" in sentence and "given/" not in sentence
    types = report.stage("int8-mixed").tflite.tensor_types
    assert types["FLOAT32"] and types["INT8"]
    (layer,) = re.findall("Its layer (.+) divides", sentence)
    assert f"given/{layer}" in report.stage("int8-mixed").kept_float


def test_attention_is_the_same_in_every_runtime(export):
    """In int8, versions of XNNPACK differ in products of two tensors that a photo gives."""
    report, folder = export("vit")
    assert sum("MatMul" in name for name in report.stage("int8-mixed").kept_float) == 2
    file = folder / "out" / "net.int8-mixed.tflite"
    photos = [squash(PHOTOS[name], SIZE) for name in ("rocket", "coffee")]
    expected = [open_predictor(file).predict(photo) for photo in photos]
    checks = check_runtimes(
        BLUR_MAP,
        {"int8-mixed": file},
        {"int8-mixed": expected},
        photos,
        lambda done, total: None,
    )["int8-mixed"]
    assert len(checks) >= 2
    assert [sentence for check in checks for sentence in check.failures] == []


@pytest.mark.parametrize("name", NETWORKS)
def test_network_has_a_file_in_int8(export, name):
    report, folder = export(name)
    assert report.missing == []
    file = "int8-mixed" if report.is_int8_rescued else "int8"
    assert open_predictor(folder / "out" / f"net.{file}.tflite").size_wh == NETWORKS[name][1]


def test_file_that_the_runtime_would_refuse_is_refused_with_the_step(export):
    report, _ = export("largest-three")
    (sentence,) = report.stage("float32").failures
    assert sentence.startswith("dbd-mobile would refuse it: operator ")
    assert "TopK" in sentence
