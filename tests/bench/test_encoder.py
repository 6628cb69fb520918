"""Sentence embeddings: our encoder beside bare ONNX Runtime on the same tokens."""

import csv
import time

import numpy as np
import onnxruntime
import pytest

from labeler.demo.setup import data_file
from labeler.learning.features.encoder import default_encoder

pytestmark = pytest.mark.bench
TEXTS = 1_000
BATCH = 32


def test_throughput_beside_bare_onnx_runtime(report) -> None:
    with open(data_file("sms.csv"), encoding="utf-8", newline="") as file:
        texts = [row["text"] for row in csv.DictReader(file)][:TEXTS]
    encoder = default_encoder()
    encoder.encode(texts[:64])
    session = onnxruntime.InferenceSession(str(encoder.file), providers=["CPUExecutionProvider"])
    ids = sorted((code.ids for code in encoder._tokenizer.encode_batch(texts)), key=len)

    def bare() -> None:
        for start in range(0, len(ids), BATCH):
            part = ids[start : start + BATCH]
            tokens = np.zeros((len(part), max(map(len, part))), dtype=np.int64)
            mask = np.zeros_like(tokens)
            for row, one in enumerate(part):
                tokens[row, : len(one)], mask[row, : len(one)] = one, 1
            given = {"input_ids": tokens, "attention_mask": mask, "token_type_ids": np.zeros_like(tokens)}
            session.run(None, given)

    times: dict[str, list[float]] = {"bare": [], "ours": []}
    for _ in range(3):
        for name, run in (("bare", bare), ("ours", lambda: encoder.encode(texts))):
            began = time.perf_counter()
            run()
            times[name].append(time.perf_counter() - began)
    best = {name: min(found) for name, found in times.items()}
    report.add(
        "sentence embeddings, 1,000 messages",
        texts_per_second=round(len(texts) / best["ours"]),
        times_bare_onnx_runtime=round(best["ours"] / best["bare"], 3),
    )
