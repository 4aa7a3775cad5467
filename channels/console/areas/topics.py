"""Topics: the tree in which migrants look, its names in every language, and its order."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response

from bot.editing.keeping import Keeping
from channels.console.areas import Area, Page
from channels.console.entries import Box, Choice, Entry, Translated
from channels.console.forms import Form, Posted
from channels.console.frame import ROOT
from channels.console.gate import CurrentKeeping, Editor, MissingError, SignedIn
from channels.console.kept import Filled, kept, shown
from channels.console.pages import go, page, say, texts_of
from channels.console.shared_entries import id_entry, topic_options
from channels.console.sheets import Sheet
from channels.console.texts import sentence
from knowledge_base.documents import Topic
from knowledge_base.editing.duties import subtopics
from knowledge_base.editing.identifiers import suggested
from knowledge_base.editing.tree import InUseError, LoopError, depths
from knowledge_base.languages import fallbacks

PATH = "/topics"
NEW = "/add-topic"
router = APIRouter()
Id = Annotated[str, Path(pattern=r"^[a-z0-9-]{1,64}$")]


async def known_topic(topic: Id, at: Editor, keeping: CurrentKeeping) -> Topic:
    """Raises MissingError."""
    found = next((one for one in await keeping.topics() if one.id == topic), None)
    if found is None:
        raise MissingError
    return found


Known = Annotated[Topic, Depends(known_topic)]


async def _sheet(request: Request, keeping: Keeping, known: Topic | None) -> Sheet[Topic]:
    texts = texts_of(request)
    _ = texts.gettext
    topics = await keeping.topics()
    below = subtopics(topics, known.id) if known else set()
    above = [one for one in topics if one.id not in below]
    languages = tuple(dict.fromkeys([*keeping.languages, *(known.name if known else ())]))
    entries: list[Entry] = [
        Translated("name", _("Name"), languages=languages),
        Choice("parent", _("Below"), options=topic_options(above, texts.language), none=_("no other topic")),
        Box("person", _("Offer a person with every answer on it")),
    ]
    if known is None:
        entries.insert(1, id_entry(_))
    return Sheet(Topic, entries, {"id": known.id} if known else {})


@router.get(PATH)
async def show(request: Request, at: Editor, keeping: CurrentKeeping) -> Response:
    topics = await keeping.topics()
    return page(
        request,
        "topics.html",
        topics=topics,
        depths=depths(topics),
        title_of=lambda topic: title_of(topic, at.member.language),
        missing=lambda topic: [tag for tag in keeping.languages if tag not in topic.name],
    )


@router.get(NEW)
async def show_new(request: Request, at: Editor, keeping: CurrentKeeping) -> Response:
    sheet = await _sheet(request, keeping, None)
    return _shown(request, sheet, None, Filled(sheet.opened(None)))


@router.post(NEW)
async def add(request: Request, at: Editor, keeping: CurrentKeeping, form: Posted) -> Response:
    if not form["id"].strip():
        names = [form[f"name-{tag}"] for tag in fallbacks("en", set(keeping.languages))]
        taken = {one.id for one in await keeping.topics()}
        form.values = {**form.values, "id": suggested(next(filter(None, names), ""), taken)}
    return await _kept(request, at, keeping, None, form)


@router.get(f"{PATH}/{{topic}}")
async def show_one(request: Request, at: Editor, keeping: CurrentKeeping, known: Known) -> Response:
    sheet = await _sheet(request, keeping, known)
    return _shown(request, sheet, known, Filled(sheet.opened(known)))


@router.post(f"{PATH}/{{topic}}")
async def save(request: Request, at: Editor, keeping: CurrentKeeping, topic: Id, form: Posted) -> Response:
    """One that a colleague has removed meanwhile is shown as a new one: what was typed is not lost."""
    known = next((one for one in await keeping.topics() if one.id == topic), None)
    if known is None:
        form.values = {**form.values, "id": topic}
    return await _kept(request, at, keeping, known, form)


@router.post(f"{PATH}/{{topic}}/move")
async def move(request: Request, at: Editor, keeping: CurrentKeeping, known: Known, form: Posted) -> Response:
    await keeping.move_topic(known.id, 1 if form["act"] == "down" else -1, by=at.member.login)
    return go(f"{PATH}#{known.id}")


@router.post(f"{PATH}/{{topic}}/remove")
async def remove(request: Request, at: Editor, keeping: CurrentKeeping, known: Known) -> Response:
    texts = texts_of(request)
    try:
        await keeping.remove_topic(known.id, by=at.member.login)
    except InUseError as error:
        say(request, texts.gettext("It is in use, so it stays: {uses}.").format(uses=_uses(request, error.uses)))
        return go(f"{PATH}/{known.id}")
    say(request, texts.gettext("The topic was removed."))
    return go(PATH)


def _uses(request: Request, uses: dict[str, int]) -> str:
    texts = texts_of(request)
    told = {
        "articles": lambda count: texts.ngettext("{count} article", "{count} articles", count),
        "notices": lambda count: texts.ngettext("{count} notice", "{count} notices", count),
        "contacts": lambda count: texts.ngettext("{count} contact", "{count} contacts", count),
        "topics": lambda count: texts.ngettext("{count} topic below it", "{count} topics below it", count),
        "counsellors": lambda count: texts.ngettext("{count} counsellor", "{count} counsellors", count),
    }
    return ", ".join(told[kind](count).format(count=texts.number(count)) for kind, count in uses.items())


async def _kept(request: Request, at: SignedIn, keeping: Keeping, known: Topic | None, form: Form) -> Response:
    _ = texts_of(request).gettext
    sheet = await _sheet(request, keeping, known)

    async def keep(topic: Topic, over: Topic | None) -> None:
        await keeping.keep_topic(topic, over=over, by=at.member.login)

    try:
        filled = await kept(request, sheet, form, keep)
    except LoopError:
        form.wrong["parent"] = _("A topic cannot stand below itself: please choose another.")
        filled = Filled(form, 422)
    if filled is not None:
        return _shown(request, await _sheet(request, keeping, known), known, filled)
    say(request, _("The topic was saved: it counts within a second."))
    return go(PATH)


def _shown(request: Request, sheet: Sheet[Topic], known: Topic | None, filled: Filled) -> Response:
    title = title_of(known, request.state.member.language) if known else None
    return shown(request, "topic.html", sheet, filled, f"{PATH}/{known.id}" if known else NEW, topic=known, title=title)


def title_of(topic: Topic, reader: str) -> dict[str, str]:
    """The name in the reader's language or the nearest, and that language."""
    language = fallbacks(reader, set(topic.name))[0]
    return {"text": topic.name[language], "language": language}


AREA = Area(
    router,
    (Page(ROOT + PATH, sentence("Topics"), sentence("What migrants can look under, and in which order."), "editor"),),
)
