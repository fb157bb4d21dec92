"""A TFLite model and what is known of it in; its file with TFLite metadata out.

Metadata is what lets MediaPipe's tasks use a model as it is: how a float input is normalised, what
the output's channel means, that its values are probabilities already. Schema and layout:
https://ai.google.dev/edge/litert/models/metadata. Runs in the process of
``export.converting.tflite_worker``.
"""

import io
import zipfile
from dataclasses import dataclass

import flatbuffers
from mediapipe.tasks.metadata import image_segmenter_metadata_schema_py_generated as segmenter
from mediapipe.tasks.metadata import metadata_schema_py_generated as schema

from export.converting.tflite_model import TfliteModel

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
    model: TfliteModel, about: dict[str, str], texts: TensorTexts, mean: float, scale: float
) -> bytes:
    """Put metadata into a model of ``export.converting.tflite_worker``.

    Args:
        model: Gets the metadata.
        about: ``name``, ``description``, ``version``, ``author`` and ``license`` of the model.
        texts: On its input and output.
        mean: A pixel x is fed to a float input as (x - mean) / scale.
        scale: The same.

    Returns:
        The file, with the labels' file, a ZIP archive, behind it.
    """
    packed = _pack(_model_metadata(about, texts, mean, scale), b"M001")
    model.set_metadata(_BUFFER, packed)
    file = io.BytesIO(model.to_bytes())
    with zipfile.ZipFile(file, "a") as archive:
        # A ZipInfo without a date has a fixed one, so that two exports give the same bytes.
        archive.writestr(
            zipfile.ZipInfo(_LABEL_FILE), "".join(f"{label}\n" for label in texts.labels)
        )
    return file.getvalue()


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
