"""Items are searched by what they mean, with a bar that is chosen by looking, and slices fill themselves so."""

from typing import Any

import numpy as np
import pytest
from sample_texts import TOPICS, news
from typer.testing import CliRunner

from labeler.cli import app
from labeler.client import ApiError, Project
from labeler.kit.config import Settings
from labeler.learning.features.installed import is_installed
from labeler.local import local_client
from labeler.training import trigger

pytestmark = pytest.mark.skipif(not is_installed(), reason="the extra `embeddings` is not installed")
SPORT = {"text": "who won the football game", "least": 0.3}


@pytest.fixture
def settings(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr(trigger, "has_embeddings", lambda: True)
    return settings.model_copy(update={"embeddings": "auto"})


@pytest.fixture
def read(service: Any) -> Project:
    """120 news, half of them about sport, 60 in the holdout; their texts were read."""
    project: Project = service.person("manager").client.projects.create("News", labels=["sport", "money"])
    rows = news(120)
    for number, row in enumerate(rows):
        row["split"] = "holdout" if number < 60 else "train"
        row["label"] = row["metadata"]["truth"]
    project.items.add(rows, progress=False)
    service.run_jobs()
    return project


def test_the_bar_holds_what_is_like_the_text_and_shows_what_is_nearest_to_it(read: Project) -> None:
    found = read.items.like(SPORT, shown=3)
    assert (found.of, found.read) == (120, 120) and 0 < found.items < 120
    near = [one.similarity for one in found.last_in], [one.similarity for one in found.first_out]
    assert min(near[0]) >= 0.3 > max(near[1]) and near[0] == sorted(near[0]) and near[1] == sorted(near[1])[::-1]
    assert len(found.last_in) == len(found.first_out) == 3
    higher = read.items.like({**SPORT, "least": 0.4})
    assert higher.items <= found.items
    everything = read.items.page(limit=500, count=True, like=SPORT)
    assert everything.total == found.items == len(everything.items)
    topics = {one.metadata["truth"] for one in everything.items}
    assert topics == {"sport"}, "none of the words is in them"
    both = read.items.page(limit=500, like=SPORT, split="holdout").items
    assert {one.split for one in both} == {"holdout"} and len(both) < len(everything.items)


def test_of_several_items_what_is_like_one_of_them_is_found(read: Project) -> None:
    keys = [f"n{number}" for number in (0, 1)]  # one of each topic
    one, other, both = (read.items.like({"keys": some, "least": 0.8}) for some in (keys[:1], keys[1:], keys))
    assert max(one.items, other.items) <= both.items <= one.items + other.items
    assert one.items >= 15, "a third of its topic says the same of other days"
    found = read.items.page(limit=500, like={"keys": keys[:1], "least": 0.8}).items
    assert keys[0] in {item.key for item in found}


def test_a_slice_by_meaning_fills_itself_and_models_are_measured_on_it(service: Any, read: Project) -> None:
    made = read.slices.create("Sport", {"like": SPORT})
    assert made.items == read.items.like(SPORT).items and made.query.like is not None and not made.no_encoder
    read.train()
    service.run_jobs()
    (score,) = read.models(1)[0].slices
    assert score.why is None and score.labels == score.items > 10
    assert score.labels == len(read.items.page(limit=500, like=SPORT, split="holdout").items)
    later = [{"key": f"l{n}", "text": f"{TOPICS['sport'][n % 3]} in week {n}"} for n in range(6)]
    read.items.add(later, progress=False)
    assert next(iter(read.slices)).items == made.items, "not read yet"
    read.train()
    service.run_jobs()
    now = next(iter(read.slices)).items
    assert made.items < now <= made.items + 6, "they came in by themselves"


def test_a_slice_may_ask_for_words_and_meaning_together(read: Project) -> None:
    alone = read.slices.create("Sport", {"like": SPORT})
    both = read.slices.create("Goals", {"like": SPORT, "q": "goal"})
    assert 0 <= both.items < alone.items


def test_what_was_asked_for_is_read_once(service: Any, read: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    from labeler.learning.features.encoder import Encoder

    read.items.like(SPORT)
    monkeypatch.setattr(Encoder, "encode", lambda *_: pytest.fail("its vector is on the disk"))
    assert read.items.like({**SPORT, "least": 0.2}).items


def test_a_terminal_makes_one_and_shows_what_is_nearest_to_its_bar(service: Any, read: Project) -> None:
    with local_client(service.settings, with_worker=False) as client:
        start = ["--url", client.url, "--token", client.tokens.create("terminal", ["*"]).token, "slices", read.slug]
        done = CliRunner().invoke(app, [*start, "--add", "Sport", "--like", SPORT["text"], "--least", "0.3"])
        assert done.exit_code == 0, done.output
        assert "items are like it, of 120 whose text was read (120 in all)" in done.output
        assert "last ones in" in done.output and "first ones out" in done.output
        done = CliRunner().invoke(app, [*start, "--add", "One", "--like-item", "n0", "--least", "0.8"])
        assert done.exit_code == 0, done.output
    assert {one.name for one in read.slices} == {"Sport", "One"}


def test_examples_that_are_gone_find_nothing_more(service: Any, read: Project) -> None:
    made = read.slices.create("Like one", {"like": {"keys": ["n0"], "least": 0.8}})
    assert made.items
    read.items.remove(["n0"])
    service.run_jobs()
    assert next(iter(read.slices)).items == 0


@pytest.mark.parametrize(
    ("like", "said"),
    [
        ({"least": 0.5}, "one of both"),
        ({"text": "a", "keys": ["n0"]}, "one of both"),
        ({"text": "a", "least": 0}, "must be more than 0"),
        ({"text": "a", "least": 1.1}, "must be at most 1"),
        ({"text": "\x00"}, "NUL"),
        ({"keys": [f"n{n}" for n in range(6)]}, "5"),
        ({"keys": ["nowhere"]}, 'there is no item with key "nowhere"'),
    ],
)
def test_what_is_no_search_by_meaning_is_refused(read: Project, like: dict[str, Any], said: str) -> None:
    for ask in (lambda: read.items.like(like), lambda: read.slices.create("Bad", {"like": like})):
        with pytest.raises(ApiError, match=said) as refused:
            ask()
        assert refused.value.status == 422


def test_without_an_encoder_it_is_refused_in_a_sentence(service: Any, read: Project) -> None:
    made = read.slices.create("Sport", {"like": SPORT})
    service.settings.embeddings = "off"
    for ask in (
        lambda: read.items.like(SPORT),
        lambda: read.slices.create("Other", {"like": SPORT}),
        lambda: read.items.page(like=SPORT),
    ):
        with pytest.raises(ApiError, match="with a sentence encoder, and none is installed here") as refused:
            ask()
        assert refused.value.status == 409
    (there,) = read.slices
    assert there.id == made.id and there.no_encoder and there.items == 0
    read.train()
    service.run_jobs()
    (score,) = read.models(1)[0].slices
    assert score.why == "no_encoder"


def test_items_that_are_no_texts_are_not_searched_by_meaning(service: Any) -> None:
    table: Project = service.person("manager").client.projects.create("Table", labels=["a", "b"])
    table.items.add([{"key": f"r{n}", "fields": {"n": n}} for n in range(5)], progress=False)
    with pytest.raises(ApiError, match="something else") as refused:
        table.items.like("something")
    assert refused.value.status == 422


def test_similarities_are_those_of_the_encoder(service: Any, read: Project) -> None:
    from labeler.learning.features.encoder import default_encoder

    found = read.items.like({**SPORT, "least": 0.3}, shown=50)
    texts = [str(one.content["text"]) for one in found.last_in]
    vectors = default_encoder().encode([str(SPORT["text"]), *texts])
    assert [one.similarity for one in found.last_in] == pytest.approx((vectors[1:] @ vectors[0]).tolist(), abs=2e-4)
    assert np.all(np.abs(np.linalg.norm(vectors, axis=1) - 1) < 1e-3)
