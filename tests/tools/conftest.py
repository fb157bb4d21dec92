"""Stand-ins for the checkpoint that the paper's authors released, whose weights cannot be had."""

import os
import zlib
from pathlib import Path

import numpy as np
import pytest
import torch

from networks import build

_FIXTURE = Path(__file__).parents[3] / "shared" / "fixtures" / "official_student"


@pytest.fixture(scope="session")
def official_student():
    """Folder with the released names and shapes, and what a network filled by rule must give."""
    if not _FIXTURE.is_dir():
        missing = f"{_FIXTURE}, which is not part of the repository, is missing"
        # CI has it: there a test left out would be a test lost.
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
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
