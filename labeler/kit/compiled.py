"""Statements of the labelers' path, compiled once and handed to SQLite directly.

They keep SQLAlchemy's language, types and dialects, and skip its execution on SQLite, which took four fifths of the
time; on PostgreSQL they run as any other. Why: docs/decisions/0010-compiled-statements.md
"""

import sqlite3
from collections import namedtuple
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.dml import Insert

Processor = Callable[[Any], Any] | None


class _Compiled:
    def __init__(self, statement: Any, dialect: Dialect, keys: Sequence[str]) -> None:
        compiled = statement.compile(dialect=dialect, column_keys=keys if isinstance(statement, Insert) else None)
        self.sql = str(compiled)
        self.places: list[tuple[str, Any, Processor]] = []
        for name in compiled.positiontup or ():
            bind = compiled.binds[name]
            processor = bind.type.dialect_impl(dialect).bind_processor(dialect)
            self.places.append((bind.key, bind.effective_value, processor))
        columns = list(statement.exported_columns)
        self.processors = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns]
        self.plain = not any(self.processors)
        self.row: Any = namedtuple("row", [column.key for column in columns]) if columns else None

    def parameters(self, given: dict[str, Any]) -> list[Any]:
        values = []
        for key, constant, processor in self.places:
            value = given.get(key, constant)
            values.append(value if processor is None else processor(value))
        return values


class CompiledStatement:
    """One statement. Call it with a connection and its parameters; it gives the rows as named tuples."""

    def __init__(self, statement: ClauseElement) -> None:
        self.statement: Any = statement
        self._compiled: dict[tuple[str, ...], _Compiled] = {}

    def __call__(self, tx: Connection, **given: Any) -> list[Any]:
        if tx.dialect.name != "sqlite":
            result = tx.execute(self.statement, given)
            return list(result) if result.returns_rows else []
        keys = tuple(given)
        compiled = self._compiled.get(keys)
        if compiled is None:
            compiled = self._compiled[keys] = _Compiled(self.statement, tx.dialect, keys)
        cursor = tx.connection.cursor()
        try:
            cursor.execute(compiled.sql, compiled.parameters(given))
            if compiled.row is None:
                return []
            if compiled.plain:
                return [compiled.row._make(row) for row in cursor.fetchall()]
            return [
                compiled.row._make(
                    [
                        value if processor is None else processor(value)
                        for value, processor in zip(row, compiled.processors, strict=True)
                    ]
                )
                for row in cursor.fetchall()
            ]
        except sqlite3.IntegrityError as error:
            raise IntegrityError(compiled.sql, None, error) from error
        except sqlite3.Error as error:
            raise OperationalError(compiled.sql, None, error) from error
        finally:
            cursor.close()

    def one(self, tx: Connection, **given: Any) -> Any:
        """The only row, or None."""
        rows = self(tx, **given)
        return rows[0] if rows else None
