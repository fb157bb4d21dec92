"""What is given in, a checkpoint or an ONNX file and photos; a network that can be run out."""
