# %% [markdown]
# # Video
#
# What is in focus, frame by frame: drawn into a video, as numbers, and as the sharpest frames of
# a walk around something. Python 3.11 or newer:
#
# ```sh
# pip install "dbd-mobile[video]" scikit-image matplotlib
# ```
#
# ## A video to try it on
#
# Two seconds of a photo, which the camera pulls out of focus and back. Take your own instead.

# %%
import math

import av
import numpy as np
import skimage
from PIL import Image, ImageFilter

photo = Image.fromarray(skimage.data.coffee()).resize((600, 400))
with av.open("clip.mp4", "w") as file:
    stream = file.add_stream("mpeg4", rate=15, width=600, height=400, pix_fmt="yuv420p")
    stream.bit_rate = 4_000_000
    for number in range(30):
        blur = 6 * math.sin(math.pi * number / 30) ** 2
        frame = av.VideoFrame.from_image(photo.filter(ImageFilter.GaussianBlur(blur)))
        file.mux(stream.encode(frame))
    file.mux(stream.encode())

# %% [markdown]
# ## Drawn into it
#
# Red is blurred. `--overlay mask` and `--overlay peaking` draw differently; times, rotation and
# sound are kept.

# %%
# !dbd-mobile video clip.mp4 -o seen.mp4 --model nano
with av.open("seen.mp4") as file:
    frames = [frame.to_image() for frame in file.decode(video=0)]
strip = Image.new("RGB", (900, 200))
for place, number in enumerate((0, 7, 15)):
    strip.paste(frames[number].resize((300, 200)), (300 * place, 0))
strip

# %% [markdown]
# ## As numbers
#
# A line of JSON for each frame, or in Python:

# %%
import matplotlib.pyplot as plt

from dbd_mobile import BlurDetector
from dbd_mobile.jobs.video import detect_video

with BlurDetector("nano", threads=1) as detector:
    found = [(f.time_s, f.blur_map.blurred_fraction) for f in detect_video(detector, "clip.mp4")]
times, shares = zip(*found, strict=True)
figure, axes = plt.subplots(figsize=(7, 2.5), layout="constrained")
axes.plot(times, shares)
axes.set(xlabel="seconds", ylabel="share that is blurred", ylim=(0, 1))
plt.show()

# %% [markdown]
# ## The sharpest frames
#
# For photogrammetry, or a poster: the sharpest of each of N parts of the time, measured in the
# frames' own pixels.

# %%
# !dbd-mobile video clip.mp4 --sharpest 3 -o frames
# !ls frames

# %% [markdown]
# ## Live
#
# A camera gives frames faster than they can be looked at, or slower. `FrameStream` always takes
# the newest one and never makes the camera wait.

# %%
import threading
import time

from dbd_mobile.jobs.video import FrameStream


def camera(stream):
    for number in range(12):
        blur = 6 if number >= 6 else 0
        stream.put(np.asarray(photo.filter(ImageFilter.GaussianBlur(blur))))
        time.sleep(1 / 15)
    stream.close()


with BlurDetector("nano", threads=1) as detector, FrameStream(detector) as stream:
    threading.Thread(target=camera, args=(stream,)).start()
    for seen in stream:
        share = seen.blur_map.blurred_fraction
        print(f"{share:4.0%} blurred, {seen.ready_ms - seen.captured_ms:.0f} ms after the frame")

# %% [markdown]
# [Videos and live cameras](../video.md) has the rest.
