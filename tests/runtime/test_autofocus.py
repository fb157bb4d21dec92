"""The search for the focus, the watch over it and sharp photos, with a camera of our own making."""

import dataclasses
import itertools
import math

import numpy as np
import pytest

from dbd_mobile import ArgumentError, BlurDetector, CameraError
from dbd_mobile.camera import Autofocus

from .stand_in_camera import StandInCamera

STEP = 0.25
"""Dioptres that libcamera's own search ends with: in a frame what is nearer looks the same."""

COARSE_FRAMES = 9


@pytest.fixture(scope="module")
def detector():
    with BlurDetector("nano", threads=1) as ready:
        yield ready


def assert_looked_only_at_rest(found, camera):
    assert found.scored
    assert not camera.moving_ms & {scored.start_ms for scored in found.scored}
    assert all(scored.end_ms > scored.start_ms for scored in found.scored)


@pytest.mark.parametrize(
    ("scene", "subject", "start", "noise", "play", "px_per_dioptre"),
    [
        ("leaves", 0.7, 9.0, 2.0, 0.0, 1.1),
        ("leaves", 9.4, 5.0, 6.0, 0.4, 0.6),
        ("text", 4.4, 0.0, 6.0, 0.2, 2.2),
        ("fractal", 5.6, 5.6, 2.0, 0.2, 0.6),
        ("lights", 3.1, 10.0, 2.0, 0.4, 1.1),
        ("edge", 7.3, 2.0, 4.0, 0.2, 1.1),
    ],
)
def test_region_is_brought_into_focus(scene, subject, start, noise, play, px_per_dioptre):
    camera = StandInCamera(
        scene,
        subject_dioptres=subject,
        start_dioptres=start,
        noise=noise,
        play_dioptres=play,
        px_per_dioptre=px_per_dioptre,
        seed=int(10 * subject),
    )
    found = Autofocus(camera).focus()
    assert found.lens_dioptres == camera.sent_dioptres
    assert camera.error_dioptres <= STEP
    assert found.reason == f"In focus at {found.lens_dioptres:.2f} dioptres."
    assert_looked_only_at_rest(found, camera)
    # Coarse places, one or two refinements of four, and one look at what was found.
    assert len(found.scored) <= COARSE_FRAMES + 8 + 1
    assert found.frames_passed > len(found.scored)


@pytest.mark.parametrize(("latency", "speed"), [(0, 1.0), (4, 0.3)])
def test_slow_lens_is_waited_for(latency, speed):
    camera = StandInCamera(
        subject_dioptres=6.1, latency_frames=latency, dioptres_per_frame=speed, start_dioptres=8.0
    )
    found = Autofocus(camera).focus()
    assert camera.error_dioptres <= STEP
    assert_looked_only_at_rest(found, camera)


def test_lens_comes_to_every_place_from_the_far_side():
    """So its play is the same each time: half a dioptre of it is as good as none."""
    for play in (0.0, 0.5):
        camera = StandInCamera(subject_dioptres=5.0, start_dioptres=9.0, play_dioptres=play)
        found = Autofocus(camera).focus()
        assert found.lens_dioptres == pytest.approx(5.0 + play / 2, abs=STEP / 2)
        assert camera.error_dioptres <= STEP / 2


def test_subject_is_in_focus_and_not_what_half_of_the_region_shows_behind_it():
    camera = StandInCamera("two layers", subject_dioptres=5.0)
    Autofocus(camera, (100, 60, 220, 180)).focus()
    assert camera.error_dioptres <= STEP


def test_infinity_is_found_at_the_end_of_the_range():
    camera = StandInCamera(subject_dioptres=0.0, start_dioptres=4.0)
    Autofocus(camera).focus()
    assert camera.error_dioptres <= STEP


@pytest.mark.parametrize(("noise", "seed"), [(0.0, 0), (2.0, 1), (2.0, 2), (8.0, 3)])
def test_blank_wall_is_nothing_to_focus_on_and_the_lens_goes_back(noise, seed):
    camera = StandInCamera("wall", noise=noise, seed=seed, start_dioptres=2.5, play_dioptres=0.0)
    found = Autofocus(camera).focus()
    assert found.lens_dioptres is None
    assert found.reason == ("Nothing to focus on: the region looks the same from 0 to 10 dioptres.")
    assert len(found.scored) == COARSE_FRAMES
    assert camera.glass_dioptres == pytest.approx(2.5, abs=0.02)


def test_scene_that_is_gone_before_the_lens_is_back_is_no_focus():
    camera = StandInCamera(start_dioptres=2.0, play_dioptres=0.0)

    def leave(seen):
        if len(seen.moving_ms) and seen.sent_dioptres < 4.0 and seen.frames_taken > 80:
            seen.before_frame = None
            seen.show("wall")

    camera.before_frame = leave
    found = Autofocus(camera).focus()
    assert found.lens_dioptres is None
    assert found.reason == "The scene changed while the focus was sought: try again."
    assert camera.sent_dioptres == 2.0


