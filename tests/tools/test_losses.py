"""The loss terms: their extremes, and where their gradients point."""

import pytest
import torch

from training.losses import (
    ADVERSARIAL_LOSSES,
    absolute_error,
    boundary,
    cross_entropy,
    feature_distance,
    map_distance,
    soft_iou,
)


def half_blurred():
    target = torch.zeros(1, 1, 16, 16)
    target[..., 8:] = 1
    return target


@pytest.mark.parametrize("loss", [cross_entropy, soft_iou, boundary, absolute_error])
def test_right_and_certain_costs_nothing_and_wrong_costs_most(loss):
    target = half_blurred()
    right = loss((target - 0.5) * 40, target)
    unsure = loss(torch.zeros_like(target), target)
    wrong = loss((0.5 - target) * 40, target)
    assert right < 1e-4 < unsure < wrong


@pytest.mark.parametrize("loss", [cross_entropy, soft_iou, boundary, absolute_error])
def test_gradient_pushes_every_pixel_towards_its_class(loss):
    target = half_blurred()
    logits = torch.zeros_like(target, requires_grad=True)
    loss(logits, target).backward()
    assert (logits.grad[target == 1] < 0).all()
    assert (logits.grad[target == 0] > 0).all()


def test_soft_iou_treats_both_classes_alike():
    logits = torch.randn(2, 1, 16, 16, generator=torch.Generator().manual_seed(0))
    target = half_blurred().expand(2, -1, -1, -1)
    torch.testing.assert_close(soft_iou(logits, target), soft_iou(-logits, 1 - target))


def test_soft_iou_of_an_absent_class_that_is_not_predicted_is_free():
    sharp = torch.zeros(1, 1, 16, 16)
    assert soft_iou(torch.full_like(sharp, -40.0), sharp) < 1e-4


def test_boundary_looks_near_edges_only():
    target = torch.zeros(1, 1, 96, 96)
    target[..., 48:] = 1
    logits = torch.zeros_like(target, requires_grad=True)
    boundary(logits, target).backward()
    pull = logits.grad[0, 0, 48].abs()
    assert (pull[:30] == 0).all() and (pull[66:] == 0).all()
    assert pull[47] == pull.max() > 2 * pull[36] > 0


def test_boundary_of_a_photo_without_edges_is_free():
    sharp = torch.zeros(1, 1, 64, 64)
    assert boundary(torch.full_like(sharp, 3.0), sharp) == 0


def test_map_distance_is_the_mean_absolute_difference():
    assert map_distance(torch.tensor([[0.0, 1.0]]), torch.tensor([[0.5, 1.0]])) == 0.25


def test_feature_distance_looks_at_directions_not_at_lengths():
    features = [torch.rand(1, 4, 3, 3) + 0.1, torch.rand(1, 8, 2, 2) + 0.1]
    assert feature_distance(features, [7 * f for f in features]).item() == pytest.approx(
        0, abs=1e-6
    )
    assert feature_distance(features, [-f for f in features]).item() == pytest.approx(2, abs=1e-6)


@pytest.mark.parametrize(
    ("name", "real", "fake", "critic", "generator"),
    [
        ("least_squares", 1.0, 0.0, 0.0, 0.5),
        ("least_squares", 0.5, 0.5, 0.25, 0.125),
        ("least_squares", 0.0, 1.0, 1.0, 0.0),
        # Only the difference counts.
        ("relativistic", 1.0, 0.0, 0.0, 4.0),
        ("relativistic", 8.0, 7.0, 0.0, 4.0),
        ("relativistic", 0.5, 0.5, 1.0, 1.0),
        ("relativistic", 0.0, 1.0, 4.0, 0.0),
    ],
)
def test_adversarial_losses_of_known_scores(name, real, fake, critic, generator):
    loss = ADVERSARIAL_LOSSES[name]
    scores = [torch.full((2, 1, 4, 4), value) for value in (real, fake)]
    assert loss.critic(*scores).item() == pytest.approx(critic)
    assert loss.generator(lambda: scores[0], scores[1]).item() == pytest.approx(generator)
