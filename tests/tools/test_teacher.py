"""The teacher: its cost, its parts as described, its encoders' published weights."""

import pytest
import torch

from dbd_mobile.errors import InputError
from networks import build, measure_complexity
from networks.se_resnext import SeResNeXt101
from networks.teacher import DenseAspp, NonLocal


@pytest.fixture(scope="module")
def teacher():
    torch.manual_seed(0)
    return build("teacher")


@pytest.fixture(scope="module")
def published(teacher):
    """The encoder's state under the names of timm's legacy_seresnext101_32x4d, or Cadene's."""
    renamed = {}
    for name, value in teacher.encoder.state_dict().items():
        if name.startswith(("conv1.", "bn1.")):
            name = f"layer0.{name}"
        if not name.endswith("num_batches_tracked"):
            renamed[name.replace(".se.", ".se_module.")] = value
    return renamed | {"last_linear.weight": torch.zeros(1000, 2048)}


def test_cost_is_the_papers(teacher):
    complexity = measure_complexity(teacher, 320, 320)
    assert 80e6 <= complexity.parameters <= 100e6
    assert 93e9 <= complexity.macs <= 123e9


def test_encoder_without_max_pool_gives_strides_2_to_16(teacher):
    with torch.inference_mode():
        features = teacher.encoder.eval()(torch.rand(1, 3, 64, 96))
    expected = zip(teacher.encoder.channels, teacher.encoder.strides, strict=True)
    assert [tuple(f.shape) for f in features] == [(1, c, 64 // s, 96 // s) for c, s in expected]
    assert teacher.encoder.channels == (256, 512, 1024, 2048)


def test_branches_have_4608_channels_together(teacher):
    assert teacher.multi_scale.outputs + teacher.encoder.channels[-1] == 4608


@pytest.mark.parametrize("architecture", ["teacher", "teacher-lite2"])
def test_eval_mode_is_deterministic_and_training_mode_drops_out(architecture):
    torch.manual_seed(0)
    network = build(architecture).eval()
    image = torch.rand(1, 3, 64, 64)
    with torch.inference_mode():
        blur = network(image)
        assert torch.equal(network(image), blur)
        for module in network.modules():
            if isinstance(module, torch.nn.Dropout):
                module.train()
        assert not torch.equal(network(image), network(image))
    assert blur.shape == (1, 1, 64, 64)
    assert 0 < blur.min() <= blur.max() < 1


def test_teacher_of_a_mobile_encoder_fits_the_weights_folder():
    assert 2 * measure_complexity(build("teacher-lite2"), 320, 320).parameters < 16 * 2**20


def test_non_local_block_starts_as_the_identity_and_then_looks_everywhere():
    torch.manual_seed(0)
    block = NonLocal(16)
    features = torch.rand(1, 16, 6, 6, requires_grad=True)
    assert torch.equal(block(features), features)
    torch.nn.init.ones_(block.gain)
    block(features)[0, :, 0, 0].sum().backward()
    assert (features.grad[0].abs().sum(0) > 0).all()


def test_dense_aspp_keeps_its_input_and_reaches_as_far_as_its_dilations():
    torch.manual_seed(0)
    block = DenseAspp(16).eval()
    features = torch.rand(1, 16, 64, 64, requires_grad=True)
    output = block(features)
    assert output.shape == (1, 16 + 4 * 128, 64, 64)
    assert torch.equal(output[:, :16], features)
    output[0, :, 32, 32].sum().backward()
    rows = features.grad[0].abs().sum((0, 2)).nonzero().flatten()
    # Dilations 2, 4, 6 and 8, one after the other.
    assert (rows.min().item(), rows.max().item()) == (32 - 20, 32 + 20)


def test_published_weights_load_by_the_key_map(teacher, published, tmp_path):
    torch.save(published, tmp_path / "cadene.pth")
    fresh = SeResNeXt101()
    fresh.load_imagenet_weights(tmp_path / "cadene.pth")
    ours = teacher.encoder.state_dict()
    assert all(torch.equal(value, ours[name]) for name, value in fresh.state_dict().items())


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda p: p.pop("layer1.0.conv1.weight"), "1 missing .* first layer1.0.conv1.weight"),
        (lambda p: p.update(other=torch.ones(1)), "1 unknown tensors, first other"),
        (lambda p: p.update({"layer1.0.conv1.weight": torch.ones(1)}), "layer1.0.conv1.weight"),
    ],
)
def test_published_weights_of_another_network_are_refused(published, tmp_path, change, sentence):
    other = dict(published)
    change(other)
    torch.save(other, tmp_path / "other.pth")
    with pytest.raises(InputError, match=f"other.pth does not hold .* SeResNeXt101: .*{sentence}"):
        SeResNeXt101().load_imagenet_weights(tmp_path / "other.pth")


def test_weights_of_a_larger_encoder_are_refused():
    file = build("teacher-lite2").encoder.installed_weights()
    with pytest.raises(InputError, match="does not hold the weights of a EfficientNetLite"):
        build("lite").encoder.load_imagenet_weights(file)


def test_damaged_or_missing_published_weights_are_named(tmp_path):
    (tmp_path / "damaged.pth").write_bytes(b"\x10" * 99)
    for name in ("damaged.pth", "none.pth"):
        with pytest.raises(InputError, match=f"{name} cannot be read .* give the encoder's"):
            SeResNeXt101().load_imagenet_weights(tmp_path / name)


def test_encoder_without_installable_weights_says_what_to_do():
    for architecture in ("teacher", "paper"):
        with pytest.raises(InputError, match='encoder_weights, or encoder_weights = "random"'):
            build(architecture).encoder.load_imagenet_weights()
