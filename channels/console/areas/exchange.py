"""Texts for translators as files, and what they send back: looked at first, then taken in as drafts."""

import io
import zipfile
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from starlette.datastructures import UploadFile

from channels.console.areas import Area, Page
from channels.console.forms import Posted
from channels.console.frame import ROOT
from channels.console.gate import CurrentEditing, CurrentExchange, Editor
from channels.console.pages import go, page, say, texts_of
from channels.console.refused_files import told as told_fault
from channels.console.texts import sentence
from channels.console.writing import told_field
from knowledge_base.editing.differences import Part
from knowledge_base.exchange.comparing import Change
from knowledge_base.exchange.copies import FINISHED, LARGEST
from knowledge_base.exchange.faults import ExchangeError
from knowledge_base.exchange.files import READERS, Format, read_copies
from knowledge_base.exchange.tables import from_csv, to_csv

PATH = "/exchange"
# A file, or what is kept of it between looking and taking in, and what stands around it, in bytes.
MAX_FORM = 2 * LARGEST
# How many texts are shown word for word, and how many faults are named.
SHOWN, FAULTS = 100, 50
FORMATS = {
    Format.xliff: sentence("XLIFF, for translators' programs"),
    Format.xlsx: sentence("XLSX, for a spreadsheet"),
    Format.csv: sentence("CSV, for any program"),
}
OUTCOMES = {
    "new": sentence("New"),
    "changed": sentence("Changed"),
    "unfinished": sentence("Not translated to the end: left out"),
    "conflict": sentence("A colleague has saved another text since: left out"),
}
REFUSED = sentence("This file cannot be taken; nothing of it was.")
UNMADE = sentence("This file cannot be made.")
TYPES = {".xlf": "application/xliff+xml", ".csv": "text/csv", ".zip": "application/zip"}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
router = APIRouter(prefix=PATH)


@router.get("")
async def show(request: Request, at: Editor, editing: CurrentEditing) -> Response:
    return _page(request, editing.languages)


@router.get("/file")
async def download(
    request: Request,
    at: Editor,
    editing: CurrentEditing,
    exchange: CurrentExchange,
    format: Format = Format.xliff,
    language: Annotated[str, Query(pattern=r"^[A-Za-z-]{0,12}$")] = "",
) -> Response:
    """The texts in a language beside their sources, or all that there are."""
    try:
        files = await exchange.export(format, [language] if language else None)
    except ExchangeError as error:
        return _page(request, editing.languages, error=error, refused=UNMADE, status=422)
    name, data = next(iter(files.items())) if len(files) == 1 else ("texts.zip", _packed(files))
    kind = TYPES.get(name[name.rindex(".") :], XLSX)
    return Response(data, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@router.post("")
async def look(request: Request, at: Editor, editing: CurrentEditing, exchange: CurrentExchange) -> Response:
    """What a file would change; nothing is taken in yet."""
    _ = texts_of(request).gettext
    sent = (await request.form()).get("file")
    if not isinstance(sent, UploadFile) or not sent.filename:
        return _page(request, editing.languages, wrong=_("Please choose a file."), status=422)
    try:
        changes = await exchange.compare(read_copies(sent.filename, await sent.read()))
    except ExchangeError as error:
        return _page(request, editing.languages, error=error, status=422)
    taken = [change for change in changes if change.manuscript is not None]
    texts = to_csv(change.copy for change in taken).decode("utf-8-sig") if taken else ""
    return _page(request, editing.languages, changes=changes, texts=texts)


@router.post("/drafts")
async def take_in(
    request: Request, at: Editor, editing: CurrentEditing, exchange: CurrentExchange, form: Posted
) -> Response:
    """Make drafts of what was looked at; a box that is ticked says of a text that it is finished."""
    texts = texts_of(request)
    try:
        copies = [
            replace(copy, state=FINISHED) if form[f"{FINISHED}-{copy.article}/{copy.language}"] else copy
            for copy in from_csv(form["texts"].encode("utf-8"))
        ]
        changes = await exchange.take_in(copies, by=at.member.login)
    except ExchangeError as error:
        return _page(request, editing.languages, error=error, status=422)
    taken = sum(change.manuscript is not None for change in changes)
    told = texts.ngettext("{count} text is a draft now.", "{count} texts are drafts now.", taken)
    say(request, told.format(count=texts.number(taken)))
    if any(change.outcome == "conflict" for change in changes):
        say(request, texts.gettext("Colleagues have saved others meanwhile: those were left out."))
    return go("/content")


def _page(
    request: Request,
    languages: list[str],
    *,
    changes: list[Change] | None = None,
    texts: str = "",
    wrong: str = "",
    error: ExchangeError | None = None,
    refused: str = REFUSED,
    status: int = 200,
) -> Response:
    _ = texts_of(request).gettext
    told = [change for change in changes or [] if change.outcome != "same"]
    return page(
        request,
        "exchange.html",
        status,
        languages=languages,
        formats=FORMATS,
        suffixes=",".join(READERS),
        wrong=wrong,
        faults=[told_fault(fault, texts_of(request)) for fault in error.faults[:FAULTS]] if error else [],
        refused=refused,
        looked=changes is not None,
        counts=Counter(change.outcome for change in changes or []),
        outcomes=OUTCOMES,
        shown=[(change, _fields(change, _)) for change in told[:SHOWN]],
        hidden=len(told[SHOWN:]),
        named=lambda keys: [told_field(key, _) for key in keys],
        sent=texts,
    )


def _fields(change: Change, _: Callable[[str], str]) -> list[tuple[str, list[Part]]]:
    """What is different in a text, field for field; all of a new one."""
    found = change.differences
    if found is None:
        return []
    keys = found.changed if change.before else [key for key, parts in found.fields.items() if parts]
    gone = [("", [Part("gone", said)]) for said in found.gone]
    return [(told_field(key, _), found.fields[key]) for key in keys] + gone


def _packed(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in files.items():
            file.writestr(name, data)
    return packed.getvalue()


AREA = Area(
    router,
    (
        Page(
            ROOT + PATH,
            sentence("To translators and back"),
            sentence("Texts as files for translators, and what they send back."),
            "editor",
        ),
    ),
    takes_files=True,
)
