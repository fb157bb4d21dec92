# %% [markdown]
# # Cull a folder
#
# A folder of photos in; which are sharp, as a table, as a page to look at and as stars in sidecar
# files out. Then: of each burst only the best shot stays.
#
# ```sh
# pip install dbd-mobile scikit-image
# ```
#
# ## Photos to try it on
#
# Three photos that come with scikit-image, one of them as a burst of four, of which one is sharp.
# Take your own folder instead: nothing below changes a photo.

# %%
from datetime import datetime, timedelta
from pathlib import Path

import skimage
from PIL import Image, ImageFilter

folder = Path("photos")
folder.mkdir(exist_ok=True)


def save(name, pixels, *, blur=0.0, at=datetime(2026, 5, 1, 12, 0, 0)):
    image = Image.fromarray(pixels).filter(ImageFilter.GaussianBlur(blur))
    exif = Image.Exif()
    exif[0x0110] = "Demo camera"  # Model
    exif.get_ifd(0x8769)[0x9003] = at.strftime("%Y:%m:%d %H:%M:%S")  # DateTimeOriginal
    image.save(folder / name, exif=exif, quality=95)


save("cat.jpg", skimage.data.chelsea(), at=datetime(2026, 5, 1, 10))
save("coffee.jpg", skimage.data.coffee(), blur=3, at=datetime(2026, 5, 1, 11))
start = datetime(2026, 5, 1, 12)
for number, blur in enumerate((2.0, 0.0, 1.0, 4.0)):
    save(
        f"portrait{number}.jpg",
        skimage.data.astronaut(),
        blur=blur,
        at=start + timedelta(seconds=number),
    )

# %% [markdown]
# ## Judge them all
#
# `scan` judges every photo in a folder and keeps what it found. Stopped, it goes on with
# `--resume`; what has been judged is not judged again unless the photo changed.

# %%
# !dbd-mobile scan photos --csv focus.csv

# %%
import csv

with open("focus.csv", newline="") as file:
    for row in csv.DictReader(file):
        print(f"{Path(row['photo']).name:16} {row['verdict']:8} {row['reason']}")

# %% [markdown]
# Only some of them; without a file to write to each is a line of JSON, of which this is the
# beginning:

# %%
# !dbd-mobile scan photos --where 'verdict == "blurred" and score < .05' | cut -c1-300

# %% [markdown]
# ## A page, and stars
#
# `--report` writes one page with all photos, sorted by verdict, with filters and bursts. `--xmp`
# writes ratings and labels into sidecar files beside the photos, which darktable, digiKam and,
# for raw files, Lightroom read; the photos themselves are never changed.

# %%
# !dbd-mobile scan photos --csv focus.csv --resume --report focus.html --xmp
# !ls photos

# %% [markdown]
# ## Bursts
#
# `burst` finds photos that one camera shot after each other of the same thing, ranks them, and
# would move all but the best. **Would**: without `--apply` it only says what it would do. The
# shots are compared in one region, so a radius may differ a little from the one above.

# %%
# !dbd-mobile burst photos --move-to rest

# %% [markdown]
# And then really, with the sidecars; `--undo` brings everything back.

# %%
# !dbd-mobile burst photos --move-to rest --apply
# !ls photos rest
# !dbd-mobile burst rest --undo --apply
# !ls photos

# %% [markdown]
# ## In Python

# %%
from dbd_mobile import BlurDetector
from dbd_mobile.jobs.library import scan

with BlurDetector(threads=1) as detector:
    for record in scan([folder], detector):
        print(f"{Path(record.photo).name:16} {record.verdict:8} {record.blur_radius_px:.1f} pixels")

# %% [markdown]
# [A library of photos](../library.md) says what else there is; [many
# machines](../scan-cluster.md) judge millions.
