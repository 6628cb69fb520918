import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labeler.learning.errors import InvalidFeatures, UnknownName
from labeler.learning.features.pipeline import pipeline_for, pipeline_from_config
from labeler.learning.features.store import load_block, save_block
from labeler.learning.features.text import TextPipeline

TEXTS = [
    "win a free prize now",
    "see you at lunch",
    "free entry, win cash",
    "lunch at noon?",
    "call me",
    "win win win",
]


def contents(texts):
    return [{"text": text} for text in texts]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text(max_size=60), min_size=1, max_size=8))
def test_a_row_depends_on_its_own_text_only(texts):
    pipeline = TextPipeline(word_bits=12, char_bits=12)
    together = pipeline.extract(contents(texts))
    apart = [pipeline.extract(contents([text])) for text in texts]
    assert all((together[i] != apart[i]).nnz == 0 for i in range(len(texts)))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text(max_size=60), min_size=1, max_size=8))
def test_rows_have_length_one_or_nothing_in_them(texts):
    pipeline = TextPipeline(word_bits=12, char_bits=12)
    block = pipeline.extract(contents(texts))
    pipeline.fit([block])
    lengths = np.sqrt(pipeline.transform(block).multiply(pipeline.transform(block)).sum(axis=1))
    assert all(abs(length - 1) < 1e-5 or length == 0 for length in np.asarray(lengths).ravel())


def test_blocks_in_pieces_give_the_same_features_as_one_block():
    pieces, whole = TextPipeline(), TextPipeline()
    blocks = [pieces.extract(contents(TEXTS[:2])), pieces.extract(contents(TEXTS[2:]))]
    pieces.fit(blocks)
    whole.fit([whole.extract(contents(TEXTS))])
    assert (pieces.transform(blocks[1]) != whole.transform(whole.extract(contents(TEXTS[2:])))).nnz == 0


def test_a_pipeline_made_again_from_config_and_state_gives_the_same_features():
    first = TextPipeline()
    block = first.extract(contents(TEXTS))
    first.fit([block])
    second = pipeline_from_config(first.config())
    second.set_state(first.state())
    assert second.key() == first.key()
    assert (first.transform(block) != second.transform(second.extract(contents(TEXTS)))).nnz == 0


def test_another_configuration_has_another_key():
    assert TextPipeline().key() != TextPipeline(word_bits=10).key()


def test_columns_that_one_item_alone_has_are_dropped_from_big_pools():
    pipeline = TextPipeline()
    texts = [f"common words here {i}unique{i}" for i in range(200)]
    block = pipeline.extract(contents(texts))
    pipeline.fit([block])
    assert pipeline.transform(block).shape[1] < len(np.unique(block.indices))


@pytest.mark.parametrize("text", ["", " ", "\x00", "a" * 100_000, "\ud800", "🙂", "?!"])
def test_strange_texts_have_finite_features(text):
    pipeline = TextPipeline()
    block = pipeline.extract(contents([text, "something else"]))
    pipeline.fit([block])
    assert np.isfinite(pipeline.transform(block).data).all()


def test_no_items_give_no_rows():
    pipeline = TextPipeline()
    pipeline.fit([])
    assert pipeline.transform(pipeline.extract([])).shape[0] == 0


def test_a_stored_block_is_read_back_as_it_was(tmp_path):
    pipeline = TextPipeline()
    block = pipeline.extract(contents(TEXTS))
    save_block(tmp_path / "shards" / "0", block)
    loaded = load_block(tmp_path / "shards" / "0")
    assert (loaded != block).nnz == 0
    assert loaded.data.dtype == np.uint8
    assert [path.name for path in (tmp_path / "shards").iterdir()] == ["0"]


def test_a_stored_block_is_never_rewritten(tmp_path):
    pipeline = TextPipeline()
    save_block(tmp_path / "b", pipeline.extract(contents(TEXTS)))
    save_block(tmp_path / "b", pipeline.extract(contents(TEXTS[:1])))
    assert load_block(tmp_path / "b").shape[0] == len(TEXTS)


def test_an_empty_block_can_be_stored(tmp_path):
    pipeline = TextPipeline()
    save_block(tmp_path / "none", pipeline.extract([]))
    save_block(tmp_path / "blank", pipeline.extract(contents([""])))
    assert load_block(tmp_path / "none").shape[0] == 0
    assert load_block(tmp_path / "blank").shape[0] == 1


def test_a_block_whose_files_do_not_fit_is_refused(tmp_path):
    save_block(tmp_path / "b", TextPipeline().extract(contents(TEXTS)))
    np.save(tmp_path / "b" / "data.npy", np.zeros(3, dtype=np.uint8))
    with pytest.raises(ValueError, match="don't fit"):
        load_block(tmp_path / "b")


def test_texts_and_rows_get_the_pipeline_that_suits_them():
    assert pipeline_for(contents(TEXTS), seed=0).name == "text"
    assert pipeline_for([{"fields": {"age": 3}}], seed=0).name == "table"


def test_mixed_or_no_contents_are_refused():
    with pytest.raises(InvalidFeatures):
        pipeline_for([], seed=0)
    with pytest.raises(InvalidFeatures):
        pipeline_for([{"text": "a"}, {"fields": {"b": 1}}], seed=0)


def test_unknown_or_broken_configurations_are_refused_by_name():
    with pytest.raises(UnknownName, match="table, text"):
        pipeline_from_config({"name": "words2vec"})
    with pytest.raises(InvalidFeatures):
        pipeline_from_config({"name": "text", "color": 3})
