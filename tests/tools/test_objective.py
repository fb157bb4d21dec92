"""The objective: every term's gradient reaches what it should, and nothing else."""

from dataclasses import asdict

import pytest
import torch

from networks import build
from networks.discriminator import Discriminator
from training.losses import ADVERSARIAL_LOSSES
from training.objective import Objective, Prediction, Step
from training.recipe import LossWeights, Recipe

TERMS = tuple(asdict(LossWeights()))
WITH_CRITIC = ("adversarial", "distillation")


class Scene:
    """A student, a teacher of another architecture, and the objective of one term."""

    def __init__(self, term, adversarial_loss="least_squares"):
        torch.manual_seed(0)
        self.student = build("lite")
        self.teacher = build("teacher-lite2").eval()
        weights = dict.fromkeys(TERMS, 0.0) | {term: 1.0}
        recipe = Recipe(
            architecture="lite",
            teacher="named.safetensors",
            adversarial_loss=adversarial_loss,
            losses=LossWeights(**weights),
        )
        self.objective = Objective(recipe, self.student, self.teacher)
        image = torch.rand(2, 3, 64, 64) * 2 - 1
        target = torch.zeros(2, 1, 64, 64)
        target[..., 32:] = 1
        with torch.no_grad():
            taught = self.predict(self.teacher, image)
        self.step = Step(image, target, None, self.predict(self.student, image), taught)

    @staticmethod
    def predict(network, image):
        features = network.encoder(image)
        return Prediction(features, network.decode(features, image))

    def reached(self):
        """Which parts have a parameter with a gradient other than zero."""
        parts = {
            "encoder": self.student.encoder.parameters(),
            "decoder": [
                p for n, p in self.student.named_parameters() if not n.startswith("encoder.")
            ],
            "teacher": self.teacher.parameters(),
            "critics": self.objective.critic_parameters(),
            "adapters": self.objective.adapter_parameters(),
        }
        return {
            name
            for name, parameters in parts.items()
            if any(p.grad is not None and p.grad.abs().max() > 0 for p in parameters)
        }


@pytest.mark.parametrize("adversarial_loss", sorted(ADVERSARIAL_LOSSES))
@pytest.mark.parametrize(
    ("term", "expected"),
    [
        ("cross_entropy", {"encoder", "decoder"}),
        ("soft_iou", {"encoder", "decoder"}),
        ("boundary", {"encoder", "decoder"}),
        ("absolute_error", {"encoder", "decoder"}),
        ("adversarial", {"encoder", "decoder"}),
        ("distillation", {"encoder", "decoder"}),
        ("consistency", {"encoder", "decoder"}),
        ("features", {"encoder", "adapters"}),
    ],
)
def test_gradient_of_a_term_reaches_what_it_should_and_nothing_else(
    term, expected, adversarial_loss
):
    scene = Scene(term, adversarial_loss)
    losses = scene.objective.losses(scene.step)
    assert losses.keys() == {"loss", term}
    losses["loss"].backward()
    assert scene.reached() == expected


@pytest.mark.parametrize("adversarial_loss", sorted(ADVERSARIAL_LOSSES))
@pytest.mark.parametrize("term", WITH_CRITIC)
def test_gradient_of_a_critics_loss_reaches_the_critic_only(term, adversarial_loss):
    scene = Scene(term, adversarial_loss)
    losses = scene.objective.critic_losses(scene.step)
    assert losses.keys() == {f"{term}_critic"}
    losses[f"{term}_critic"].backward()
    assert scene.reached() == {"critics"}


@pytest.mark.parametrize("term", sorted(set(TERMS) - set(WITH_CRITIC)))
def test_term_without_a_critic_has_no_critic_loss(term):
    scene = Scene(term)
    assert scene.objective.critic_losses(scene.step) == {}
    assert scene.objective.critic_parameters() == []


def test_total_is_the_weighted_sum_and_weight_zero_makes_no_term():
    recipe = Recipe(architecture="lite", losses=LossWeights(cross_entropy=0.5, soft_iou=0.0))
    scene = Scene("cross_entropy")
    losses = Objective(recipe, scene.student, None).losses(scene.step)
    assert losses.keys() == {"loss", "cross_entropy"}
    assert losses["loss"].item() == pytest.approx(0.5 * losses["cross_entropy"].item())


def test_features_are_compared_at_the_strides_that_both_networks_have():
    torch.manual_seed(0)
    student, teacher = build("lite"), build("teacher")
    recipe = Recipe(architecture="lite", teacher="t", losses=LossWeights(features=1.0))
    shapes = [tuple(p.shape) for p in Objective(recipe, student, teacher).adapter_parameters()]
    # Strides 2, 4, 8 and 16 of 2, 4, 8, 16 and 32.
    assert [shape[:2] for shape in shapes if len(shape) == 4] == [
        (256, 16),
        (512, 24),
        (1024, 40),
        (2048, 112),
    ]


@pytest.mark.parametrize("adversarial_loss", sorted(ADVERSARIAL_LOSSES))
def test_discriminator_learns_to_tell_real_maps_and_the_map_learns_to_pass(adversarial_loss):
    torch.manual_seed(0)
    loss = ADVERSARIAL_LOSSES[adversarial_loss]
    critic = Discriminator()
    image = torch.rand(4, 3, 32, 32) * 2 - 1
    real = (image[:, :1] > 0).float()
    logits = torch.zeros(4, 1, 32, 32, requires_grad=True)
    critic_optimiser = torch.optim.Adam(critic.parameters(), lr=2e-3, betas=(0.0, 0.9))
    before = loss.critic(critic(image, real), critic(image, logits.sigmoid())).item()
    for _ in range(60):
        critic_optimiser.zero_grad()
        learned = loss.critic(critic(image, real), critic(image, logits.detach().sigmoid()))
        learned.backward()
        critic_optimiser.step()
    assert learned.item() < 0.6 * before
    critic.requires_grad_(False)
    map_optimiser = torch.optim.Adam([logits], lr=0.1)
    passing = []
    for _ in range(30):
        map_optimiser.zero_grad()
        fake = critic(image, logits.sigmoid())
        passing.append(loss.generator(lambda: critic(image, real), fake))
        passing[-1].backward()
        map_optimiser.step()
    assert passing[-1].item() < 0.5 * passing[0].item()
    assert (logits.detach().sigmoid() - real).abs().mean() < 0.5


def test_discriminator_scores_every_pixel_and_looks_at_the_photo():
    torch.manual_seed(0)
    critic = Discriminator().eval()
    image, blur = torch.rand(2, 3, 48, 64), torch.rand(2, 1, 48, 64)
    scores = critic(image, blur)
    assert scores.shape == (2, 1, 48, 64)
    assert not torch.equal(critic(image.flip(3), blur), scores)


def test_discriminators_weights_have_spectral_norm_one():
    torch.manual_seed(0)
    critic = Discriminator()
    for _ in range(30):
        critic(torch.rand(1, 3, 32, 32), torch.rand(1, 1, 32, 32))
    critic.eval()
    layers = [m for m in critic.modules() if isinstance(m, torch.nn.Conv2d)]
    assert len(layers) == 8
    for layer in layers:
        norm = torch.linalg.matrix_norm(layer.weight.flatten(1), 2)
        assert norm.item() == pytest.approx(1, rel=0.05)
