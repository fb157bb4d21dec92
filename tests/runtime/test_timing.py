"""Stage timers and percentiles."""

import pytest

from dbd_mobile.timing import StageTimer, percentiles, percentiles_by_stage


def test_percentiles_are_times_that_were_measured():
    found = percentiles([float(ms) for ms in range(200, 0, -1)])
    assert (found.runs, found.mean) == (200, 100.5)
    assert (found.p50, found.p90, found.p99) == (100.0, 180.0, 198.0)


def test_one_timing_is_every_percentile():
    found = percentiles([4.0])
    assert (found.p50, found.p90, found.p99, found.mean) == (4.0, 4.0, 4.0, 4.0)


@pytest.mark.parametrize("sum_up", [percentiles, percentiles_by_stage])
def test_no_timings_have_no_percentiles(sum_up):
    with pytest.raises(ValueError, match="at least one"):
        sum_up([])


def test_stages_are_summed_up_apart():
    found = percentiles_by_stage([{"invoke": 3.0, "decode": 1.0}, {"invoke": 5.0, "decode": 2.0}])
    assert list(found) == ["invoke", "decode"]
    assert found["invoke"].mean == 4.0
    assert found["decode"].p99 == 2.0


def test_timer_goes_on_from_earlier_stages_and_hands_out_copies():
    timer = StageTimer({"decode": 1.5})
    with timer.stage("invoke"):
        pass
    timer.ms["invoke"] = -1
    assert timer.ms["decode"] == 1.5
    assert timer.ms["invoke"] >= 0


def test_stage_that_fails_is_not_recorded():
    timer = StageTimer()
    with pytest.raises(KeyError), timer.stage("invoke"):
        raise KeyError
    assert timer.ms == {}
