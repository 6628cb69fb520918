"""What new items mean is compared by sentence vectors: of the pool as they were read, of new items read now."""

from typing import Any

import pytest
from sample_texts import news

from labeler.client import Project
from labeler.kit.config import Settings
from labeler.learning.features.encoder import Encoder
from labeler.learning.features.installed import is_installed
from labeler.training import trigger

pytestmark = pytest.mark.skipif(not is_installed(), reason="the extra `embeddings` is not installed")
OTHER = (
    "please water the tomatoes in the evening",
    "roses want to be cut back in spring",
    "the compost heap smells of old leaves",
    "a hedge of beech grows slowly in the shade",
    "sow the carrots thinly and cover them with soil",
)


@pytest.fixture
def settings(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr(trigger, "has_embeddings", lambda: True)
    return settings.model_copy(update={"embeddings": "auto"})


@pytest.fixture
def learned(service: Any) -> Project:
    """A model that reads sentences, of 160 news."""
    project: Project = service.person("manager").client.projects.create("News", labels=["sport", "money"])
    known = [{**row, "label": row["metadata"]["truth"], "split": "train"} for row in news(40)]
    project.items.add([*known, *news(160)[40:]], progress=False)
    service.run_jobs()
    project.train()
    service.run_jobs()
    return project


def compared(service: Any, project: Project) -> Any:
    project.drift.check()
    (done,) = service.run_jobs(kinds=("drift.compare",))
    assert done.state == "done", done
    found = project.drift.get().checked
    assert found is not None
    return found


def test_other_meanings_are_told_and_the_pool_is_not_read_again(
    service: Any, learned: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    encode = Encoder.encode

    def counting(encoder: Encoder, texts: Any) -> Any:
        read.extend(texts)
        return encode(encoder, texts)

    new = [{"key": f"g{n}", "text": f"{OTHER[n % len(OTHER)]}, {n}"} for n in range(60)]
    learned.items.add(new, progress=False)
    monkeypatch.setattr(Encoder, "encode", counting)
    found = compared(service, learned)
    assert set(read) >= {row["text"] for row in new}
    learned_from = {row["text"] for row in news(40)}  # which the model is not asked about
    assert not learned_from & set(read), "vectors of the pool are there"
    (meaning,) = (one for one in found.signals if one.name == "meaning")
    assert found.no_meaning is None and meaning.moved and meaning.measure == "auc"
    assert {one.key for one in meaning.examples} <= {row["key"] for row in new} and meaning.examples


def test_without_the_encoder_all_else_is_compared(service: Any, learned: Project) -> None:
    learned.items.add([{**row, "key": f"m{row['key']}"} for row in news(240)[160:]], progress=False)
    service.settings.embeddings = "off"
    found = compared(service, learned)
    assert found.no_meaning == "no_encoder"
    assert {one.name for one in found.signals} >= {"length", "content", "predicted"}
