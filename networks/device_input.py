"""What every TFLite file takes, whatever its network was trained on: what the device feeds."""

from dbd_mobile.tflite.model_file import INPUT_QUANTIZATION
from networks import NetworkContract


def device_contract(width: int, height: int) -> NetworkContract:
    """The device runtime's normalisation, (x - 127) / 128, at an input size.

    A TFLite file does not say how a float32 input is normalised, so all files take the same, and
    those of other networks convert it themselves.
    """
    return NetworkContract(
        width=width,
        height=height,
        mean=float(INPUT_QUANTIZATION.zero_point),
        scale=1 / INPUT_QUANTIZATION.scale,
    )
