"""When a form of the network is refused, from its maps alone."""

import dataclasses

import numpy as np
import pytest

from export.kinds import BLUR_MAP
from export.kinds.map_difference import INT8_TOLERANCE, MapTolerance
from export.proving.verdict import Evidence, judge

from .conftest import ACCURACY


def evidence(*values, accuracy=None):
    """One even map for each value."""
    maps = [np.full((3, 4), value, np.float32) for value in values]
    return Evidence(outputs=maps, accuracy=accuracy)


def test_first_form_passes_with_probabilities_and_is_compared_with_nothing():
    verdict = judge(BLUR_MAP, evidence(0, 0.5, 1), None, MapTolerance())
    assert verdict.failures == ()
    assert verdict.difference is None
    assert verdict.worst == ()


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (-0.001, "It gives values from -0.001 to 0.5, which are no probabilities; do this."),
        (253.0, "It gives values from 0.5 to 253, which are no probabilities; do this."),
        (np.nan, "It gives NaN, which is none of the probabilities from 0 to 1."),
    ],
)
def test_value_that_is_no_probability_is_refused_before_any_comparison(value, sentence):
    verdict = judge(
        BLUR_MAP, evidence(0.5, value), evidence(0.5, 0.5), MapTolerance(), advice="; do this"
    )
    assert verdict.failures == [sentence]
    assert verdict.difference is None


def test_three_photos_that_changed_most_are_named_the_worst_first():
    before = evidence(0.5, 0.5, 0.5, 0.5)
    verdict = judge(BLUR_MAP, evidence(0.75, 0.5, 1.0, 0.625), before, MapTolerance())
    assert verdict.worst == [2, 0, 3]
    assert verdict.worst_means == [0.5, 0.25, 0.125]
    assert verdict.difference.photos == 4
    assert verdict.failures == []


def test_difference_beyond_the_tolerance_is_refused_and_still_told():
    verdict = judge(BLUR_MAP, evidence(0.75), evidence(0.5), MapTolerance(maximum=0.1))
    assert verdict.failures == [
        "The largest difference of a pixel is 0.25, more than 0.1.",
    ]
    assert verdict.difference.maximum == 0.25


def test_same_maps_of_lower_accuracy_are_refused_where_both_were_measured():
    lower = evidence(0.5, accuracy=dataclasses.replace(ACCURACY, fmax=0.92))
    measured = judge(BLUR_MAP, lower, evidence(0.5, accuracy=ACCURACY), INT8_TOLERANCE)
    assert measured.failures == ["The loss of fmax is 0.01, more than 0.005."]
    assert judge(BLUR_MAP, lower, evidence(0.5), INT8_TOLERANCE).failures == []
