"""Google's MediaPipe takes the bundled models as they are."""

import ctypes.util

import numpy as np
import pytest
import skimage.data
from PIL import Image

from data.blur_dataset import squash
from dbd_mobile import BlurDetector
from dbd_mobile.catalogue import bundled_ids
from export.publishing.card import MODELS_FOLDER

from .conftest import leave_out

if not all(ctypes.util.find_library(name) for name in ("EGL", "GLESv2")):
    leave_out("MediaPipe loads with libEGL and libGLESv2 only: apt-get install libegl1 libgles2")

import mediapipe
from mediapipe.tasks.python import BaseOptions, vision


@pytest.mark.parametrize("model_id", bundled_ids("blur-map"))
def test_segmenter_gives_the_map_of_the_runtime(model_id):
    file = MODELS_FOLDER / model_id / "model.tflite"
    options = vision.ImageSegmenterOptions(
        base_options=BaseOptions(model_asset_path=str(file)), output_confidence_masks=True
    )
    scene = np.asarray(Image.open(MODELS_FOLDER.parents[1] / "docs" / "scene.jpg").convert("RGB"))
    with (
        BlurDetector(model_id, threads=1) as detector,
        vision.ImageSegmenter.create_from_options(options) as segmenter,
    ):
        assert segmenter.labels == ["blurred"]
        for photo in (scene, skimage.data.astronaut(), skimage.data.coffee()):
            pixels = squash(photo, detector.model_facts.input.size_wh)
            (mask,) = segmenter.segment(
                mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=pixels)
            ).confidence_masks
            expected = detector.detect(pixels).model_probability
            assert expected.min() < 0.2 and expected.max() > 0.8
            got = mask.numpy_view().reshape(expected.shape)
            np.testing.assert_allclose(got, expected, rtol=0, atol=2 / 255)
