"""A Python client that openapi-python-client makes of the service's description, and calls through it."""

import importlib
import json
import pkgutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from openapi_python_client import Config, generate
from openapi_python_client.config import ConfigFile, MetaType

NAME = "generated_labeler_client"


def generate_client(description: Mapping[str, Any], folder: Path) -> list[str]:
    """Generate the package into the folder and make it importable; returns what the generator complains about."""
    source = folder / "openapi.json"
    source.write_text(json.dumps(description))
    chosen = Config.from_sources(
        ConfigFile(post_hooks=[]),  # it is not read by people
        MetaType.NONE,
        document_source=source,
        file_encoding="utf-8",
        overwrite=True,
        output_path=folder / NAME,
    )
    told = [f"{one.header} {one.detail} {getattr(one, 'data', '')}" for one in generate(config=chosen)]
    sys.path.insert(0, str(folder))
    return told


def forget(folder: Path) -> None:
    sys.path.remove(str(folder))
    for name in [name for name in sys.modules if name.partition(".")[0] == NAME]:
        del sys.modules[name]


class Generated:
    """Calls by operation id: `call("push_items", project_id="sms", body=...)`. `called` keeps the ids."""

    def __init__(self, transport: Any, token: str) -> None:
        self.models = importlib.import_module(f"{NAME}.models")
        self.types = importlib.import_module(f"{NAME}.types")
        package = importlib.import_module(f"{NAME}.api")
        found = pkgutil.walk_packages(package.__path__, f"{NAME}.api.")
        self.modules = {one.name.rpartition(".")[2]: one.name for one in found if not one.ispkg}
        made = importlib.import_module(NAME).AuthenticatedClient
        self.client = made("http://testserver", token, httpx_args={"transport": transport})
        self.called: set[str] = set()

    def __call__(self, operation: str, /, *, expected: int = 200, **given: Any) -> Any:
        """The parsed answer. Fails when the status is another one, or the body is not what was described."""
        module = importlib.import_module(self.modules[operation])
        answer = module.sync_detailed(client=self.client, **given)
        self.called.add(operation)
        assert answer.status_code == expected, f"{operation}: {answer.status_code} {answer.content[:500]!r}"
        assert expected == 204 or answer.parsed is not None, f"{operation}: nothing was described for its answer"
        is_problem = type(answer.parsed).__name__ == "Problem"
        assert is_problem == (expected >= 400), f"{operation}: {answer.parsed}"
        return answer.parsed

    def shape(self, name: str, /, **values: Any) -> Any:
        """A request body."""
        return getattr(self.models, name).from_dict(values)

    def file(self, content: bytes, name: str = "lines") -> Any:
        import io

        return self.types.File(payload=io.BytesIO(content), file_name=name)