def test_focus_is_sought_in_a_part_of_the_range():
    camera = StandInCamera(subject_dioptres=3.3)
    found = Autofocus(camera).focus((3, 4))
    assert camera.error_dioptres <= 0.1
    assert all(3 <= scored.lens_dioptres <= 4 for scored in found.scored)
    assert len(found.scored) <= 10


def test_exposure_is_held_while_the_focus_is_sought():
    camera = StandInCamera()
    Autofocus(camera).focus((2, 4))
    assert camera.exposure_holds == [True, False]


@pytest.mark.parametrize("at_frame", [3, 60])
def test_interrupted_search_sends_the_lens_back(at_frame):
    camera = StandInCamera(start_dioptres=7.0)

    def interrupt(seen):
        if seen.frames_taken == at_frame:
            raise KeyboardInterrupt

    camera.before_frame = interrupt
    with pytest.raises(KeyboardInterrupt):
        Autofocus(camera).focus()
    assert camera.sent_dioptres == 7.0
    assert camera.exposure_holds == [True, False]


def test_focus_can_be_sought_and_photos_taken_after_an_interruption(detector):
    camera = StandInCamera(subject_dioptres=4.0)

    def interrupt(seen):
        if seen.frames_taken == 20:
            raise KeyboardInterrupt

    camera.before_frame = interrupt
    autofocus = Autofocus(camera)
    with pytest.raises(KeyboardInterrupt):
        autofocus.focus()
    camera.before_frame = None
    assert autofocus.capture_sharp(detector).tries == 1
    assert camera.error_dioptres <= STEP


def test_lens_that_something_else_holds_is_named():
    class Held(StandInCamera):
        def move_lens(self, dioptres):
            pass

    with pytest.raises(
        CameraError, match=r"^The lens was sent to 0 dioptres, but 90 frames later .* says 1: "
    ):
        Autofocus(Held()).focus()


def test_camera_that_never_says_where_its_lens_is_is_named():
    class Silent(StandInCamera):
        def next_frame(self):
            return dataclasses.replace(super().next_frame(), lens_dioptres=math.nan)

    with pytest.raises(CameraError, match="does not say where its lens is"):
        Autofocus(Silent()).focus()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"box_xyxy": (0, 0, 15, 100)}, r"sides of 16 pixels at least to be scored, got 15x100"),
        ({"box_xyxy": (320, 0, 400, 100)}, r"at least one pixel in the photo of 320x240"),
        ({"settle_ms": -1}, r"settle_ms is a number from 0 to 500, got -1"),
        ({"settle_ms": "long"}, r"settle_ms is a number from 0 to 500, got 'long'"),
    ],
)
def test_bad_arguments_are_refused(arguments, message):
    with pytest.raises(ArgumentError, match=message):
        Autofocus(StandInCamera(), **arguments)


@pytest.mark.parametrize(
    ("between", "message"),
    [
        ((3, 3.1), r"a range of 0.2 dioptres at least within the lens's, 0 to 10, got 3 to 3.1"),
        ((11, 12), r"got 11 to 12"),
        ((4, 3), r"got 4 to 3"),
        ((float("nan"), 3), r"got nan to 3"),
        (3, r"two numbers, \(farthest, nearest\), got 3"),
    ],
)
def test_bad_range_is_refused_before_the_lens_moves(between, message):
    camera = StandInCamera()
    with pytest.raises(ArgumentError, match=message):
        Autofocus(camera).focus(between)
    assert camera.frames_taken == 0


def test_watch_sees_no_reason_to_focus_again_while_nothing_changes():
    camera = StandInCamera(noise=4.0)
    autofocus = Autofocus(camera)
    autofocus.focus()
    seen = list(itertools.islice(autofocus.watch(), 40))
    assert all(watched.refocused is None for watched in seen)
    assert np.mean([watched.share for watched in seen]) == pytest.approx(1, abs=0.1)


def test_watch_focuses_first_where_nothing_is_in_focus_yet():
    camera = StandInCamera()
    first = next(Autofocus(camera).watch())
    assert first.share is None
    assert first.refocused.lens_dioptres == camera.sent_dioptres


def test_subject_that_moves_away_is_focused_on_again():
    camera = StandInCamera(subject_dioptres=3.0)
    autofocus = Autofocus(camera)
    autofocus.focus()
    camera.show("leaves", subject_dioptres=6.0)
    low = 0
    for watched in autofocus.watch(frames=5, dead_ms=0):
        assert watched.share < 0.7
        low += 1
        if watched.refocused:
            break
    assert low == 5
    assert camera.error_dioptres <= STEP
    assert next(autofocus.watch()).share == pytest.approx(1, abs=0.1)


