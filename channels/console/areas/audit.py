"""The record of who changed what, for admins."""

from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request, Response

from channels.console.areas import Area, Page
from channels.console.frame import ROOT
from channels.console.gate import Admin, CurrentConsole
from channels.console.pages import page
from channels.console.texts import sentence

PATH = "/audit"
# How many changes are shown at once.
SHOWN = 50
UTC = ZoneInfo("UTC")
# What was done, as it is recorded and as it is told.
ACTIONS = {
    "add editor": sentence("Account made, as editor"),
    "add counsellor": sentence("Account made, as counsellor"),
    "add admin": sentence("Account made, as admin"),
    "role editor": sentence("Role changed to editor"),
    "role counsellor": sentence("Role changed to counsellor"),
    "role admin": sentence("Role changed to admin"),
    "introduce": sentence("Name or language changed"),
    "password": sentence("New password"),
    "close": sentence("Account closed"),
    "open": sentence("Account opened, or its lock ended"),
    "codes on": sentence("Codes at the sign-in set up"),
    "codes off": sentence("Codes at the sign-in removed"),
    "draft": sentence("Draft saved"),
    "publish major": sentence("Published, a major change"),
    "publish minor": sentence("Published, a minor change"),
    "publish planned": sentence("Published as planned"),
    "plan": sentence("Publication planned"),
    "unplan": sentence("Planned publication cancelled"),
    "ask review": sentence("Review asked for"),
    "give back": sentence("Draft given back"),
    "revert": sentence("Draft made of an old text"),
    "set aside": sentence("Questions set aside"),
    "take up again": sentence("Questions taken up again"),
    "begin": sentence("Article begun"),
    "facts": sentence("Facts of an article changed"),
    "withdraw": sentence("Text withdrawn"),
    "put back": sentence("Withdrawn text published again"),
    "asked": sentence("Ways to ask for an article changed"),
    "keep test": sentence("Question kept as a test"),
    "drop test": sentence("Question kept as a test no longer"),
    "notice": sentence("Notice written or changed"),
    "end notice": sentence("Notice ended"),
    "drop notice": sentence("Notice deleted before it was shown"),
    "contact": sentence("Contact written or changed"),
    "remove contact": sentence("Contact deleted"),
    "topic": sentence("Topic added or changed"),
    "move topic": sentence("Topic moved up or down"),
    "remove topic": sentence("Topic removed"),
}
router = APIRouter()


@router.get(PATH)
async def show(
    request: Request,
    at: Admin,
    console: CurrentConsole,
    before: Annotated[int | None, Query(ge=1, lt=2**31)] = None,
) -> Response:
    found = await at.staff.changes(before=before, limit=SHOWN + 1)
    changes = found[:SHOWN]
    older = changes[-1].id if len(found) > SHOWN else None
    zone = console.service().time_zone or UTC
    return page(request, "audit.html", changes=changes, older=older, before=before, actions=ACTIONS, zone=zone)


AREA = Area(
    router,
    (Page(ROOT + PATH, sentence("Record of changes"), sentence("Who changed what, and when."), "admin"),),
)
