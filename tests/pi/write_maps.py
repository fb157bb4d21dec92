"""On the board: ``write_maps.py OUT.npz MODEL,.. PHOTO...``; what the models see and give.

Arrays are what is looked at, since Debian's Pillow for 32 bits is too old to be given files.
"""

import sys
from pathlib import Path

import numpy as np
from PIL import Image

from dbd_mobile import BlurDetector
from dbd_mobile.photo import load_pixels


def main(out, models, *photos):
    found = {}
    for model in models.split(","):
        with BlurDetector(model, threads=1) as detector:
            operators = detector._interpreter._interpreter._get_ops_details()
            xnnpack = any(operator["op_name"] == "DELEGATE" for operator in operators)
            found[f"{model} xnnpack"] = np.array(xnnpack)
            for photo in photos:
                name = f"{model} {Path(photo).stem}"
                pixels = load_pixels(np.asarray(Image.open(photo)))
                found[f"{name} map"] = detector.detect(pixels).model_probability
                found[f"{name} input"] = pixels.squash(detector.model_facts.input.size_wh)
    np.savez(out, **found)


if __name__ == "__main__":
    main(*sys.argv[1:])
