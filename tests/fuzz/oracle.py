"""A call on what a stranger gave in; nothing out, or an error where it does not behave."""

from collections.abc import Callable

import numpy as np

from dbd_mobile import BlurMap, DBDError

# What a message may have: a few lines of a screen.
_LONGEST = 400


class Finding(AssertionError):
    """What was given made something else than a result or a sentence."""


def result_or_refusal(call: Callable[[], object]) -> object:
    """Give what ``call`` returns, None where it refuses as it should.

    Raises:
        Finding: Its refusal is no sentence for a screen.
        BaseException: What ``call`` raises but a DBDError.
    """
    try:
        return call()
    except DBDError as error:
        said = str(error)
        if not (said.endswith(".") and said.isprintable() and len(said) <= _LONGEST):
            raise Finding(f"the refusal is no sentence for a screen: {said[:2000]!r}") from error
        return None


def check_map(blur_map: BlurMap) -> None:
    """Check a map to be one of probabilities, of the photo's size.

    Raises:
        Finding: It is not.
    """
    probability = blur_map.probability
    if probability.shape != blur_map.size_wh[::-1]:
        raise Finding(f"a map of {probability.shape} for a photo of {blur_map.size_wh}")
    if not np.all((probability >= 0) & (probability <= 1)):
        raise Finding("a map of something else than probabilities")
