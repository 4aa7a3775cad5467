"""Logging: ours at the level of the settings; what others write about the data they carry stays silent."""

import json
import logging
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, Final, Literal

Format = Literal["text", "json"]

ROOMS = ("bot", "channels", "knowledge_base", "retrieval")
# These log statements, parameters or requests, and so what people wrote.
CARRIERS = ("aiosqlite", "sqlalchemy", "asyncio", "httpx", "httpcore", "rasa_sdk", "telegram")

# The id of the request that is being answered: every line that is written meanwhile has it.
request_id: ContextVar[str | None] = ContextVar("request_id", default=None)


class _Text(logging.Formatter):
    def __init__(self) -> None:
        super().__init__("%(levelname)s:     %(name)s: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802
        said, request = super().formatMessage(record), request_id.get()
        return f"{said} (request {request})" if request else said


class _Json(logging.Formatter):
    """An object a line: `time` in UTC, `level`, `logger`, `message`; `request` and `exception` where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if request := request_id.get():
            line["request"] = request
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


FORMATTERS: Final[dict[Format, type[logging.Formatter]]] = {"text": _Text, "json": _Json}


def configure(level: str, format: Format = "text") -> None:
    """Log to standard error; never the text of a message, at no level."""
    handler = logging.StreamHandler()
    handler.setFormatter(FORMATTERS[format]())
    logging.basicConfig(handlers=[handler])
    for name in ROOMS:
        logging.getLogger(name).setLevel(level.upper())
    for name in CARRIERS:
        logging.getLogger(name).setLevel(logging.WARNING)
