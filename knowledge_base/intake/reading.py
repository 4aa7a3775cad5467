"""From bytes to an extract, in a process of its own: whoever sends a trap loses that process and nothing else.

`python -m knowledge_base.intake.reading KIND URL CHARSET` reads a file from standard input and writes as JSON what was
read, or why there is nothing.
"""

import asyncio
import json
import logging
import os
import sys
import warnings
from asyncio.subprocess import DEVNULL, PIPE
from dataclasses import asdict, replace
from typing import Any

from knowledge_base.documents import Text
from knowledge_base.intake.extract import Extract, IntakeError, Kind
from knowledge_base.markdown import body_problems

# Of the process: memory in bytes, time on a processor and on the clock in seconds.
MEMORY, CPU_S, WHOLE_S = 1_000_000_000, 30, 60.0
LONGEST_TITLE, LONGEST_BODY = 120, 50_000


async def read(data: bytes, kind: Kind, url: str = "", charset: str = "", *, whole_s: float = WHOLE_S) -> Extract:
    """Raises IntakeError."""
    # Nothing of our own environment, where the site's secrets are.
    environment = {"PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path), "PYTHONUTF8": "1"}
    command = [sys.executable, "-P", "-m", "knowledge_base.intake.reading", kind, url, charset]
    process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env=environment)
    try:
        async with asyncio.timeout(whole_s):
            written, _ = await process.communicate(data)
    except TimeoutError as error:
        raise IntakeError("too_slow") from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        # A signal stopped it at a limit of its own; else it fell over something that nobody thought of.
        raise IntakeError("bomb" if process.returncode < 0 else "broken")
    said = json.loads(written)
    if "reason" in said:
        raise IntakeError(said["reason"], said["detail"])
    return Extract(**said)


def read_here(data: bytes, kind: Kind, url: str = "", charset: str = "") -> Extract:
    """The same in this process. Raises IntakeError, RecursionError and MemoryError."""
    match kind:
        case "html":
            from knowledge_base.intake.pages import read_page

            found = read_page(data, url, charset)
        case "docx":
            from knowledge_base.intake.documents import read_docx

            found = read_docx(data)
        case "pdf":
            from knowledge_base.intake.pdf import read_pdf

            found = read_pdf(data)
        case "markdown":
            from knowledge_base.intake.documents import read_markdown

            found = read_markdown(data)
    if not found.body.strip():
        raise IntakeError("no_text")
    return _fitted(found)


def _fitted(found: Extract) -> Extract:
    """With a title and a body that an article can have."""
    title, site = _shown(found.title), _shown(found.site)[:LONGEST_TITLE]
    title = title if len(title) <= LONGEST_TITLE else f"{title[: LONGEST_TITLE - 1].rstrip()}…"
    kept: list[str] = []
    size, dropped = 0, 0
    for block in found.body.split("\n\n"):
        size += len(block) + 2
        if size > LONGEST_BODY or body_problems(block):
            dropped += 1
        else:
            kept.append(block)
    body = "\n\n".join(kept)
    Text(title=title or "-", body=body)
    lost = dict(found.lost)
    if dropped:
        lost["rest"] = dropped
    return replace(found, title=title, site=site, body=body, lost=lost)


def _shown(said: str) -> str:
    return "".join(c for c in " ".join(said.split()) if c.isprintable())


def _limited() -> None:
    import resource

    for limit, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, CPU_S), (resource.RLIMIT_FSIZE, 0)):
        resource.setrlimit(limit, (most, most))


def main() -> None:
    warnings.simplefilter("ignore")
    logging.disable()
    _limited()
    kind, url, charset = sys.argv[1:4]
    said: dict[str, Any]
    try:
        said = asdict(read_here(sys.stdin.buffer.read(), kind, url, charset))  # type: ignore[arg-type]
    except IntakeError as error:
        said = {"reason": error.reason, "detail": error.detail}
    except (RecursionError, MemoryError):
        said = {"reason": "bomb", "detail": ""}
    sys.stdout.write(json.dumps(said))


if __name__ == "__main__":
    main()
