"""cleanvision: which photos of a folder are blurry; it opens them itself, all in one call."""

from collections.abc import Callable, Sequence
from importlib.metadata import version

from cleanvision import Imagelab

VERSION = f"cleanvision {version('cleanvision')}"
TAKES_FILES = True


def open_tool(argument: str) -> Callable[[Sequence[str]], list[dict[str, object]]]:
    """Nothing is loaded."""

    def look(files: Sequence[str]) -> list[dict[str, object]]:
        lab = Imagelab(filepaths=list(files))
        lab.find_issues({"blurry": {}}, n_jobs=1, verbose=False)
        found = lab.issues.loc[list(files)]
        return [
            {"score": 1 - float(score), "bad": bool(bad)}
            for score, bad in zip(found["blurry_score"], found["is_blurry_issue"], strict=True)
        ]

    return look
