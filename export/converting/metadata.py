"""A TFLite file's bytes and what is known of the model in; the same file with TFLite metadata out.

Metadata is what lets MediaPipe's tasks use a model as it is: how a float input is normalised, what
the output's channel means, that its values are probabilities already. Schema and layout:
https://ai.google.dev/edge/litert/models/metadata. Runs in the process of
``export.converting.tflite_worker``.
"""

import io
import zipfile
from dataclasses import dataclass
from typing import Any

import flatbuffers
import numpy as np
from mediapipe.tasks.metadata import image_segmenter_metadata_schema_py_generated as segmenter
from mediapipe.tasks.metadata import metadata_schema_py_generated as schema
from numpy.typing import NDArray
from tensorflow.lite.python import schema_py_generated as tflite
from tensorflow.lite.tools import flatbuffer_utils

_BUFFER = "TFLITE_METADATA"
_LABEL_FILE = "labels.txt"
# The version of the metadata's schema that has all that is used here: custom metadata.
_PARSER_VERSION = "1.5.0"


@dataclass(frozen=True, kw_only=True)
class TensorTexts:
    """What is said of a model's input and output.

    Attributes:
        image_description: Of the input.
        output: Name of the output.
        output_description: Of the output.
        labels: What each channel of the output is.
        labels_description: What they are labels of.
        is_segmenter: Whether MediaPipe's ImageSegmenter can use the model.
    """

    image_description: str
    output: str
    output_description: str
    labels: list[str]
    labels_description: str
    is_segmenter: bool


def with_metadata(
    content: bytes, about: dict[str, str], texts: TensorTexts, mean: float, scale: float
) -> bytes:
    """Put metadata into a TFLite file of ``export.converting.tflite_worker``.

    Args:
        content: The file, without metadata of this kind.
        about: ``name``, ``description``, ``version``, ``author`` and ``license`` of the model.
        texts: On its input and output.
        mean: A pixel x is fed to a float input as (x - mean) / scale.
        scale: The same.

    Returns:
        The file, with the labels' file, a ZIP archive, behind it.
    """
    model = flatbuffer_utils.convert_bytearray_to_object(content)
    buffer = tflite.BufferT()
    packed = _pack(_model_metadata(about, texts, mean, scale), b"M001")
    buffer.data = np.frombuffer(packed, np.uint8)
    model.buffers.append(buffer)
    entry = tflite.MetadataT()
    entry.name = _BUFFER.encode()
    entry.buffer = len(model.buffers) - 1
    model.metadata = [*(model.metadata or []), entry]
    builder = _CompactBuilder(len(content))
    builder.Finish(model.Pack(builder), b"TFL3")
    file = io.BytesIO(builder.Output())
    with zipfile.ZipFile(file, "a") as archive:
        # A ZipInfo without a date has a fixed one, so that two exports give the same bytes.
        archive.writestr(
            zipfile.ZipInfo(_LABEL_FILE), "".join(f"{label}\n" for label in texts.labels)
        )
    return file.getvalue()


class _CompactBuilder(flatbuffers.Builder):
    """Writes vectors of the same content once, and bytes where the schema wants them aligned.

    A network quantised by channel has a zero point for every channel of every weight and bias, all
    of them 0: a tenth of a small file.
    """

    # TFLite's schema: ``data:[ubyte] (force_align: 16)``.
    _ALIGNMENT = 16

    def __init__(self, initial_size: int) -> None:
        super().__init__(initial_size)
        self._written: dict[tuple[str, bytes], int] = {}

    def CreateNumpyVector(self, x: NDArray[Any]) -> int:
        key = (x.dtype.str, x.tobytes())
        if key not in self._written:
            if x.dtype == np.uint8:
                self.Prep(self._ALIGNMENT, x.nbytes)
            self._written[key] = super().CreateNumpyVector(x)
        return self._written[key]


def _model_metadata(
    about: dict[str, str], texts: TensorTexts, mean: float, scale: float
) -> schema.ModelMetadataT:
    model = schema.ModelMetadataT()
    model.name, model.description = about["name"], about["description"]
    model.version, model.author = about["version"], about["author"]
    model.license = about["license"]
    model.minParserVersion = _PARSER_VERSION
    graph = schema.SubGraphMetadataT()
    graph.inputTensorMetadata = [_image(texts, mean, scale)]
    graph.outputTensorMetadata = [_output(texts)]
    if texts.is_segmenter:
        graph.customMetadata = [_segmenter_options()]
    model.subgraphMetadata = [graph]
    return model


def _image(texts: TensorTexts, mean: float, scale: float) -> schema.TensorMetadataT:
    image = schema.TensorMetadataT()
    image.name, image.description = "image", texts.image_description
    properties = schema.ImagePropertiesT()
    properties.colorSpace = schema.ColorSpaceType.RGB
    image.content = _content(schema.ContentProperties.ImageProperties, properties)
    normalization = schema.NormalizationOptionsT()
    normalization.mean, normalization.std = [mean], [scale]
    unit = schema.ProcessUnitT()
    unit.optionsType = schema.ProcessUnitOptions.NormalizationOptions
    unit.options = normalization
    image.processUnits = [unit]
    return image


def _output(texts: TensorTexts) -> schema.TensorMetadataT:
    output = schema.TensorMetadataT()
    output.name, output.description = texts.output, texts.output_description
    features = schema.FeaturePropertiesT()
    output.content = _content(schema.ContentProperties.FeatureProperties, features)
    labels = schema.AssociatedFileT()
    labels.name, labels.description = _LABEL_FILE, texts.labels_description
    labels.type = schema.AssociatedFileType.TENSOR_AXIS_LABELS
    output.associatedFiles = [labels]
    return output


def _content(
    kind: int, properties: schema.ImagePropertiesT | schema.FeaturePropertiesT
) -> schema.ContentT:
    content = schema.ContentT()
    content.contentPropertiesType, content.contentProperties = kind, properties
    return content


def _segmenter_options() -> schema.CustomMetadataT:
    options = segmenter.ImageSegmenterOptionsT()
    # The sigmoid is in the network.
    options.activation = segmenter.Activation.NONE
    custom = schema.CustomMetadataT()
    custom.name = "SEGMENTER_METADATA"
    custom.data = list(_pack(options, b"V001"))
    return custom


def _pack(
    table: schema.ModelMetadataT | segmenter.ImageSegmenterOptionsT, identifier: bytes
) -> bytes:
    builder = flatbuffers.Builder(0)
    builder.Finish(table.Pack(builder), identifier)
    return bytes(builder.Output())
