"""Tables of databases that the operator of the service named. project: the slug of the one into which they go, None: a
new one."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from labeler.client.connection import Connection
from labeler.wire.imports import DatabaseOut, TableOut
from labeler.wire.items import Preview


def path_of(project: str | None) -> str:
    return "" if project is None else f"/projects/{quote(project, safe='')}"


def databases(client: Connection, project: str | None) -> list[DatabaseOut]:
    return client.page(DatabaseOut, f"{path_of(project)}/databases").items


def tables(client: Connection, database: str, project: str | None) -> list[TableOut]:
    return client.page(TableOut, f"{path_of(project)}/databases/{quote(database, safe='')}/tables").items


def preview_table(
    client: Connection, database: str, table: str, mapping: Mapping[str, Any] | None, project: str | None
) -> Preview:
    body = {"database": database, "table": table, "mapping": None if mapping is None else dict(mapping)}
    return client.send(Preview, "POST", f"{path_of(project)}/imports/table/preview", json=body)
