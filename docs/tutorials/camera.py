# %% [markdown]
# # Focus a camera
#
# A Raspberry Pi whose Camera Module 3 focuses on what you choose, keeps it in focus, and takes a
# photo that is sharp. On the Pi:
#
# ```sh
# sudo apt install python3-venv python3-picamera2
# python3 -m venv --system-site-packages focus
# focus/bin/pip install dbd-mobile  # trixie; on bookworm: dbd-mobile 'numpy==1.*'
# ```
#
# On the Pi the camera is `PiCamera()`. This page runs without one, so a stand-in follows: a photo
# at a known distance, behind a lens that blurs it by as much as it is off. **On a Pi leave this
# part out.** Without a Pi: `pip install dbd-mobile scikit-image matplotlib`.

# %%
import numpy as np
import skimage
from PIL import Image, ImageFilter

from dbd_mobile import load_pixels
from dbd_mobile.camera import Frame, Shot


class PaperCamera:
    """Sees a photo that stands .4 m before it, which is 2.5 dioptres."""

    lens_range_dioptres = (0.0, 10.0)
    frame_wh = (600, 400)

    def __init__(self):
        self._photo = Image.fromarray(skimage.data.coffee()).resize(self.frame_wh)
        self._lens, self._frames = 0.0, 0
        self._random = np.random.default_rng(1)

    def move_lens(self, dioptres):
        self._lens = dioptres

    def hold_exposure(self, held):
        pass

    def next_frame(self):
        return Frame(luma=self._seen("L"), **self._when())

    def take_photo(self):
        return Shot(pixels=load_pixels(self._seen("RGB")), **self._when())

    def _seen(self, mode):
        blur = 2 * abs(self._lens - 2.5)
        seen = np.asarray(self._photo.filter(ImageFilter.GaussianBlur(blur)).convert(mode), float)
        noisy = seen + self._random.normal(0, 2, seen.shape)
        return np.clip(noisy, 0, 255).astype(np.uint8)

    def _when(self):
        self._frames += 1
        start = self._frames * 1000 / 30
        return {"lens_dioptres": self._lens, "start_ms": start, "end_ms": start + 20}


# %% [markdown]
# ## Focus
#
# On what? A box in the frame, in its pixels. The lens goes through its range, then closer around
# the best place; a parabola finds the top.

# %%
from dbd_mobile import BlurDetector
from dbd_mobile.camera import Autofocus

camera = PaperCamera()  # on a Pi: PiCamera()
autofocus = Autofocus(camera, (150, 100, 450, 300))
found = autofocus.focus()
print(found.reason)

# %% [markdown]
# What it saw on its way: the score of the box against where the lens was.

# %%
import matplotlib.pyplot as plt

figure, axes = plt.subplots(figsize=(7, 2.5), layout="constrained")
axes.plot(
    [scored.lens_dioptres for scored in found.scored],
    [scored.score.gradients for scored in found.scored],
    "o",
)
axes.axvline(2.5, linestyle=":")
axes.set(xlabel="lens, dioptres", ylabel="focus score")
plt.show()

# %% [markdown]
# ## A photo that is sharp
#
# Shoots, judges, and shoots again until one is; keeps the sharpest.

# %%
with BlurDetector() as detector:
    kept = autofocus.capture_sharp(detector, tries=3)
print(kept.focus.reason)
kept.shot.pixels.to_image()

# %% [markdown]
# ## Keep it in focus
#
# `for watched in autofocus.watch():` looks at each frame and focuses again when the box was soft
# for some frames. [Focus a camera](../camera.md) says more, and has a program that runs from the
# start of the machine on.
