"""Quality: how often answers are right, what migrants' votes say, and the questions that are kept as tests."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from bot.editing.votes import FEWEST, LATELY
from channels.console.areas import Area, Page
from channels.console.frame import ROOT
from channels.console.gate import CurrentTrying, Editor
from channels.console.pages import go, page, say, texts_of
from channels.console.texts import sentence

PATH = "/quality"
# How many texts are shown: those that help less than before, then those that helped the fewest.
SHOWN = 20
VERDICTS = {
    "answered": sentence("passed"),
    "offered": sentence("only offered among others"),
    "missed": sentence("failed"),
}
router = APIRouter(prefix=PATH)


@router.get("")
async def show(request: Request, at: Editor, trying: CurrentTrying) -> Response:
    found = await trying.quality(at.member.language)
    return page(
        request,
        "quality.html",
        quality=found,
        voted=found.votes[:SHOWN],
        most=SHOWN,
        fewest=FEWEST,
        days=LATELY.days,
        passed=sum(one.verdict == "answered" for one in found.tested),
        verdicts=VERDICTS,
    )


@router.post("/{id}/drop")
async def drop(
    request: Request, at: Editor, trying: CurrentTrying, id: Annotated[int, Path(ge=1, lt=2**31)]
) -> Response:
    """A test that is gone already is gone."""
    await trying.drop(id, by=at.member.login)
    say(request, texts_of(request).gettext("The test is kept no longer."))
    return go(PATH)


AREA = Area(
    router,
    (
        Page(
            ROOT + PATH,
            sentence("Quality"),
            sentence("How often the bot is right, what migrants say to its answers, and your tests."),
            "editor",
        ),
    ),
)
