"""A label is a person's only where that person gave it."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from labeler.client import Client, Project
from labeler.labels.tables import labels

With = Callable[..., Client]


@pytest.fixture
def with_token(service: Any, labelers: list[Project]) -> With:
    """A client with a token that the first labeler makes."""

    def made(scopes: list[str], **said: Any) -> Client:
        token = labelers[0].client.tokens.create("mine", scopes, **said)
        assert token.program is said.get("program", False)
        return service.client(token.token)

    return made


def kind_of(service: Any, client: Client, project: Project, key: str) -> str:
    """Of the label that this client gives."""
    client.post(f"{project.path}/labels", json={"item_key": key, "value": "ham"})
    newest = sa.select(labels.c.kind).order_by(labels.c.id.desc()).limit(1)
    return str(service.db.read(lambda tx: tx.execute(newest).scalar_one()))


def next_item(client: Client, project: Project) -> Any:
    return client.post(f"{project.path}/queue/next", json={"n": 1})["items"][0]


@pytest.mark.parametrize(
    ("scopes", "said", "kind"),
    [
        (["label"], {}, "person"),
        (["read", "label"], {}, "person"),
        (["*"], {}, "person"),
        (["label"], {"program": True}, "import"),
        (["*"], {"program": True}, "import"),
    ],
)
def test_the_token_says_whether_its_owner_or_a_program_labels(
    service: Any, project: Project, with_token: With, add_texts: Any, scopes: list[str], said: Any, kind: str
) -> None:
    add_texts(2)
    client = with_token(scopes, **said)
    assert kind_of(service, client, project, "m0") == kind
    assert kind_of(service, client, project, next_item(client, project)["key"]) == kind
    assert {row.labels[0].kind for row in project.answers()} == {kind}


def test_an_answer_that_somebody_gives_themselves_is_theirs_whatever_a_program_said_before(
    service: Any, project: Project, labelers: list[Project], with_token: With, add_texts: Any
) -> None:
    add_texts(1)
    assert kind_of(service, with_token(["label"], program=True), project, "m0") == "import"
    assert kind_of(service, labelers[0].client, project, "m0") == "person"


def test_who_labels_by_hand_with_a_token_is_trained_and_a_program_is_not(
    project: Project, with_token: With, add_texts: Any
) -> None:
    add_texts(30)
    project.change(settings={"training_items": 8})
    project.set_gold({f"m{n}": "ham" for n in range(10)})
    assert not next_item(with_token(["label"], program=True), project)["training"]
    assert next_item(with_token(["label"]), project)["training"]


def test_what_a_programs_token_makes_is_a_programs(with_token: With) -> None:
    program = with_token(["*"], program=True)
    assert program.tokens.create("child", ["label"]).program
    assert not with_token(["*"]).tokens.create("child", ["label"]).program
