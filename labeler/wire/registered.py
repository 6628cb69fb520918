"""Values that are names of what is registered in an installation: formats, task types, strategies.

Plug-ins add to them, so they are no types of ours. The OpenAPI description enumerates them where they are sent; in
answers they are any text, so that a client that was generated before a plug-in came still reads them.
"""

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, GetJsonSchemaHandler
from pydantic_core import CoreSchema

from labeler.plugins import registries


@dataclass(frozen=True)
class Registered:
    """On a field or parameter: the name of a plug-in of this group. more: other values that it may have."""

    group: str
    more: tuple[str, ...] = ()

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        found = handler(schema)
        if handler.mode == "validation" and self.group in registries():
            found["enum"] = self.names()
        return found

    def names(self) -> list[str]:
        """Names that are told apart by a prefix in the registry ("ordinal.mae") go without it."""
        things = registries()[self.group].all()
        also = [name for thing in things.values() for name in getattr(thing, "also", ())]
        return sorted({*self.more, *also, *(name.rpartition(".")[2] for name in things)})


@dataclass(frozen=True)
class Written:
    """On a text field of a form: it holds JSON of this shape."""

    shape: type[BaseModel]

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {**handler(schema), "x-written": self.shape.__name__}
