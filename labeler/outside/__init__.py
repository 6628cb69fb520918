"""A model outside of the service: what `labeler export-model` copies into a folder beside the model.

Needs nothing but `labeler.learning`, `labeler.contents` and what they stand on; no database, no service.

    python -m labeler.outside.check                       does it say here what it said in the service?
    uvicorn labeler.outside.serve:app --port 8080         answer requests

`onnx_model.py` stands alone: it goes into the folder of a model as ONNX, where nothing else of this is.
"""
