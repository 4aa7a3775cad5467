"""Logging: ours at the level of the settings; what others write about the data they carry stays silent."""

import logging

ROOMS = ("bot", "channels", "knowledge_base", "retrieval")
# These log statements, parameters or requests, and so what people wrote.
CARRIERS = ("aiosqlite", "sqlalchemy", "asyncio", "httpx", "httpcore", "rasa_sdk", "telegram")


def configure(level: str) -> None:
    """Log to standard error; never the text of a message, at no level."""
    logging.basicConfig(format="%(levelname)s:     %(name)s: %(message)s")
    for name in ROOMS:
        logging.getLogger(name).setLevel(level.upper())
    for name in CARRIERS:
        logging.getLogger(name).setLevel(logging.WARNING)
