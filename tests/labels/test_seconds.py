"""How long labels took."""

from collections.abc import Callable
from typing import Any

from labeler.client import Project
from labeler.insight.items import find_item
from labeler.labels.queries import latest_seconds


def test_the_latest_labels_and_how_long_they_took(
    service: Any, project: Project, labelers: list[Project], add_texts: Callable[..., Any]
) -> None:
    project.client.patch(project.path, json={"settings": {"overlap": 2}})
    add_texts(4)
    project_id = project.info.id
    keys = {key: service.db.read(_item, project_id, key) for key in ("m0", "m1", "m2")}
    labelers[0].label("m2", "spam", elapsed_ms=1500)
    labelers[0].label("m0", "ham")
    undone = labelers[0].label("m1", "ham", elapsed_ms=9000).label
    labelers[0].undo(undone.id)
    labelers[1].label("m2", "ham", elapsed_ms=500)
    timed = [(keys["m2"], 1.5), (keys["m1"], 9.0), (keys["m2"], 0.5)]
    assert service.db.read(latest_seconds, project_id, 10) == timed
    assert service.db.read(latest_seconds, project_id, 2) == timed[1:]


def _item(tx: Any, project_id: int, key: str) -> int:
    return int(find_item(tx, project_id, key).id)
