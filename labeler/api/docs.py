"""The API's description, and `/api/docs` to read it and try it out, with every file from this server."""

import base64
import hashlib
import re
from importlib.util import find_spec
from pathlib import Path

from fastapi import APIRouter, Request, Response
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse

from labeler.accounts.auth import Open
from labeler.kit.errors import NotFound
from labeler.kit.web import Config

outside = APIRouter(prefix="/api", include_in_schema=False)
FILES = {"swagger-ui-bundle.js": "text/javascript", "swagger-ui.css": "text/css"}


def _folder() -> Path:
    """Swagger UI as the package `fastapi-offline` brings it; found without importing that package."""
    spec = find_spec("fastapi_offline")
    assert spec is not None and spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0]) / "static"


@outside.get("/openapi.json")
def description(request: Request, _: Open) -> JSONResponse:
    """Plain, so that it is made in a thread: the first time takes a second."""
    return JSONResponse(request.app.openapi())


@outside.get("/docs/{name}")
async def docs_file(name: str, _: Open) -> FileResponse:
    if name not in FILES:
        raise NotFound("There is nothing at this address.")
    return FileResponse(_folder() / name, media_type=FILES[name])


@outside.get("/docs")
async def docs_page(settings: Config, _: Open) -> Response:
    page = get_swagger_ui_html(
        openapi_url=f"{settings.prefix}/api/openapi.json",
        title="labeler API",
        swagger_js_url=f"{settings.prefix}/api/docs/swagger-ui-bundle.js",
        swagger_css_url=f"{settings.prefix}/api/docs/swagger-ui.css",
        swagger_favicon_url="data:,",
    )
    html = bytes(page.body).decode()
    scripts = re.findall(r"<script>(.*?)</script>", html, re.S)
    hashes = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts]
    allowed = " ".join(f"'sha256-{digest}'" for digest in hashes)
    csp = (
        f"default-src 'none'; script-src 'self' {allowed}; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
        " connect-src 'self'; frame-ancestors 'none'; base-uri 'none'"
    )
    return HTMLResponse(html, headers={"content-security-policy": csp})
