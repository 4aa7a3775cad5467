"""A sheet as a PDF, by WeasyPrint, which is there with the extra `pdf`.

A server makes it in a process of its own: it takes seconds, in which nobody else would be answered.
"""

import asyncio
import logging
import sys
from asyncio.subprocess import PIPE
from importlib.util import find_spec

log = logging.getLogger(__name__)
# WeasyPrint begins a table on a new page where it does not fit beside something: the code goes into each page's margin.
STYLE = """
@page { margin-top: 60mm !important; @top-center { content: element(head); width: 100%; vertical-align: bottom } }
header { position: running(head) }
.row { margin-block-start: 0 }
"""
# What makes one PDF, as a program: this module.
MODULE = "channels.printing"
# On the clock, in seconds.
WHOLE_S = 60.0


class PrintingError(RuntimeError):
    """No PDF came of it; the log says why."""


def is_installed() -> bool:
    return find_spec("weasyprint") is not None


def printed(html: str) -> bytes:
    """Raises ModuleNotFoundError without the extra, and OSError without Pango."""
    from weasyprint import CSS, HTML

    pdf: bytes = HTML(string=html).write_pdf(stylesheets=[CSS(string=STYLE)])
    return pdf


async def printed_apart(html: str) -> bytes:
    """Raises PrintingError."""
    command = [sys.executable, "-m", MODULE]
    process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, stderr=PIPE)
    try:
        async with asyncio.timeout(WHOLE_S):
            pdf, told = await process.communicate(html.encode())
    except TimeoutError as error:
        log.error("a PDF took more than %s seconds", WHOLE_S)
        raise PrintingError from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        fault = told.decode(errors="replace").strip().rpartition("\n")[2]
        log.error("no PDF could be made (%s)", fault)
        raise PrintingError
    return pdf


if __name__ == "__main__":
    sys.stdout.buffer.write(printed(sys.stdin.buffer.read().decode()))
