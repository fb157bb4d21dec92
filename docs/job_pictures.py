"""Makes the pictures of the README's jobs, of the rendered scene: ``python -m docs.job_pictures``.

Needs the extras ``video`` and ``serve``, selenium and Chromium: what ``make .venv/tests`` installs.
"""

import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import av
import matplotlib.pyplot as plt
import numpy as np
from PIL import Image, ImageDraw, ImageFilter
from selenium import webdriver
from selenium.webdriver.common.by import By

from dbd_mobile import BlurDetector, load_pixels
from dbd_mobile.camera import Autofocus, Frame, Shot
from dbd_mobile.jobs.video import overlay_video

FOLDER = Path(__file__).parent
SCENE = FOLDER / "scene.jpg"
SIZE = (640, 360)


@contextmanager
def browser() -> Iterator[webdriver.Chrome]:
    """Chromium without a window, as large as a picture of a page is shown at twice its size."""
    options = webdriver.ChromeOptions()
    for argument in ("--headless=new", "--no-sandbox", "--hide-scrollbars"):
        options.add_argument(argument)
    options.add_argument("--window-size=1280,860")
    with webdriver.Chrome(options) as chromium:
        yield chromium


def shown(chromium: webdriver.Chrome, path: Path) -> Image.Image:
    """The window as it is."""
    chromium.save_screenshot(str(path))
    with Image.open(path) as image:
        return image.convert("RGB").crop((0, 0, 1280, 720)).resize(SIZE, Image.Resampling.LANCZOS)


def report(folder: Path) -> Image.Image:
    """The page of a scan of parts of the scene, sharp and blurred."""
    scene = Image.open(SCENE)
    photos = folder / "photos"
    photos.mkdir()
    for number, (blur, left) in enumerate(
        ((0, 350), (0, 420), (0.6, 300), (3, 350), (0, 280), (4, 100), (0.7, 420), (2, 300))
    ):
        part = scene.crop((left, 100, left + 600, 550)).resize((240, 180))
        part = part.filter(ImageFilter.GaussianBlur(blur))
        part.save(photos / f"IMG_{number + 1:04}.jpg", quality=92)
    page = folder / "focus.html"
    command = [sys.executable, "-m", "dbd_mobile", "scan", photos, "--report", page]
    subprocess.run(command, check=False, stdout=subprocess.DEVNULL)
    with browser() as chromium:
        chromium.get(page.as_uri())
        return shown(chromium, folder / "report.png")


def page(folder: Path) -> Image.Image:
    """The page of ``dbd-mobile serve`` with the scene judged."""
    command = [sys.executable, "-m", "dbd_mobile", "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        found = re.search(r"http://\S+", server.stdout.readline())
        assert found
        with browser() as chromium:
            chromium.implicitly_wait(20)
            chromium.get(found.group())
            chromium.find_element(By.CSS_SELECTOR, "input[type=file]").send_keys(str(SCENE))
            chromium.find_element(By.XPATH, "//*[@id='reason' and contains(text(), 'radius')]")
            picture = shown(chromium, folder / "page.png")
        server.terminate()
    return picture


def video(folder: Path) -> Image.Image:
    """Three frames of a pull of focus, with the map over them."""
    scene = Image.open(SCENE).convert("RGB").resize((600, 400))
    clip, seen = folder / "clip.mp4", folder / "seen.mp4"
    with av.open(str(clip), "w") as file:
        stream = file.add_stream("mpeg4", rate=10, width=600, height=400, pix_fmt="yuv420p")
        stream.bit_rate = 8_000_000
        for number in range(20):
            blurred = scene.filter(ImageFilter.GaussianBlur(6 * number / 19))
            file.mux(stream.encode(av.VideoFrame.from_image(blurred)))
        file.mux(stream.encode())
    with BlurDetector() as detector:
        for _ in overlay_video(detector, clip, seen):
            pass
    with av.open(str(seen)) as file:
        frames = [frame.to_image() for frame in file.decode(video=0)]
    strip = Image.new("RGB", SIZE, "white")
    for place, number in enumerate((0, 6, 19)):
        strip.paste(frames[number].resize((540, 360)).crop((160, 0, 371, 360)), (214 * place, 0))
    return strip


class PaperCamera:
    """A stand-in of a camera: it sees a part of the scene, 2.5 dioptres away."""

    lens_range_dioptres = (0.0, 10.0)
    frame_wh = (600, 400)

    def __init__(self) -> None:
        self._photo = Image.open(SCENE).resize(self.frame_wh)
        self._lens, self._frames = 0.0, 0
        self._random = np.random.default_rng(1)

    def move_lens(self, dioptres: float) -> None:
        self._lens = dioptres

    def hold_exposure(self, held: bool) -> None:
        pass

    def next_frame(self) -> Frame:
        self._frames += 1
        start = self._frames * 1000 / 30
        luma = np.asarray(self.seen().convert("L"), float) + self._random.normal(0, 2, (400, 600))
        return Frame(
            luma=np.clip(luma, 0, 255).astype(np.uint8),
            lens_dioptres=self._lens,
            start_ms=start,
            end_ms=start + 20,
        )

    def take_photo(self) -> Shot:
        return Shot(
            pixels=load_pixels(self.seen()), lens_dioptres=self._lens, start_ms=0, end_ms=20
        )

    def seen(self) -> Image.Image:
        return self._photo.filter(ImageFilter.GaussianBlur(1.5 * abs(self._lens - 2.5)))


def autofocus(folder: Path) -> Image.Image:
    """What a search looked at, beside what the camera sees in the end."""
    camera, box = PaperCamera(), (250, 120, 420, 290)
    found = Autofocus(camera, box).focus()
    sharp = camera.seen()
    ImageDraw.Draw(sharp).rectangle(box, outline="white", width=3)
    figure, axes = plt.subplots(figsize=(6.4, 1.6), dpi=100, layout="constrained")
    places = [scored.lens_dioptres for scored in found.scored]
    axes.plot(places, [scored.score.gradients for scored in found.scored], "o")
    axes.set(xlabel="place of the lens, dioptres", ylabel="score", yticks=[])
    figure.savefig(folder / "scores.png")
    picture = Image.new("RGB", SIZE, "white")
    picture.paste(sharp.resize((300, 200)), (170, 0))
    picture.paste(Image.open(folder / "scores.png").convert("RGB"), (0, 200))
    return picture


PICTURES: dict[str, Callable[[Path], Image.Image]] = {
    "report": report,
    "video": video,
    "autofocus": autofocus,
    "page": page,
}

if __name__ == "__main__":
    for name, make in PICTURES.items():
        with tempfile.TemporaryDirectory() as folder:
            make(Path(folder)).save(FOLDER / f"{name}.jpg", quality=88)
