"""The precisions that a TFLite file can have, and what each is."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Precision:
    """What a file's name promises of its inside.

    Attributes:
        name: In ``STEM.<name>.tflite``.
        meaning: In a line.
        takes_bytes: Whether input and output are uint8; else they are float32.
        needed: Types of tensors that it must have: without them it would be another precision.
        allowed: Types of tensors that it may have beside them: shapes and biases are INT32, places
            INT32 or INT64, and what a comparison gives is BOOL.
        rounds_alike: Whether all versions of XNNPACK round it alike.
        is_for_new_runtimes: Whether an old runtime may refuse it: it asks for operators of today.
    """

    name: str
    meaning: str
    takes_bytes: bool
    needed: frozenset[str]
    allowed: frozenset[str]
    rounds_alike: bool = True
    is_for_new_runtimes: bool = False


_OF_EVERY_PRECISION = frozenset({"INT32", "INT64", "BOOL"})

PRECISIONS = {
    precision.name: precision
    for precision in (
        Precision(
            name="float32",
            meaning="all in float32",
            takes_bytes=False,
            needed=frozenset({"FLOAT32"}),
            allowed=_OF_EVERY_PRECISION,
        ),
        Precision(
            name="float16",
            meaning="weights stored in float16, computed in float32",
            takes_bytes=False,
            needed=frozenset({"FLOAT16", "FLOAT32"}),
            allowed=_OF_EVERY_PRECISION,
        ),
        Precision(
            name="dynamic",
            meaning="weights in int8, everything between layers in float32",
            takes_bytes=False,
            needed=frozenset({"INT8", "FLOAT32"}),
            allowed=_OF_EVERY_PRECISION,
            # What lies between layers is quantised anew for each photo.
            rounds_alike=False,
            is_for_new_runtimes=True,
        ),
        Precision(
            name="int8",
            meaning="int8 throughout, uint8 in and out",
            takes_bytes=True,
            needed=frozenset({"INT8", "UINT8"}),
            allowed=_OF_EVERY_PRECISION,
        ),
        Precision(
            name="int8-mixed",
            meaning="int8 with the layers that break in it left in float32, uint8 in and out",
            takes_bytes=True,
            needed=frozenset({"INT8", "UINT8", "FLOAT32"}),
            allowed=_OF_EVERY_PRECISION,
            # What float32 gives between int8 layers differs by a rounding, which may be a step.
            rounds_alike=False,
        ),
    )
}
"""By name, in the order in which they are made; ``int8-mixed`` is made where ``int8`` fails."""
