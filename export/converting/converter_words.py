"""What the converters wrote before they failed in, one sentence with the user's own names out."""

import re

from export.reading.foreign_onnx import NAME_PREFIX

# onnx2tf of an operator, or of a form of it, that it does not know.
_REFUSED = re.compile(
    r"validation failed: op=(?P<operator>\S+) node=(?P<node>.*?) reason_code=\S+ "
    r"message=(?P<why>.*)"
)
# TensorFlow's quantiser of a layer: its name is that of the layer's output.
_LAYER = re.compile(
    r"""loc\("(?P<node>[^"]+)"[^)]*\): error: '(?:tfl\.)?(?P<operator>[^']+)' (?P<why>.*)"""
)
# What is said here of a network.
_OURS = re.compile(r"^export\.errors\.ConversionError: (?P<sentence>.*)$", re.MULTILINE)
_ERROR = re.compile(r"(?:^|\s)(?:[\w.]*(?:Error|Exception)|error|ERROR): \S")


def failure_sentence(log: str, status: int) -> str:
    """Say why a conversion failed.

    Args:
        log: All that the converters wrote.
        status: Of their process; below 0 it is the signal that ended it.
    """
    ours = _OURS.search(log)
    if ours is not None:
        return ours["sentence"].replace(NAME_PREFIX, "")
    for pattern in (_REFUSED, _LAYER):
        found = pattern.search(log)
        if found is not None:
            node = found["node"].split(";")[0].removeprefix(NAME_PREFIX)
            why = found["why"].strip().rstrip(".")
            return (
                f"TFLite cannot have {found['operator']} as node {node} has it ({why}); export the "
                "network without it or in another form."
            )
    if status < 0:
        return (
            f"The converter crashed (signal {-status}); --verbose shows all that it says, and "
            "--precision leaves a form out."
        )
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    errors = [line for line in lines if _ERROR.search(line)]
    last = (errors or lines or ["it said nothing"])[-1].rstrip(".").replace(NAME_PREFIX, "")
    return (
        f"The conversion to TFLite failed with status {status}: {last} "
        "(--verbose shows all that the converters say)."
    )
