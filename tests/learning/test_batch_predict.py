"""Scores of a whole pool: the same bits however it is cut, and on however many cores."""

import numpy as np
import pytest

from labeler.learning.batch_predict import BatchPredictor, between, predict_blocks
from labeler.learning.features.pipeline import pipeline_for
from labeler.learning.features.projection import Projection
from labeler.learning.features.text import TextPipeline
from labeler.learning.fitting import UnlabeledData, fit_pooled, predict_pool
from labeler.learning.numeric import parallel as threads
from labeler.learning.numeric.linalg import TILE, product
from labeler.learning.semi_supervised.ensemble import Views
from labeler.learning.semi_supervised.label_spreading import graph_of
from labeler.learning.supervised import train

KINDS = {"sport": "the team won match", "money": "shares of the bank fell by", "food": "a soup of beans with salt"}


@pytest.fixture(scope="module")
def pool():
    """Features of 3,000 texts in two blocks, the model of their pool and its flow, and its map."""
    y = np.array(list(KINDS))[np.arange(3_000) % 3]
    contents = [{"text": f"{KINDS[kind]} {place} {place % 41} {place % 17}"} for place, kind in enumerate(y)]
    pipeline = TextPipeline()
    blocks = [pipeline.extract(contents[:1_700]), pipeline.extract(contents[1_700:])]
    pipeline.fit(blocks)
    features = pipeline.transform(blocks[0])
    projection = Projection.of(features)
    vectors = np.concatenate([projection.transform(pipeline.transform(block)) for block in blocks])
    graph, places = graph_of(vectors), np.arange(0, 1_700, 50)
    pooling = UnlabeledData(graph, graph.affinity(), projection)
    model, flow = fit_pooled(pipeline, features[places], places, y[places], pooling, 0)
    return blocks, model, flow, graph, train(pipeline, features[places], y[places], seed=0)


@pytest.mark.parametrize(("chunk_rows", "cores"), [(7, 1), (100, 4), (1_024, 2), (2_999, 3), (10_000, 8)])
def test_scores_are_the_same_bits_however_the_pool_is_cut(pool, monkeypatch, chunk_rows, cores):
    blocks, model, flow, graph, alone = pool
    whole, whole_alone = (
        predict_pool(BatchPredictor.of(model), blocks, graph, flow),
        predict_blocks(BatchPredictor.of(alone), blocks, len(alone.classes)),
    )
    monkeypatch.setattr(threads, "cores", lambda: cores)
    assert np.array_equal(predict_pool(BatchPredictor.of(model), blocks, graph, flow, chunk_rows), whole)
    assert np.array_equal(predict_blocks(BatchPredictor.of(alone), blocks, len(alone.classes), chunk_rows), whole_alone)


@pytest.mark.parametrize("classes", [2, 6, 10])
def test_a_row_has_the_same_product_wherever_it_stands(classes):
    rng = np.random.default_rng(0)
    rows, toward = rng.standard_normal((2_500, 96)).astype(np.float32), rng.standard_normal((96, classes))
    whole = product(rows, toward)
    assert np.allclose(whole, rows @ toward, atol=1e-4)
    for size in (1, 5, 999, TILE, 2_000):
        places = range(0, len(rows), 83 if size == 1 else size)
        assert all(np.array_equal(product(rows[a : a + size], toward), whole[a : a + size]) for a in places)


def test_rows_between_two_places_are_those_of_all_blocks(pool):
    blocks = pool[0]
    found = list(between(blocks, 1_500, 2_100, 90))
    assert sum(part.shape[0] for part in found) == 600 and max(part.shape[0] for part in found) == 90
    assert found[0].shape[0] == 90 and (found[0] != blocks[0][1_500:1_590]).nnz == 0
    assert (found[-1] != blocks[1][400 - found[-1].shape[0] : 400]).nnz == 0


def test_a_tables_pool_is_scored_by_its_trees_too():
    rng = np.random.default_rng(0)
    numbers = rng.random((400, 2)).tolist()
    rows = [{"fields": {"a": a, "b": b, "c": "xyz"[place % 3]}} for place, (a, b) in enumerate(numbers)]
    y = np.array(["in" if 0.3 < row["fields"]["a"] < 0.6 else "out" for row in rows])
    pipeline = pipeline_for(rows)
    block = pipeline.extract(rows)
    pipeline.fit([block])
    features = pipeline.transform(block)
    projection = Projection.of(pipeline.similarity(features))
    graph, places = graph_of(projection.transform(pipeline.similarity(features))), np.arange(0, 400, 4)
    model, flow = fit_pooled(
        pipeline, features[places], places, y[places], UnlabeledData(graph, graph.affinity(), projection), 0
    )
    assert model.estimator.weights["trees"] > 0
    views = Views(features, graph.vectors, graph.smooth, flow, None, pipeline.cells(features))
    assert np.allclose(
        predict_pool(BatchPredictor.of(model), [block], graph, flow), model.estimator.predict_proba(views), atol=1e-6
    )