def test_short_disturbance_is_no_reason_to_focus_again():
    camera = StandInCamera()
    autofocus = Autofocus(camera)
    autofocus.focus()
    watch = autofocus.watch(frames=5, dead_ms=0)
    for _ in range(3):
        camera.show("wall")
        seen = [next(watch) for _ in range(4)]
        camera.show("leaves")
        seen.append(next(watch))
        assert [watched.share < 0.7 for watched in seen] == [True] * 4 + [False]
        assert all(watched.refocused is None for watched in seen)


def test_less_light_is_no_reason_to_focus_again():
    camera = StandInCamera()
    autofocus = Autofocus(camera)
    autofocus.focus()
    camera.brightness = 0.6
    assert all(
        watched.refocused is None for watched in itertools.islice(autofocus.watch(dead_ms=0), 20)
    )


def test_after_a_search_there_is_a_dead_time_whatever_it_came_to():
    camera = StandInCamera()
    autofocus = Autofocus(camera)
    autofocus.focus()
    camera.show("wall")
    watch = autofocus.watch(frames=1, dead_ms=500)
    seen = [watched for watched in itertools.islice(watch, 60) if watched.refocused]
    assert len(seen) >= 2
    for earlier, later in itertools.pairwise(seen):
        assert earlier.refocused.lens_dioptres is None
        assert later.frame.start_ms >= earlier.refocused.scored[-1].end_ms + 500


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"below": 1}, "below is a number between 0 and 1, got 1"),
        ({"below": "low"}, "below is a number from 0 to 1, got 'low'"),
        ({"frames": 0}, "frames is a whole number from 1, got 0"),
        ({"frames": True}, "frames is a whole number from 1, got True"),
        ({"dead_ms": float("nan")}, "dead_ms is a number from 0, got nan"),
    ],
)
def test_watch_refuses_bad_arguments_at_once(arguments, message):
    with pytest.raises(ArgumentError, match=message):
        Autofocus(StandInCamera()).watch(**arguments)


def test_first_photo_that_is_sharp_is_kept(detector):
    camera = StandInCamera(subject_dioptres=5.0)
    sharp = Autofocus(camera).capture_sharp(detector)
    assert sharp.focus.verdict == "sharp"
    assert sharp.tries == 1
    assert sharp.shot is camera.photos[-1]
    assert sharp.shot.lens_dioptres == pytest.approx(5.0, abs=STEP)
    assert not camera.moving_ms & {photo.start_ms for photo in camera.photos}


def test_photo_out_of_focus_is_taken_again_after_the_focus_was_sought(detector):
    camera = StandInCamera(subject_dioptres=2.0)
    autofocus = Autofocus(camera)
    autofocus.focus()
    camera.show("leaves", subject_dioptres=7.0)
    sharp = autofocus.capture_sharp(detector)
    assert sharp.tries == 2
    assert sharp.focus.verdict == "sharp"
    assert camera.error_dioptres <= STEP


def test_sharpest_of_the_photos_is_kept_where_none_is_sharp(detector):
    camera = StandInCamera("leaves", subject_dioptres=4.0)
    camera.shakes = [14, 5, 10]
    kept = Autofocus(camera).capture_sharp(detector, tries=3)
    assert kept.tries == 3
    assert kept.focus.verdict != "sharp"
    assert kept.shot is camera.photos[1]


def test_region_is_judged_where_it_is_in_a_larger_photo(detector):
    camera = StandInCamera(photo_scale=3)
    kept = Autofocus(camera, (20, 40, 120, 140)).capture_sharp(detector, tries=1)
    assert kept.focus.size_wh == (960, 720)
    assert kept.focus.box_xyxy == (60, 120, 360, 420)


def test_photo_of_a_blank_wall_is_undecidable(detector):
    kept = Autofocus(StandInCamera("wall")).capture_sharp(detector, tries=2)
    assert kept.tries == 2
    assert kept.focus.verdict == "undecidable"
    assert kept.focus.reason == "no texture in the box that could be sharp or not"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"tries": 0}, "tries is a whole number from 1 to 100, got 0"),
        ({"tries": 101}, "got 101"),
        ({"tries": 1.5}, "got 1.5"),
        ({"tries": True}, "got True"),
        ({"strictness": "sharp"}, "strictness is one of .* got 'sharp'"),
    ],
)
def test_capture_refuses_bad_arguments_before_the_lens_moves(arguments, message, detector):
    camera = StandInCamera()
    with pytest.raises(ArgumentError, match=message):
        Autofocus(camera).capture_sharp(detector, **arguments)
    assert camera.frames_taken == 0
