"""An architecture in; what is said of all its models out."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Family:
    """What a card and a file's metadata say of all models of one architecture."""

    name: str
    description: str


FAMILIES = {
    "lite": Family(
        name="Lite",
        description=(
            "EfficientNet-Lite0 encoder and a depthwise-separable decoder: ReLU6 throughout, "
            "additions at the skips, made for int8."
        ),
    ),
    "nano": Family(
        name="Nano",
        description=(
            "The first five stages of EfficientNet-Lite0 and a depthwise-separable decoder, for "
            "224x224 pixels: a third of Lite's size and cost."
        ),
    ),
    "teacher": Family(
        name="Teacher",
        description=(
            "The teacher of Distill-DBDGAN (Jonna et al., TOMM 2023): SE-ResNeXt-101, DenseASPP "
            "and non-local attention."
        ),
    ),
    "teacher-lite2": Family(
        name="Teacher Lite2",
        description="EfficientNet-Lite2 encoder in the design of Distill-DBDGAN's teacher.",
    ),
    "detail": Family(
        name="Detail",
        description=(
            "Depthwise-separable convolutions down to cells of 16x16 pixels: the radius of "
            "the blur in pixels and how sure that is, made for int8."
        ),
    ),
    "paper": Family(
        name="Paper",
        description=(
            "EfficientNet-B3 encoder and a U-Net decoder, the student of Distill-DBDGAN as "
            "published (Jonna et al., TOMM 2023)."
        ),
    ),
}
"""By name in ``networks.ARCHITECTURES``."""
