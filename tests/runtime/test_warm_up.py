"""When a warm-up ends."""

from itertools import chain, repeat

from dbd_mobile.warm_up import warm_up


def test_stated_number_is_run():
    times = iter([5.0, 4.0, 3.0])
    assert warm_up(lambda: next(times), 3) == 3
    assert warm_up(lambda: next(times), 0) == 0


def test_steady_times_end_after_two_windows():
    assert warm_up(lambda: 10.0) == 10


def test_times_that_fall_go_on_until_they_are_steady():
    falling = [100.0 * 0.9**run for run in range(20)]
    times = chain(falling, repeat(falling[-1]))
    runs = warm_up(lambda: next(times))
    assert 20 < runs <= 30


def test_one_slow_run_is_no_warm_up():
    times = iter([10.0, 10.0, 300.0, *[10.0] * 20])
    assert warm_up(lambda: next(times)) == 10


def test_times_that_fall_for_ever_end_too():
    times = (0.9**run for run in range(1000))
    assert warm_up(lambda: next(times)) == 100
