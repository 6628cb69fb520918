"""What can be added from outside, by name: strategies, models, task types, kinds of content, formats, metrics.

One `Registry` a kind of thing. A thing registers itself with the registry's decorator when its module is imported: the
modules of the registry's own package, and whatever an installed distribution names in the entry-point group
`labeler.<group>` of its metadata:

    [project.entry-points."labeler.strategies"]
    mine = "my_package.my_module"

Standard library only, so that the rooms without a database may use it. A plug-in that can't be imported, or registers
nothing, is left out with the reason in `broken`; everything else works.
"""

import importlib
import pkgutil
import sys
import threading
from collections.abc import Callable, Iterator
from importlib.metadata import EntryPoint, entry_points
from typing import Generic, TypeVar

T = TypeVar("T")

_registries: dict[str, "Registry[object]"] = {}


class UnknownPlugin(LookupError):
    """Nothing is registered under this name; the message lists the names that are."""


class Registry(Generic[T]):
    """Things of one kind by name, sorted by it. Modules and plug-ins are imported at the first question."""

    def __init__(
        self, what: str, group: str, package: str | None = None, error: Callable[[str], Exception] = UnknownPlugin
    ) -> None:
        """what: one of these in words, for messages. group: of the entry points, without "labeler.". package: whose
        modules register themselves. error: makes what `find` raises of the message."""
        self.what = what
        self.group = group
        self.broken: dict[str, str] = {}
        self._package = package
        self._error = error
        self._found: dict[str, T] = {}
        self._sorted: dict[str, T] = {}
        self._loaded = self._loading = False
        self._lock = threading.RLock()
        _registries[group] = self  # type: ignore[assignment]

    def add(self, name: str, thing: T) -> None:
        """Raises ValueError for a name that another thing has."""
        if name in self._found and self._found[name] != thing:
            raise ValueError(f'{self.what} "{name}" is there already')
        self._found[name] = thing

    def find(self, name: str) -> T:
        """The thing of this name. Raises the registry's own error, which lists the names there are."""
        self.load()
        if name not in self._found:
            raise self._error(f'no {self.what} "{name}", there are: {", ".join(self.names())}')
        return self._found[name]

    def names(self) -> list[str]:
        self.load()
        return sorted(self._found)

    def all(self) -> dict[str, T]:
        """Every thing by name, sorted."""
        return dict(self._in_order())

    def __iter__(self) -> Iterator[T]:
        return iter(self._in_order().values())

    def _in_order(self) -> dict[str, T]:
        """Sorted once, since every row of an import asks."""
        self.load()
        if len(self._sorted) != len(self._found):
            self._sorted = dict(sorted(self._found.items()))
        return self._sorted

    def __contains__(self, name: object) -> bool:
        self.load()
        return name in self._found

    def load(self) -> None:
        """Import what registers itself here; the second time nothing happens. Other threads wait for the first."""
        if self._loaded:
            return
        with self._lock:
            if self._loaded or self._loading:  # a module that is being imported may ask, too
                return
            self._loading = True
            try:
                self._import_all()
                self._loaded = True
            finally:
                self._loading = False

    def _import_all(self) -> None:
        if self._package is not None:
            package = importlib.import_module(self._package)
            for module in sorted(found.name for found in pkgutil.iter_modules(package.__path__)):
                importlib.import_module(f"{self._package}.{module}")
        for point in sorted(entry_points(group=f"labeler.{self.group}"), key=lambda point: point.name):
            self._load_plugin(point)

    def _load_plugin(self, point: EntryPoint) -> None:
        before = dict(self._found)
        is_new = point.module not in sys.modules  # else it was imported for another group, and registered everything
        try:
            point.load()
        except Exception as error:  # whatever somebody else's module raises: the rest must work
            self._found = before
            self.broken[point.name] = f"can't be imported: {type(error).__name__}: {error}"
            return
        if is_new and len(self._found) == len(before):
            self.broken[point.name] = f"registers no {self.what}"


def registries() -> dict[str, Registry[object]]:
    """Every registry whose module has been imported, by group."""
    return dict(sorted(_registries.items()))
