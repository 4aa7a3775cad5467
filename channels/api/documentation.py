"""`/docs`: the API to read and to try, from files of our own; its one inline script is allowed by its hash."""

import base64
import hashlib
import re

from fastapi import APIRouter, Request
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse

from channels import policies

# Where fastapi-offline puts Swagger UI's files.
FILES = "/static-offline-docs"
INLINE = re.compile(r"<script>(.*?)</script>", re.S)

router = APIRouter(include_in_schema=False)


@router.get("/docs")
async def show(request: Request) -> HTMLResponse:
    root = request.scope.get("root_path", "")
    page = get_swagger_ui_html(
        openapi_url=f"{root}{request.app.openapi_url}",
        title=f"{request.app.title}: the API",
        swagger_js_url=f"{root}{FILES}/swagger-ui-bundle.js",
        swagger_css_url=f"{root}{FILES}/swagger-ui.css",
        swagger_favicon_url=f"{root}{FILES}/favicon.png",
    )
    page.headers.update(policies.documentation(_hash(bytes(page.body))))
    return page


def _hash(page: bytes) -> str:
    found = INLINE.search(page.decode())
    assert found is not None  # noqa: S101
    return "sha256-" + base64.b64encode(hashlib.sha256(found[1].encode()).digest()).decode()
