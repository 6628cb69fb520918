import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labeler.learning.errors import InvalidFeatures
from labeler.learning.features.cells import days_of, number_of
from labeler.learning.features.columns import Column, infer_columns
from labeler.learning.features.numbers import hat_weights
from labeler.learning.features.pipeline import pipeline_for, pipeline_from_config
from labeler.learning.features.table import TablePipeline

ROWS = [
    {
        "fields": {
            "age": str(20 + i),
            "income": 1000.5 * i,
            "member": i % 2 == 0,
            "joined": f"2024-01-{i % 28 + 1:02d}",
            "city": "Rome" if i % 3 else "Oslo",
            "note": f"a longer remark about customer {i} and what was said",
        }
    }
    for i in range(60)
]


def fitted(rows):
    pipeline = pipeline_for(rows, seed=0)
    block = pipeline.extract(rows)
    pipeline.fit([block])
    return pipeline, block


def test_kinds_of_columns_are_found():
    assert infer_columns(ROWS) == [
        Column("age", "numeric"),
        Column("income", "numeric"),
        Column("member", "boolean"),
        Column("joined", "date"),
        Column("city", "categorical"),
        Column("note", "text"),
    ]


def test_rows_without_columns_are_refused():
    with pytest.raises(InvalidFeatures):
        infer_columns([{"fields": {}}])


def test_rows_have_length_one():
    pipeline, block = fitted(ROWS)
    features = pipeline.transform(block)
    assert np.allclose(np.asarray(features.multiply(features).sum(axis=1)).ravel(), 1, atol=1e-5)


cell = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=12))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.dictionaries(st.sampled_from(["a", "b", "c", "d"]), cell), min_size=1, max_size=10))
def test_any_cells_give_finite_features_whatever_the_pool_was(rows):
    table = [{"fields": row} for row in rows]
    pipeline = TablePipeline(
        columns=[
            {"name": "a", "kind": "numeric"},
            {"name": "b", "kind": "categorical"},
            {"name": "c", "kind": "text"},
            {"name": "d", "kind": "boolean"},
        ]
    )
    block = pipeline.extract(table)
    pipeline.fit([block])
    assert np.isfinite(pipeline.transform(block).data).all()
    pipeline.fit([pipeline.extract([])])
    assert np.isfinite(pipeline.transform(block).data).all()


def test_a_missing_column_is_a_missing_value():
    pipeline, _ = fitted(ROWS)
    lacking = {"fields": {key: value for key, value in ROWS[3]["fields"].items() if key != "age"}}
    empty = {"fields": {**ROWS[3]["fields"], "age": ""}}
    nan = {"fields": {**ROWS[3]["fields"], "age": math.nan}}
    rows = pipeline.transform(pipeline.extract([lacking, empty, nan]))
    assert (rows[0] != rows[1]).nnz == 0
    assert (rows[0] != rows[2]).nnz == 0


def test_unknown_columns_are_not_read():
    pipeline, _ = fitted(ROWS)
    more = {"fields": {**ROWS[3]["fields"], "surprise": "!"}}
    assert (pipeline.extract([more]) != pipeline.extract([ROWS[3]])).nnz == 0


def test_a_pipeline_made_again_from_config_and_state_gives_the_same_features():
    pipeline, block = fitted(ROWS)
    again = pipeline_from_config(pipeline.config())
    again.set_state(pipeline.state())
    assert (again.transform(again.extract(ROWS)) != pipeline.transform(block)).nnz == 0
    assert again.key() == pipeline.key()


def test_one_number_alone_still_tells_items_apart():
    rows = [{"fields": {"x": i}} for i in range(50)]
    pipeline, block = fitted(rows)
    features = pipeline.transform(block).toarray()
    assert len(np.unique(features.round(5), axis=0)) > 40


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("3.5", 3.5),
        (" 7 ", 7.0),
        (True, 1.0),
        (None, None),
        ("", None),
        ("n/a", None),
        (math.nan, None),
        ("x", None),
    ],
)
def test_cells_are_read_as_numbers(value, number):
    assert number_of(value) == number


@pytest.mark.parametrize("value", [math.inf, "1e400", 10**400], ids=["inf", "text", "int"])
def test_huge_numbers_stay_finite(value):
    assert number_of(value) == 1e30


def test_dates_are_days():
    assert days_of("2000-01-02") == 1.0
    assert days_of("2000-01-01T12:00:00Z") == 0.5
    assert days_of("2000-13-01") is None
    assert days_of("yesterday") is None


@given(
    st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20),
    st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=6).map(sorted),
)
def test_hat_weights_sum_to_one(values, knots):
    weights = hat_weights(np.array(values), np.array(knots))
    assert np.allclose(weights.sum(axis=1), 1, atol=1e-5)
    assert (weights >= -1e-6).all()
