# %% [markdown]
# # Judge my photos
#
# Is a photo sharp, where, and how far is it off? Ten minutes, with photos that come with a
# package:
#
# ```sh
# pip install dbd-mobile scikit-image
# ```
#
# Instead of these take your own.

# %%
from pathlib import Path

import skimage
from PIL import Image, ImageFilter

folder = Path("photos")
folder.mkdir(exist_ok=True)
portrait = Image.fromarray(skimage.data.astronaut())
portrait.save(folder / "sharp.jpg", quality=95)
portrait.filter(ImageFilter.GaussianBlur(0.9)).save(folder / "soft.jpg", quality=95)
portrait.filter(ImageFilter.GaussianBlur(5)).save(folder / "blurred.jpg", quality=95)

# %% [markdown]
# ## One photo
#
# A detector opens its models once; ask it about as many photos as you like. `judge` looks for the
# subject, measures the blur there in the photo's own pixels, and says one of `sharp`, `soft`,
# `blurred` and `undecidable`, and why.

# %%
from dbd_mobile import BlurDetector

detector = BlurDetector()
focus = detector.judge(folder / "sharp.jpg")
print(focus.verdict)
print(focus.reason)
print("radius of the blur:", round(focus.blur_radius_px, 2), "pixels")

# %% [markdown]
# Shown in a notebook, a verdict is a picture: the outline of what was judged, above a scale of
# radii. What is soft is hatched, what is blurred more densely.

# %%
focus.overlay(folder / "sharp.jpg")

# %% [markdown]
# ## The others
#
# The same photo, blurred a little and a lot.

# %%
for name in ("sharp", "soft", "blurred"):
    focus = detector.judge(folder / f"{name}.jpg")
    print(f"{name}.jpg: {focus.verdict}. {focus.reason}")

# %% [markdown]
# ## A part of it
#
# Do you know where the subject is, as from a face detector? Give its box: left, top, right,
# bottom, in pixels.

# %%
face = (150, 40, 300, 220)
print(detector.judge(folder / "sharp.jpg", face).reason)
print(detector.judge(folder / "soft.jpg", face).reason)

# %% [markdown]
# ## Sharp for what?
#
# At 100 % each pixel of the photo is one of the screen. On a web page or on paper less shows:
# `strictness` is `pixel`, `web`, `print`, or your own; `at_width` any width.

# %%
print(detector.judge(folder / "soft.jpg", face, at_width=300).reason)

# %% [markdown]
# ## Where is it blurred?
#
# `detect` answers for every place: its map is 1 where the photo is blurred and 0 where it is in
# focus. Here is a photo whose right half was blurred; of the left half a part was out of focus
# before.

# %%
half = portrait.copy()
right = (256, 0, 512, 512)
half.paste(portrait.filter(ImageFilter.GaussianBlur(6)).crop(right), right)
blur_map = detector.detect(half)
print(f"{blur_map.blurred_fraction:.0%} of it is blurred")
blur_map.overlay(half)

# %% [markdown]
# ## The same at the command line

# %%
# !dbd-mobile judge photos/*.jpg

# %% [markdown]
# `--json` gives an object a photo, `-o seen` the pictures. What the numbers mean, and what they
# do not: [verdicts and viewing size](../concepts/verdicts.md), [the blur
# map](../concepts/blur-map.md).

# %%
detector.close()
