"""The widget's scripts as they are served: the launcher with what it needs to know, the modules under their version."""

import base64
import functools
import hashlib
import json
from pathlib import Path

from channels.web.texts import launcher_words

STATIC = Path(__file__).parent / "static"
LAUNCHER = "widget.js"
MODULES = frozenset(path.stem for path in STATIC.glob("*.js") if path.name != LAUNCHER)


@functools.cache
def version() -> str:
    """A mark of the modules' contents: their address, so that a browser may keep them."""
    contents = b"".join((STATIC / f"{name}.js").read_bytes() for name in sorted(MODULES))
    return hashlib.sha256(contents).hexdigest()[:12]


@functools.cache
def launcher() -> str:
    words = json.dumps(launcher_words(), ensure_ascii=False, separators=(",", ":"))
    source = (STATIC / LAUNCHER).read_text("utf-8")
    return source.replace('VERSION = ""', f'VERSION = "{version()}"').replace("WORDS = {}", f"WORDS = {words}")


def integrity() -> str:
    """The launcher's hash, for the `integrity` of its script element."""
    digest = hashlib.sha384(launcher().encode("utf-8")).digest()
    return f"sha384-{base64.b64encode(digest).decode('ascii')}"


def embed_line(address: str) -> str:
    """The line that a website puts into its pages; `address` is the server's, such as `https://kalauz.example.org`."""
    source = f'src="{address.rstrip("/")}/{LAUNCHER}"'
    return f'<script {source} integrity="{integrity()}" crossorigin="anonymous" async></script>'
