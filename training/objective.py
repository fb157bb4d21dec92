"""A recipe's loss weights in, what a network and the discriminators against it are trained on out.

Every term is a module that takes a ``Step`` and gives a scalar. Those that need a helper own it: a
discriminator, which has a loss of its own, or adapters, which are trained with the network. Neither
is part of what is kept of the network.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass

import torch
from torch import Tensor, nn

from networks import BlurNetwork
from networks.discriminator import Discriminator
from training import losses
from training.recipe import Recipe


@dataclass(frozen=True)
class Prediction:
    """What a network makes of a batch.

    Attributes:
        features: Its encoder's feature maps.
        logits: (N, 1, H, W) float32.
    """

    features: list[Tensor]
    logits: Tensor

    @property
    def blur(self) -> Tensor:
        """(N, 1, H, W) float32 in [0, 1], 1 = blurred."""
        return self.logits.sigmoid()


@dataclass(frozen=True)
class Step:
    """Everything that the terms of one step look at.

    Attributes:
        image: (N, 3, H, W) float, normalised as the network in training expects it.
        target: (N, 1, H, W) float in [0, 1], 1 = blurred.
        known: (N, 1, H, W) bool, where the target is known; None where all of it is.
        student: Of the network in training, which may be a teacher's.
        teacher: Of its teacher, without gradient; None without one.
    """

    image: Tensor
    target: Tensor
    known: Tensor | None
    student: Prediction
    teacher: Prediction | None


class Term(nn.Module, ABC):
    """One term of the objective."""

    @abstractmethod
    def forward(self, step: Step) -> Tensor:
        """The scalar that the network in training is to make small."""


class Content(Term):
    """Distance of the map to the ground truth."""

    def __init__(self, loss: Callable[[Tensor, Tensor, Tensor | None], Tensor]) -> None:
        super().__init__()
        self._loss = loss

    def forward(self, step: Step) -> Tensor:
        return self._loss(step.student.logits, step.target, step.known)


class Consistency(Term):
    """Distance of the map to the teacher's."""

    def forward(self, step: Step) -> Tensor:
        return losses.map_distance(step.student.blur, _taught(step).blur)


class Features(Term):
    """Distance of the encoder's features to the teacher's, at every stride that both have.

    Args:
        student: Network in training.
        teacher: Its teacher.
    """

    def __init__(self, student: BlurNetwork, teacher: BlurNetwork | None) -> None:
        super().__init__()
        assert teacher is not None
        theirs = teacher.encoder.strides
        ours = student.encoder.strides
        self._pairs = [(ours.index(s), theirs.index(s)) for s in ours if s in theirs]
        self.adapters = nn.ModuleList(
            nn.Conv2d(student.encoder.channels[i], teacher.encoder.channels[j], 1)
            for i, j in self._pairs
        )

    def forward(self, step: Step) -> Tensor:
        ours, theirs = step.student.features, _taught(step).features
        adapted = [
            adapter(ours[i]).float()
            for adapter, (i, _) in zip(self.adapters, self._pairs, strict=True)
        ]
        return losses.feature_distance(adapted, [theirs[j].float() for _, j in self._pairs])


class Adversary(Term):
    """A discriminator that tells the network's maps from real ones.

    Args:
        loss: What both are drawn to.
        real: Gives the real maps (N, 1, H, W) of a step, and which of their pixels count.

    Attributes:
        critic: The discriminator.
    """

    def __init__(
        self,
        loss: losses.AdversarialLoss,
        real: Callable[[Step], tuple[Tensor, Tensor | None]],
    ) -> None:
        super().__init__()
        self.critic = Discriminator()
        self._loss = loss
        self._real = real

    def forward(self, step: Step) -> Tensor:
        real, known = self._real(step)
        with _frozen(self.critic):
            return self._loss.generator(
                lambda: self.critic(step.image, real),
                self.critic(step.image, step.student.blur),
                known,
            )

    def critic_loss(self, step: Step) -> Tensor:
        """The scalar that the critic is to make small; the network is left out of it."""
        real, known = self._real(step)
        return self._loss.critic(
            self.critic(step.image, real),
            self.critic(step.image, step.student.blur.detach()),
            known,
        )


class Objective(nn.Module):
    """The weighted sum of the terms that a recipe asks for.

    Args:
        recipe: Its ``losses`` weigh the terms; a term of weight 0 is not made.
        student: Network in training.
        teacher: Its teacher, or None.
    """

    def __init__(self, recipe: Recipe, student: BlurNetwork, teacher: BlurNetwork | None) -> None:
        super().__init__()
        adversarial = losses.ADVERSARIAL_LOSSES[recipe.adversarial_loss]
        makers: dict[str, Callable[[], Term]] = {
            "cross_entropy": lambda: Content(losses.cross_entropy),
            "soft_iou": lambda: Content(losses.soft_iou),
            "boundary": lambda: Content(losses.boundary),
            "absolute_error": lambda: Content(losses.absolute_error),
            "adversarial": lambda: Adversary(adversarial, _ground_truth),
            "distillation": lambda: Adversary(adversarial, lambda step: (_taught(step).blur, None)),
            "consistency": Consistency,
            "features": lambda: Features(student, teacher),
        }
        self._weights = {name: weight for name, weight in asdict(recipe.losses).items() if weight}
        self._terms = {name: makers[name]() for name in self._weights}
        self.terms = nn.ModuleDict(self._terms)

    def losses(self, step: Step) -> dict[str, Tensor]:
        """The weighted sum, as ``loss``, and each term before it is weighed."""
        values = {name: term(step) for name, term in self._terms.items()}
        total = torch.stack([self._weights[name] * value for name, value in values.items()]).sum()
        return {"loss": total, **values}

    def critic_losses(self, step: Step) -> dict[str, Tensor]:
        """The discriminators' losses, by the term that each belongs to."""
        return {
            f"{name}_critic": term.critic_loss(step)
            for name, term in self._terms.items()
            if isinstance(term, Adversary)
        }

    def critic_parameters(self) -> list[nn.Parameter]:
        """What is trained on ``critic_losses``."""
        critics = [term.critic for term in self._terms.values() if isinstance(term, Adversary)]
        return [parameter for critic in critics for parameter in critic.parameters()]

    def adapter_parameters(self) -> list[nn.Parameter]:
        """What is trained with the network."""
        critics = set(self.critic_parameters())
        return [parameter for parameter in self.parameters() if parameter not in critics]


def _ground_truth(step: Step) -> tuple[Tensor, Tensor | None]:
    """The true maps, where they are known; elsewhere the network's own, which tell nothing."""
    if step.known is None:
        return step.target, None
    return torch.where(step.known, step.target, step.student.blur.detach()), step.known


def _taught(step: Step) -> Prediction:
    # A recipe with such terms names a teacher, or it is refused.
    assert step.teacher is not None
    return step.teacher


@contextmanager
def _frozen(module: nn.Module) -> Iterator[None]:
    """Gradients pass through the module but do not reach its parameters."""
    module.requires_grad_(False)
    try:
        yield
    finally:
        module.requires_grad_(True)
