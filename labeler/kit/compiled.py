"""Statements of the labelers' path, compiled once and handed to the database's driver directly.

They keep SQLAlchemy's language, types and dialects, and skip its execution, which took four fifths of the time on
SQLite and a third of it on PostgreSQL. Why: docs/decisions/0010-compiled-statements.md
"""

from collections import namedtuple
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.dml import Insert

Processor = Callable[[Any], Any] | None


class _Compiled:
    def __init__(self, statement: Any, dialect: Dialect, keys: Sequence[str]) -> None:
        compiled = statement.compile(dialect=dialect, column_keys=keys if isinstance(statement, Insert) else None)
        self.sql = str(compiled)
        self.is_positional = compiled.positional
        self.places: list[tuple[str, str, Any, Processor]] = []
        for name in compiled.positiontup or compiled.binds:
            bind = compiled.binds[name]
            processor = bind.type.dialect_impl(dialect).bind_processor(dialect)
            self.places.append((name, bind.key, bind.effective_value, processor))
        self.dialect = dialect
        self.columns = list(statement.exported_columns)
        self.row: Any = namedtuple("row", [column.key for column in self.columns]) if self.columns else None
        self.processors: list[Processor] | None = None

    def rows(self, cursor: Any) -> list[Any]:
        if self.row is None:
            return []
        return [self.row._make(row) for row in self.tuples(cursor)]

    def tuples(self, cursor: Any) -> list[Any]:
        if self.processors is None:  # what the driver calls the columns' types is known with the first answer
            given = [column[1] for column in cursor.description]
            made = [
                column.type.dialect_impl(self.dialect).result_processor(self.dialect, code)
                for column, code in zip(self.columns, given, strict=True)
            ]
            self.processors = made if any(made) else []
        if not self.processors:
            return list(cursor.fetchall())
        processors = self.processors
        return [
            [value if processor is None else processor(value) for value, processor in zip(row, processors, strict=True)]
            for row in cursor.fetchall()
        ]

    def parameters(self, given: dict[str, Any]) -> list[Any] | dict[str, Any]:
        values = []
        for _, key, constant, processor in self.places:
            value = given.get(key, constant)
            values.append(value if processor is None else processor(value))
        if self.is_positional:
            return values
        return {name: value for (name, *_), value in zip(self.places, values, strict=True)}


class CompiledStatement:
    """One statement. Call it with a connection and its parameters; it gives the rows as named tuples."""

    def __init__(self, statement: ClauseElement) -> None:
        self.statement: Any = statement
        self._compiled: dict[tuple[str, ...], _Compiled] = {}

    def __call__(self, tx: Connection, **given: Any) -> list[Any]:
        """Raises what SQLAlchemy raises: the subclass of DBAPIError that suits the driver's error."""
        return self._run(tx, _Compiled.rows, given)

    def tuples(self, tx: Connection, **given: Any) -> list[Any]:
        """The rows without names, for those who read very many."""
        return self._run(tx, _Compiled.tuples, given)

    def _run(self, tx: Connection, read: Callable[[_Compiled, Any], list[Any]], given: dict[str, Any]) -> list[Any]:
        dialect = tx.dialect
        keys = (dialect.name, *given)
        compiled = self._compiled.get(keys)
        if compiled is None:
            compiled = self._compiled[keys] = _Compiled(self.statement, dialect, tuple(given))
        cursor = tx.connection.cursor()
        try:
            cursor.execute(compiled.sql, compiled.parameters(given))
            return read(compiled, cursor)
        except dialect.loaded_dbapi.Error as error:
            raise _explained(tx, compiled.sql, error) from error
        finally:
            cursor.close()

    def one(self, tx: Connection, **given: Any) -> Any:
        """The only row, or None."""
        rows = self(tx, **given)
        return rows[0] if rows else None


def _explained(tx: Connection, sql: str, error: Exception) -> BaseException:
    """The error as SQLAlchemy would have raised it; a lost connection is given up."""
    dialect = tx.dialect
    is_lost = dialect.is_disconnect(error, tx.connection.dbapi_connection, None)  # type: ignore[arg-type]
    base = dialect.loaded_dbapi.Error
    if is_lost:
        tx.invalidate(error)
    return DBAPIError.instance(sql, None, error, base, connection_invalidated=is_lost, dialect=dialect)
