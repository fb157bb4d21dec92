"""Stand-ins for the authors' checkpoint, whose weights cannot be had; what to do without data."""

import os
import zlib
from pathlib import Path

import numpy as np
import pytest
import torch

from evaluation.measures import Accuracy
from networks import build

ACCURACY = Accuracy(
    fmax=0.93,
    f_at_half=0.92,
    ddff=0.97,
    adaptive=0.9,
    mae=0.05,
    auc=0.98,
    images=4,
    one_class_images=0,
)
"""Of a good map, for tests of what may change."""
_FIXTURE = Path(__file__).parents[3] / "shared" / "fixtures" / "official_student"


def require_data(path):
    """Leave the test out without this file or folder, which is not part of the repository."""
    if not path.exists():
        leave_out(f"{path}, which is not part of the repository, is missing")


def leave_out(reason):
    """Skip the test or module; fail where ``DBD_REQUIRE_DATA=1`` says that nothing is missing."""
    if os.environ.get("DBD_REQUIRE_DATA", "0") != "0":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason, allow_module_level=True)


@pytest.fixture(scope="session")
def official_student():
    """Folder with the released names and shapes, and what a network filled by rule must give."""
    require_data(_FIXTURE)
    return _FIXTURE


@pytest.fixture(scope="session")
def released_checkpoint(tmp_path_factory):
    """``Student_model.pth`` in the authors' layout, filled by the rule of the fixture's README."""
    state = {
        f"module.{name}": _filled_by_rule(name, tuple(tensor.shape))
        for name, tensor in build("paper").state_dict().items()
    }
    path = tmp_path_factory.mktemp("released") / "Student_model.pth"
    torch.save({"model_state_dict": state}, path)
    return path


def _filled_by_rule(name, shape):
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    if name.endswith("num_batches_tracked"):
        return torch.tensor(0)
    if name.endswith("running_var") or (len(shape) == 1 and name.endswith("weight")):
        values = rng.uniform(0.5, 1.5, shape)
    elif name.endswith(("running_mean", "bias")):
        values = 0.1 * rng.standard_normal(shape)
    else:
        values = rng.standard_normal(shape) * np.sqrt(1 / np.prod(shape[1:]))
    return torch.from_numpy(values.astype(np.float32))
