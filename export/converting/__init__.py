"""A network as ONNX and calibration photos in, simplified ONNX and TFLite files out."""
