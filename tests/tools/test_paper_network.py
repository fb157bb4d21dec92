"""The paper's student: the released checkpoint fits it, and its cost is the paper's."""

import json
import pickle
import zlib

import numpy as np
import pytest
import torch

from dbd_mobile.errors import InputError
from networks import NetworkContract, build, measure_complexity
from networks.weights import load_weights, save_weights


@pytest.fixture(scope="module")
def paper(released_checkpoint):
    return load_weights(released_checkpoint).network


def test_names_and_shapes_are_those_of_the_released_checkpoint(official_student):
    manifest = json.loads((official_student / "manifest.json").read_text())
    released = {name.removeprefix("module."): tuple(shape) for name, shape in manifest}
    ours = {name: tuple(value.shape) for name, value in build("paper").state_dict().items()}
    assert len(manifest) == 654
    assert ours == released


def test_network_computes_what_the_released_one_computes(official_student, paper):
    rng = np.random.default_rng(zlib.crc32(b"input"))
    image = torch.from_numpy(rng.random((1, 3, 320, 320), dtype=np.float32))
    expected = np.load(official_student / "expected.npz")["blur"]
    with torch.inference_mode():
        got = paper(image)[0, 0].numpy()
    # A wrong epsilon of the batch norms costs 3e-5.
    np.testing.assert_allclose(got, expected, rtol=0, atol=1e-5)


def test_cost_is_the_papers(paper):
    complexity = measure_complexity(paper, 320, 320)
    assert round(complexity.parameters / 1e6, 1) == 21.4
    assert round(complexity.macs / 1e9, 1) == 13.6
    assert round(measure_complexity(paper.encoder, 320, 320).macs / 1e9, 2) == 1.96


def test_features_have_the_strides_and_channels_that_the_encoder_says(paper):
    with torch.inference_mode():
        features = paper.encoder(torch.rand(1, 3, 64, 96))
    strides, channels = paper.encoder.strides, paper.encoder.channels
    assert channels == (24, 32, 48, 96, 1536)
    assert [tuple(part.shape) for part in features] == [
        (1, c, 64 // s, 96 // s) for s, c in zip(strides, channels, strict=True)
    ]


def test_released_checkpoint_is_ready_to_use(released_checkpoint):
    trained = load_weights(released_checkpoint)
    assert trained.architecture == "paper"
    assert trained.contract == NetworkContract(width=320, height=320, mean=0, scale=255)
    assert not trained.network.training
    image = torch.rand(1, 3, 64, 64)
    with torch.inference_mode():
        assert torch.equal(trained.network(image), trained.network(image))


@pytest.mark.parametrize("prefix", ["module.", ""])
def test_weights_of_a_network_survive_the_authors_layout(tmp_path, prefix):
    torch.manual_seed(0)
    state = build("paper").state_dict()
    path = tmp_path / "other.PT"
    torch.save({"model_state_dict": {prefix + name: v for name, v in state.items()}}, path)
    loaded = load_weights(path).network.state_dict()
    assert loaded.keys() == state.keys()
    assert all(torch.equal(loaded[name], state[name]) for name in state)


def test_paper_can_be_kept_as_our_own_weights_too(paper, tmp_path):
    save_weights(tmp_path / "paper.safetensors", paper, "paper", {})
    trained = load_weights(tmp_path / "paper.safetensors")
    assert (trained.architecture, trained.contract) == ("paper", paper.contract)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda c: c.pop("model_state_dict"), "no model_state_dict of tensors"),
        (lambda c: c.update(model_state_dict=[]), "no model_state_dict of tensors"),
        (lambda c: c["model_state_dict"].update(epoch=3), "no model_state_dict of tensors"),
        (lambda c: c.update(criterion=torch.nn.BCELoss()), "a PyTorch file of tensors"),
        (
            lambda c: c["model_state_dict"].pop("module.final_conv.bias"),
            "lacks 1 of the tensors of paper, first final_conv.bias",
        ),
        (
            lambda c: c["model_state_dict"].update({"module.extra": torch.ones(1)}),
            "unknown 1 .* first extra",
        ),
        (
            lambda c: c["model_state_dict"].update({"module.final_conv.bias": torch.ones(2)}),
            "misshapen 1 .* first final_conv.bias",
        ),
        (
            lambda c: c["model_state_dict"]["module.final_conv.bias"].fill_(float("nan")),
            "not finite in final_conv.bias",
        ),
    ],
)
def test_unfitting_checkpoint_is_refused_with_its_first_fault(
    released_checkpoint, tmp_path, change, sentence
):
    content = torch.load(released_checkpoint, weights_only=True)
    change(content)
    torch.save(content, tmp_path / "x.pth")
    with pytest.raises(InputError, match=sentence):
        load_weights(tmp_path / "x.pth")


def test_checkpoint_of_other_layout_is_refused(tmp_path):
    torch.save({"state_dict": {"weight": torch.zeros(1)}}, tmp_path / "x.pt")
    with pytest.raises(InputError, match=r"x\.pt has no model_state_dict of tensors"):
        load_weights(tmp_path / "x.pt")
    torch.save({"averaged": {"weight": torch.zeros(1)}}, tmp_path / "x.pt")
    with pytest.raises(InputError, match=r"x\.pt does not say which network it holds"):
        load_weights(tmp_path / "x.pt")


@pytest.mark.parametrize("content", [b"", b"\x10" * 100, b"junk" * 99, pickle.dumps([1, 2])])
def test_damaged_checkpoint_is_refused(tmp_path, content):
    (tmp_path / "x.pth").write_bytes(content)
    with pytest.raises(InputError, match="cannot be read as a PyTorch file of tensors"):
        load_weights(tmp_path / "x.pth")


def test_cut_or_missing_checkpoint_is_refused(released_checkpoint, tmp_path):
    (tmp_path / "cut.pth").write_bytes(released_checkpoint.read_bytes()[:100_000])
    for name in ("cut.pth", "none.pth"):
        with pytest.raises(InputError, match=f"{name} cannot be read as a PyTorch file"):
            load_weights(tmp_path / name)


def test_published_encoder_weights_load_by_the_key_map(paper, tmp_path):
    names = {"stem_conv": "_conv_stem", "stem_batch_norm": "_bn0", "blocks": "_blocks"}
    names |= {"head_conv": "_conv_head", "head_batch_norm": "_bn1"}
    published = {"_fc.weight": torch.zeros(1000, 1536)}
    for name, value in paper.encoder.state_dict().items():
        head, _, rest = name.partition(".")
        published[f"{names[head]}.{rest}"] = value
    torch.save(published, tmp_path / "efficientnet-b3.pth")
    fresh = build("paper").encoder
    fresh.load_imagenet_weights(tmp_path / "efficientnet-b3.pth")
    ours = paper.encoder.state_dict()
    assert all(torch.equal(value, ours[name]) for name, value in fresh.state_dict().items())
