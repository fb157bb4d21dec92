"""The adapter for picamera2, tested with a module of that name that shows our own camera."""

import math
import runpy
import shutil
import subprocess
import sys
import types
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
from PIL import Image

import dbd_mobile.camera
from dbd_mobile import ArgumentError, BlurDetector, CameraError
from dbd_mobile.camera import Autofocus, PiCamera

from .stand_in_camera import StandInCamera

DOCS = Path(__file__).parents[2] / "docs"
FRAME_WH = StandInCamera.frame_wh
PADDING = 64


class Request:
    """One exposure with both streams; there are few of them, so each is released."""

    def __init__(self, owner):
        self._owner = owner
        self._frame = owner.camera.next_frame()
        owner.requests_out += 1
        assert owner.requests_out <= 1

    def make_array(self, stream):
        width, height = self._owner.configuration["lores"]["size"]
        across, down = (math.ceil(n / of) for n, of in zip((width, height), FRAME_WH, strict=True))
        luma = np.tile(self._frame.luma, (down, across))[:height, :width]
        if stream == "lores":
            padded = np.full((height * 3 // 2, width + PADDING), 255, np.uint8)
            padded[:height, :width] = luma
            return padded
        large = luma.repeat(2, axis=0).repeat(2, axis=1)
        # Blue first, as picamera2 orders "RGB888".
        return np.stack([large // 4, large, large], axis=-1)

    def get_metadata(self):
        facts = {
            "SensorTimestamp": int((self._frame.start_ms + 20) * 1e6),
            "ExposureTime": 20000,
            "FrameDuration": 33333,
            "LensPosition": self._frame.lens_dioptres,
        }
        if self._owner.requests_made <= 2:
            del facts["LensPosition"]
        return facts

    def release(self):
        self._owner.requests_out -= 1


class StandInPicamera2:
    """As much of ``picamera2.Picamera2`` as is used here."""

    cameras = ("imx708",)
    made: ClassVar[list["StandInPicamera2"]] = []

    def __init__(self, number=0):
        self.model = self.cameras[number]
        self.camera = StandInCamera(subject_dioptres=4.0)
        self.camera_controls = {"AeEnable": (False, True, True)}
        if self.model == "imx708":
            self.camera_controls["LensPosition"] = (0.0, 10.0, 1.0)
        self.calls = []
        self.controls = {}
        self.requests_out = self.requests_made = 0
        self.made.append(self)

    def create_video_configuration(self, main, lores, controls):
        return {"main": main, "lores": lores, "controls": controls}

    def configure(self, configuration):
        self.configuration = configuration
        self.controls.update(configuration["controls"])
        if configuration["main"]["size"][0] > 5000:
            raise RuntimeError("Failed to configure")

    def stream_configuration(self, name):
        return self.configuration[name]

    def start(self):
        self.calls.append("start")

    def stop(self):
        self.calls.append("stop")

    def close(self):
        self.calls.append("close")

    def set_controls(self, controls):
        self.controls.update(controls)
        if "LensPosition" in controls:
            self.camera.move_lens(controls["LensPosition"])

    def capture_request(self):
        self.requests_made += 1
        return Request(self)


@pytest.fixture
def picamera2(monkeypatch):
    module = types.ModuleType("picamera2")
    module.Picamera2 = type("Picamera2", (StandInPicamera2,), {"made": []})
    monkeypatch.setitem(sys.modules, "picamera2", module)
    return module.Picamera2


def opened(**options):
    return PiCamera(photo_wh=(640, 480), frame_wh=(320, 240), **options)


def test_camera_is_asked_for_colour_photos_and_grey_frames(picamera2):
    with opened() as camera:
        assert camera.frame_wh == (320, 240)
        assert camera.lens_range_dioptres == (0.0, 10.0)
        (made,) = picamera2.made
        assert camera.picamera2 is made
        assert made.configuration["main"] == {"size": (640, 480), "format": "RGB888"}
        assert made.configuration["lores"] == {"size": (320, 240), "format": "YUV420"}
        # libcamera's manual focus: its own autofocus leaves the lens alone.
        assert made.controls == {"AfMode": 0}
    assert made.calls == ["start", "stop", "close"]


def test_frame_is_the_luma_with_lens_and_times(picamera2):
    with opened() as camera:
        frames = [camera.next_frame() for _ in range(3)]
    assert frames[2].luma.shape == (240, 320)
    assert frames[2].luma.max() < 255
    assert np.isnan(frames[0].lens_dioptres)
    assert frames[2].lens_dioptres == 1.0
    assert frames[2].start_ms == pytest.approx(2 * 1000 / 30)
    assert frames[2].end_ms == pytest.approx(2 * 1000 / 30 + 20 + 33.333)


def test_photo_is_rgb(picamera2):
    with opened() as camera:
        pixels = camera.take_photo().pixels
    assert pixels.size_wh == (640, 480)
    red, green, blue = pixels.to_array().reshape(-1, 3).mean(axis=0)
    assert red == green > 3 * blue


def test_sharp_photo_is_taken(picamera2):
    with opened() as camera, BlurDetector("nano", threads=1) as detector:
        found = Autofocus(camera).focus()
        (made,) = picamera2.made
        assert found.lens_dioptres == pytest.approx(4.1, abs=0.25)
        assert made.controls["LensPosition"] == found.lens_dioptres
        assert made.controls["AeEnable"] is True
        kept = Autofocus(camera).capture_sharp(detector, tries=1)
        assert kept.focus.box_xyxy == (160, 120, 480, 360)
        assert made.requests_out == 0


def test_missing_picamera2_is_named_with_what_to_do(monkeypatch):
    monkeypatch.setitem(sys.modules, "picamera2", None)
    with pytest.raises(CameraError) as error:
        PiCamera()
    assert str(error.value) == (
        "picamera2 is not there: `sudo apt install python3-picamera2` installs it on Raspberry Pi "
        "OS, and a virtual environment finds it if it was made by `python3 -m venv "
        "--system-site-packages`."
    )


@pytest.mark.parametrize(
    ("raises", "said"),
    [
        (
            "raise ValueError('numpy.dtype size changed, may indicate binary incompatibility')",
            "numpy.dtype size changed, may indicate binary incompatibility. Raspberry Pi OS "
            "bookworm has it for numpy 1: there run `pip install 'numpy<2'` in the virtual "
            "environment.",
        ),
        ("import libcamera_that_is_not_there", "No module named 'libcamera_that_is_not_there'."),
    ],
)
def test_picamera2_that_cannot_be_loaded_is_named_with_why(monkeypatch, tmp_path, raises, said):
    (tmp_path / "picamera2.py").write_text(raises, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "picamera2", raising=False)
    with pytest.raises(CameraError) as error:
        PiCamera()
    assert str(error.value) == f"picamera2 cannot be loaded: {said}"


def test_missing_camera_is_named(picamera2):
    with pytest.raises(CameraError, match=r"^Camera 1 cannot be opened: .*--list-cameras"):
        opened(number=1)


def test_camera_without_a_lens_that_moves_is_named_and_let_go_of(picamera2):
    picamera2.cameras = ("imx219",)
    with pytest.raises(CameraError, match=r"^Camera 0 has no lens that can be moved"):
        opened()
    assert picamera2.made[0].calls == ["close"]


def test_size_that_the_camera_refuses_is_named_and_it_is_let_go_of(picamera2):
    with pytest.raises(CameraError, match=r"^Camera 0 cannot be started: Failed to configure"):
        PiCamera(photo_wh=(6400, 4800), frame_wh=(320, 240))
    assert picamera2.made[0].calls == ["close"]


def test_frames_and_photos_of_two_shapes_are_refused(picamera2):
    with pytest.raises(ArgumentError, match="got frames of 320x240 and photos of 1920x1080"):
        PiCamera(photo_wh=(1920, 1080), frame_wh=(320, 240))
    assert picamera2.made == []


def test_public_names_are_sorted_and_exist():
    assert dbd_mobile.camera.__all__ == sorted(dbd_mobile.camera.__all__)
    assert all(hasattr(dbd_mobile.camera, name) for name in dbd_mobile.camera.__all__)


def test_package_is_imported_by_nothing_else():
    code = (
        "import sys, dbd_mobile.cli; "
        "print([name for name in sys.modules if name.startswith('dbd_mobile.camera')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_package_is_imported_without_picamera2():
    code = "import sys, dbd_mobile.camera; print({'picamera2', 'libcamera'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def run_example(*arguments):
    runpy.run_path(str(DOCS / "pi_camera.py"))["main"]([str(part) for part in arguments])


def test_example_saves_sharp_photos(picamera2, tmp_path):
    run_example(tmp_path / "photos", "--every", "0", "--count", "2", "--box", "80,60,240,180")
    photos = sorted((tmp_path / "photos").iterdir())
    assert len(photos) == 2
    with Image.open(photos[0]) as photo:
        assert photo.size == (2304, 1296)
    assert picamera2.made[0].calls == ["start", "stop", "close"]


def test_example_says_what_is_missing(monkeypatch, tmp_path, capsys):
    monkeypatch.setitem(sys.modules, "picamera2", None)
    with pytest.raises(SystemExit) as ended:
        run_example(tmp_path)
    assert ended.value.code == 1
    assert capsys.readouterr().err.startswith("picamera2 is not there: `sudo apt install")


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not there")
def test_service_is_one_that_systemd_takes(tmp_path):
    service = (DOCS / "pi-camera.service").read_text()
    assert service.count("/home/pi/camera/bin/python") == 1
    unit = tmp_path / "pi-camera.service"
    unit.write_text(service.replace("/home/pi/camera/bin/python", sys.executable))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", unit], capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
