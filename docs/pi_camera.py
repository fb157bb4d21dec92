"""Takes sharp photos with a Raspberry Pi's camera: ``python docs/pi_camera.py FOLDER``.

Keeps a region in focus meanwhile. Ctrl-C ends it. ``docs/pi-camera.service`` runs it from the start
of the machine on.
"""

import argparse
import logging
import time
from datetime import datetime
from pathlib import Path

from dbd_mobile import BlurDetector, DBDError
from dbd_mobile.camera import Autofocus, PiCamera


def take_photos(folder, *, every_s, count, box_xyxy):
    """Save a photo of the region at its sharpest every so many seconds; None counts without end."""
    with PiCamera() as camera, BlurDetector() as detector:
        autofocus = Autofocus(camera, box_xyxy)
        due = time.monotonic()
        taken = 0
        for watched in autofocus.watch():
            if watched.refocused:
                logging.info(watched.refocused.reason)
            if time.monotonic() < due:
                continue
            due = time.monotonic() + every_s
            kept = autofocus.capture_sharp(detector)
            path = folder / f"{datetime.now():%Y%m%d-%H%M%S-%f}.jpg"
            kept.shot.pixels.to_image().save(path, quality=95)
            logging.info("%s is %s", path, kept.focus.reason)
            taken += 1
            if taken == count:
                return


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="where the photos go")
    parser.add_argument("--every", type=float, default=60, metavar="SECONDS", help="default: 60")
    parser.add_argument("--count", type=int, help="stop after so many photos")
    parser.add_argument(
        "--box",
        type=lambda text: [float(side) for side in text.split(",")],
        metavar="LEFT,TOP,RIGHT,BOTTOM",
        help="region to focus on, in pixels of frames of 1152x648 (default: the middle)",
    )
    options = parser.parse_args(arguments)
    logging.basicConfig(level="INFO", format="%(message)s")
    try:
        options.folder.mkdir(parents=True, exist_ok=True)
        take_photos(
            options.folder, every_s=options.every, count=options.count, box_xyxy=options.box
        )
    except (DBDError, OSError) as error:
        parser.exit(1, f"{error}\n")
    except KeyboardInterrupt:
        parser.exit(130)


if __name__ == "__main__":
    main()
