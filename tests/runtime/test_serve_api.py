"""The API of ``dbd-mobile serve`` is what its document says, whatever comes: by schemathesis."""

import io
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from PIL import Image

DATA = Path(__file__).parent / "data"
TOKEN = "a-token-of-the-tests"


def photo_of(size_wh):
    file = io.BytesIO()
    Image.radial_gradient("L").resize(size_wh).save(file, "PNG")
    return file.getvalue()


PHOTOS = st.sampled_from([photo_of((160, 120)), photo_of((64, 64)), photo_of((9, 9))])
for kind in ("image/*", "application/octet-stream"):
    schemathesis.openapi.media_type(kind, PHOTOS | st.binary(max_size=200))


@pytest.fixture(scope="module")
def document(start_serving):
    models = ("--model", DATA / "tiny_int8.tflite", "--detail", DATA / "tiny_detail.tflite")
    server = start_serving(*models, "--threads", 1, DBD_MOBILE_TOKEN=TOKEN)
    address, _, _ = server.link.partition("#")
    return schemathesis.openapi.from_url(f"{address}openapi.json")


@pytest.mark.parametrize("path", ["/judge", "/detect"])
@pytest.mark.parametrize("mode", list(schemathesis.GenerationMode))
def test_answers_are_as_the_document_says(document, path, mode):
    """To what it describes and to what it does not."""

    @given(case=document[path]["POST"].as_strategy(generation_mode=mode))
    @settings(
        max_examples=20,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def ask(case):
        # A box outside of a photo, or what is no photo, is as described, and refused.
        case.call_and_validate(
            headers={"Authorization": f"Bearer {TOKEN}"},
            excluded_checks=[schemathesis.checks.positive_data_acceptance],
        )

    ask()
