"""Puts the app's painted screens side by side for the guide: ``python docs/screens.py``.

``android_demo/build.py test-screens`` paints them.
"""

from pathlib import Path

from PIL import Image

ROOT = Path(__file__).parent.parent
PAINTED = ROOT / "build" / "android" / "screens"
HEIGHT = 480
GAP = 12

SHEETS = {
    "android_camera.jpg": ("camera-heat-map", "camera-mask", "camera-peaking", "camera-ball"),
    "android_night.jpg": ("still-night", "camera-night"),
    "android_settings.jpg": ("settings", "benchmark", "settings-night", "benchmark-night"),
    "android_messages.jpg": (
        "message-permission-for-good",
        "message-in-use",
        "message-model",
        "message-damaged",
    ),
}


def sheet(names: tuple[str, ...]) -> Image.Image:
    """Screens in a row, on grey, portrait ones of one height."""
    screens = [Image.open(PAINTED / f"{name}.png").convert("RGB") for name in names]
    # A phone lying on its side is as long as one standing.
    longest = max(max(screen.size) for screen in screens)
    sizes = [(s.width * HEIGHT // longest, s.height * HEIGHT // longest) for s in screens]
    width = sum(size[0] for size in sizes) + GAP * (len(sizes) + 1)
    row = Image.new("RGB", (width, max(size[1] for size in sizes) + 2 * GAP), (128, 128, 128))
    left = GAP
    for screen, size in zip(screens, sizes, strict=True):
        row.paste(screen.resize(size, Image.Resampling.LANCZOS), (left, GAP))
        left += size[0] + GAP
    return row


if __name__ == "__main__":
    for file, names in SHEETS.items():
        sheet(names).save(ROOT / "docs" / file, quality=88)
