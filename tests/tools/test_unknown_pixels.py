"""What nobody knows to be blurred or in focus teaches a network nothing, in no term."""

import dataclasses

import numpy as np
import pytest
import torch
from PIL import Image

from networks import build
from training.batches import Batches, open_splits
from training.losses import ADVERSARIAL_LOSSES, absolute_error, boundary, cross_entropy, soft_iou
from training.objective import Objective, Prediction, Step
from training.recipe import LossWeights, PhotoSet, Recipe

CONTENT = [cross_entropy, soft_iou, boundary, absolute_error]


@pytest.fixture
def half_known():
    """Target (2, 1, 64, 64), right half blurred; the lower half of it is known."""
    target = torch.zeros(2, 1, 64, 64)
    target[..., 32:] = 1
    known = torch.zeros(2, 1, 64, 64, dtype=torch.bool)
    known[:, :, 32:] = True
    return target, known


@pytest.mark.parametrize("loss", CONTENT)
def test_unknown_pixels_get_no_gradient_and_their_target_does_not_matter(half_known, loss):
    target, known = half_known
    logits = torch.randn(target.shape, generator=torch.Generator().manual_seed(0))
    logits.requires_grad_(True)
    value = loss(logits, target, known)
    value.backward()
    assert (logits.grad[~known] == 0).all() and (logits.grad[known] != 0).any()
    assert loss(logits, torch.where(known, target, 1 - target), known) == value


@pytest.mark.parametrize("loss", CONTENT)
def test_all_known_is_the_loss_without_a_mask_of_what_is_known(half_known, loss):
    target, known = half_known
    logits = torch.randn(target.shape, generator=torch.Generator().manual_seed(0))
    everything = torch.ones_like(known)
    torch.testing.assert_close(loss(logits, target, everything), loss(logits, target))


@pytest.mark.parametrize("loss", [*CONTENT, *(a.critic for a in ADVERSARIAL_LOSSES.values())])
def test_a_batch_of_which_nothing_is_known_costs_a_finite_sum(half_known, loss):
    target, known = half_known
    assert torch.isfinite(loss(torch.zeros_like(target), target, torch.zeros_like(known)))


@pytest.mark.parametrize("name", sorted(ADVERSARIAL_LOSSES))
def test_a_discriminator_is_told_nothing_by_unknown_pixels(half_known, name):
    torch.manual_seed(0)
    target, known = half_known
    student = build("nano")
    losses = LossWeights(cross_entropy=0, soft_iou=0, adversarial=1)
    recipe = Recipe(architecture="nano", adversarial_loss=name, losses=losses)
    objective = Objective(recipe, student, None).eval()
    image = torch.rand(2, 3, 64, 64)
    features = student.encoder(image)
    prediction = Prediction(features, student.decode(features, image).detach())
    values = set()
    for unknown in (0.0, 1.0):
        given = torch.where(known, target, torch.full_like(target, unknown))
        step = Step(image, given, known, prediction, None)
        (critic,) = objective.critic_losses(step).values()
        values.add((objective.losses(step)["loss"].item(), critic.item()))
    assert len(values) == 1


def test_batches_tell_what_is_known_and_give_its_target(tmp_path, monkeypatch):
    rng = np.random.default_rng(0)
    mask = np.zeros((96, 96), np.uint8)
    mask[:, 48:], mask[:40] = 255, 128
    for part, picture in (("image", None), ("mask", mask)):
        (tmp_path / "set" / part).mkdir(parents=True)
        for name in "abc":
            pixels = rng.integers(0, 256, (96, 96, 3), np.uint8) if picture is None else picture
            Image.fromarray(pixels).save(tmp_path / "set" / part / f"{name}.png")
    # Of one photo all is known.
    Image.fromarray(np.where(mask == 128, 0, mask).astype(np.uint8)).save(
        tmp_path / "set" / "mask" / "c.png"
    )
    monkeypatch.setenv("DBD_DATA", str(tmp_path))
    recipe = Recipe(
        architecture="nano", photos=(PhotoSet(folder="set"),), batch_size=3,
        synthetic_in_batch=0, smallest_crop=1.0,
    )  # fmt: skip
    (split,) = open_splits(recipe)
    batch = Batches(recipe, [split], 64)[0]
    assert batch.known.shape == batch.targets.shape and batch.known.dtype == torch.bool
    shares = sorted(known.float().mean().item() for known in batch.known)
    assert shares[0] == pytest.approx(1 - 40 / 96, abs=0.08) and shares[2] == 1
    # Away from the edges between black and white, what is known is one or the other.
    known_targets = batch.targets[batch.known]
    assert ((known_targets == 0) | (known_targets == 255)).float().mean() > 0.95
    binary = dataclasses.replace(split.training, names=("c.png",) * 3)
    assert Batches(recipe, [split._replace(training=binary)], 64)[0].known is None
