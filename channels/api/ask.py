"""`POST /api/v1/ask`: one question, one answer, nothing stored."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, StringConstraints

from channels.api.dependencies import CurrentAnswers, CurrentEngine, network
from channels.service import now
from knowledge_base.documents import Country
from knowledge_base.languages import TAG
from retrieval.shown import Answer

router = APIRouter(prefix="/api/v1", tags=["ask"])

LanguageTag = Annotated[str, StringConstraints(pattern=f"^{TAG.pattern}$", max_length=12)]


class Question(BaseModel):
    """`language` is the reader's own choice; left out, it is detected. `country` stands in for the site's countries."""

    model_config = ConfigDict(extra="forbid")
    text: str
    language: LanguageTag | None = None
    country: Country | None = None


@router.post("/ask")
async def ask(question: Question, answers: CurrentAnswers, engine: CurrentEngine, request: Request) -> Answer:
    """The reviewed answer, choices, or an honest "I do not know"."""
    engine.admit(network(request), question.language)
    return await asyncio.to_thread(
        answers.ask, question.text, now=now(), language=question.language, country=question.country
    )
