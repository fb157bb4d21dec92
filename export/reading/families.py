"""An architecture in; what is said of all its models out."""

from dataclasses import dataclass


@dataclass(frozen=True)
class _Family:
    """What a card says of all models of one architecture, and a file's metadata of its name."""

    name: str
    description: str
    data: str
    data_terms: str


_DATA = (
    "CUHK out-of-focus photos and masks; DUTS photos, with synthetic defocus or judged by other "
    "networks trained on these; encoder initialised with ImageNet weights ({encoder})"
)
_DATA_TERMS = (
    "The weights were trained on the CUHK out-of-focus set and on DUTS photos. Both are research "
    "data, given for study: check their terms before commercial use. Neither is part of this "
    "package."
)

FAMILIES = {
    "lite": _Family(
        name="Lite",
        description=(
            "EfficientNet-Lite0 encoder and a depthwise-separable decoder: ReLU6 throughout, "
            "additions at the skips, made for int8."
        ),
        data=_DATA.format(encoder="EfficientNet-Lite0, Apache-2.0"),
        data_terms=_DATA_TERMS,
    ),
    "nano": _Family(
        name="Nano",
        description=(
            "The first five stages of EfficientNet-Lite0 and a depthwise-separable decoder, for "
            "224x224 pixels: a third of Lite's size and cost."
        ),
        data=_DATA.format(encoder="EfficientNet-Lite0, Apache-2.0"),
        data_terms=_DATA_TERMS,
    ),
    "teacher": _Family(
        name="Teacher",
        description=(
            "The teacher of Distill-DBDGAN (Jonna et al., TOMM 2023): SE-ResNeXt-101, DenseASPP "
            "and non-local attention."
        ),
        data=_DATA.format(encoder="SE-ResNeXt-101, as the recipe says"),
        data_terms=_DATA_TERMS,
    ),
    "teacher-lite2": _Family(
        name="Teacher Lite2",
        description="EfficientNet-Lite2 encoder in the design of Distill-DBDGAN's teacher.",
        data=_DATA.format(encoder="EfficientNet-Lite2, Apache-2.0"),
        data_terms=_DATA_TERMS,
    ),
    "paper": _Family(
        name="Paper",
        description=(
            "EfficientNet-B3 encoder and a U-Net decoder, the student of Distill-DBDGAN as "
            "published (Jonna et al., TOMM 2023)."
        ),
        data="not recorded in the checkpoint",
        data_terms=(
            "The checkpoint does not say what it was trained on: ask for its terms where it came "
            "from before using or passing on this model."
        ),
    ),
}
