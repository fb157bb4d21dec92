"""The tools that are compared, by name."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.peers.student import StudentFiles
from dbd_mobile.errors import InputError

_ROOT = Path(__file__).parents[2]
_TOOLS = Path(__file__).with_name("tools")
_REQUIREMENTS = Path(__file__).with_name("requirements")


@dataclass(frozen=True, kw_only=True)
class Peer:
    """A tool that photos are given to.

    Attributes:
        name: What ``--only`` takes.
        shown: What it is called in the table, in Markdown.
        tool: Its module, as ``worker.py`` says.
        argument: What that is opened with.
        requirements: The file that pins its environment; None for that of this process.
        licence: Under which it is given, as SPDX writes it.
        rule: When the tool calls a photo bad; empty if it has no verdict of its own.
        has_score: Whether it gives a number for a photo that says how blurred that is.
        has_map: Whether it gives a blur map that can be compared with the truth.
        most_photos: Of slow tools, how many are looked at at most.
        note: What else to know of its row.
        prepare: Makes the files that it needs; given what is called with the name of what is made.
    """

    name: str
    shown: str
    tool: Path
    argument: str = ""
    requirements: Path | None = None
    licence: str
    rule: str = ""
    has_score: bool = False
    has_map: bool = False
    most_photos: int | None = None
    note: str = ""
    prepare: Callable[[Callable[[str], None]], None] = lambda on_making: None


OURS = "lite"
"""What all times are compared with."""

_OWN_LICENCE = "Apache-2.0"
_COST_ONLY = 20


def find_peers(names: Sequence[str] | None, student: StudentFiles) -> list[Peer]:
    """Find peers by their names.

    Args:
        names: Which, each once whatever is said; None for all.
        student: The paper's student.

    Raises:
        InputError: There is no peer of a name.
    """
    peers = {peer.name: peer for peer in (*_own(), *_paper(student), *_others())}
    unknown = [name for name in names or () if name not in peers]
    if unknown:
        raise InputError(f"There is no peer {unknown[0]!r}; expected {', '.join(peers)}.")
    return [peers[name] for name in dict.fromkeys(names or peers)]


def _paper(student: StudentFiles) -> list[Peer]:
    note = "its code is its authors', under MIT"
    if not student.is_trained:
        note += "; its weights are random, since theirs are not here: only its cost means anything"
    return [
        Peer(
            name=f"paper-{name}",
            shown=f"paper's student, {shown}",
            tool=_TOOLS / f"{tool}.py",
            argument=str(file),
            licence=licence,
            has_map=student.is_trained,
            most_photos=None if student.is_trained else _COST_ONLY,
            note=note,
            prepare=student.make,
        )
        for name, shown, tool, file, licence in (
            ("torch", "PyTorch", "paper_torch", student.checkpoint, "BSD-3-Clause"),
            ("onnx", "onnxruntime", "paper_onnx", student.onnx, "MIT"),
            ("tflite", "float TFLite", "detect", student.tflite, _OWN_LICENCE),
        )
    ]


def _own() -> list[Peer]:
    return [
        *(
            Peer(
                name=name,
                shown=f"`{name}`",
                tool=_TOOLS / "detect.py",
                argument=name,
                licence=_OWN_LICENCE,
                rule="`is_in_focus()` is false",
                has_score=True,
                has_map=True,
            )
            for name in ("lite", "nano")
        ),
        Peer(
            name="judge",
            shown="`judge`",
            tool=_TOOLS / "judge.py",
            argument="lite",
            licence=_OWN_LICENCE,
            rule='the verdict is "soft" or "blurred"',
            has_score=True,
        ),
    ]


def _others() -> list[Peer]:
    return [
        Peer(
            name="laplacian",
            shown="variance of the Laplacian, OpenCV",
            tool=_TOOLS / "laplacian.py",
            requirements=_REQUIREMENTS / "opencv.txt",
            licence="Apache-2.0",
            rule="it is under 100",
            has_score=True,
        ),
        Peer(
            name="blur_effect",
            shown="`blur_effect`, scikit-image",
            tool=_TOOLS / "blur_effect.py",
            requirements=_REQUIREMENTS / "scikit-image.txt",
            licence="BSD-3-Clause",
            has_score=True,
        ),
        Peer(
            name="cleanvision",
            shown="cleanvision",
            tool=_TOOLS / "cleanvision_blurry.py",
            requirements=_REQUIREMENTS / "cleanvision.txt",
            licence="Apache-2.0",
            rule='there is the issue "blurry"',
            has_score=True,
            note="its time includes decoding, as it opens photos itself",
        ),
        Peer(
            name="camera-health",
            shown="camera-health, its verdict",
            tool=_TOOLS / "camera_health_check.py",
            argument="verdict",
            requirements=_REQUIREMENTS / "camera-health.txt",
            licence="MIT",
            rule="`ok` is false",
            note="made for fixed cameras, it looks for other faults too",
        ),
        Peer(
            name="camera-health-defocus",
            shown="camera-health, its fault `defocus`",
            tool=_TOOLS / "camera_health_check.py",
            argument="defocus",
            requirements=_REQUIREMENTS / "camera-health.txt",
            licence="MIT",
            rule='there is the fault "defocus"',
            has_score=True,
            note="its time is that of all its checks, its score its focus metric",
        ),
        Peer(
            name="blur-detector",
            shown="blur-detector",
            tool=_TOOLS / "blur_detector_map.py",
            requirements=_REQUIREMENTS / "blur-detector.txt",
            licence="BSD-2-Clause",
            has_map=True,
            most_photos=15,
            note="its map is relative to the sharpest place of each photo",
        ),
        Peer(
            name="mediapipe-selfie",
            shown="MediaPipe's selfie segmentation",
            tool=_TOOLS / "mediapipe_selfie.py",
            requirements=_REQUIREMENTS / "mediapipe.txt",
            licence="Apache-2.0",
            note="it finds people and is a yardstick of cost only: 256x256 pixels, 0.25 MB, the "
            "one segmentation model in its wheels; others are to be downloaded",
        ),
        Peer(
            name="mediapipe-lite",
            shown="`lite` in MediaPipe's ImageSegmenter",
            tool=_TOOLS / "mediapipe_segmenter.py",
            argument=str(_ROOT / "dbd_mobile" / "models" / "lite" / "model.tflite"),
            requirements=_REQUIREMENTS / "mediapipe.txt",
            licence="Apache-2.0",
            has_map=True,
            note="it makes the map at the photo's size",
        ),
    ]
