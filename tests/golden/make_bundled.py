"""Makes what the bundled models say of ``docs/scene.jpg``, for the tests of the web package.

They lie in ``bundled``: ``maps.tsv`` names the models that give blur maps with their checksums, and
beside it are the bytes that each gave, to be met exactly; ``focus.tsv`` has verdicts on the subject
and on a box, to be met within 1e-6. A new model makes them wrong: run this again then.
"""

from pathlib import Path

import make_golden
import make_judge
import numpy as np

from dbd_mobile import BlurDetector
from dbd_mobile.catalogue import load_card

FOLDER = Path(__file__).parent / "bundled"
MODELS = ("lite", "nano")
BOX = (100, 100, 500, 400)


def main():
    """Write all files into the folder ``bundled`` beside this one."""
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.iterdir():
        old.unlink()
    photo = make_golden.load_pixels(make_golden.SCENE)
    maps, verdicts = [], []
    for model in MODELS:
        with BlurDetector(model, threads=1) as detector:
            blur_map = detector.detect(photo)
            scale = np.float32(detector.model_facts.output.quantization.scale)
            raw = np.rint(blur_map.model_probability / scale).astype(np.uint8)
            raw.tofile(FOLDER / f"{model}.bin")
            maps.append({"model": model, "sha256": load_card(model)["sha256"]})
            for name, box in (("subject", None), ("box", BOX)):
                found = detector.judge(photo, box_xyxy=box)
                verdicts.append(
                    {
                        "model": model,
                        "region": name,
                        "numbers": make_judge.spoken(box or ()) or "-",
                        **make_judge.focus_columns(found),
                    }
                )
    make_golden.write_table("bundled/maps.tsv", list(maps[0]), maps)
    make_golden.write_table("bundled/focus.tsv", list(verdicts[0]), verdicts)


if __name__ == "__main__":
    main()
