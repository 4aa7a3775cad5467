"""What is true of an article in every language; a new article; an article withdrawn and put back."""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Request, Response

from bot.editing.keeping import Keeping, Options
from bot.editing.work import Editing, Taken
from channels.console.areas import Area
from channels.console.areas.content import AUDIENCES, KINDS, PATH, PHASES, PURPOSES, Known, title_of
from channels.console.entries import Box, Choice, Choices, Entry, Line, Paragraphs, Picks
from channels.console.forms import Form, Posted
from channels.console.gate import CurrentEditing, CurrentKeeping, CurrentNeeds, Editor, SignedIn, console
from channels.console.kept import Filled, kept, shown
from channels.console.pages import go, page, say, texts_of
from channels.console.shared_entries import checked_entries, country_options, id_entry, named_options, topic_options
from channels.console.sheets import Sheet
from channels.console.taking import losses, remark
from channels.console.texts import sentence
from channels.console.waiting import boxed, unboxed
from knowledge_base.documents import Article, ArticleFacts, Body, Identifier, Language, Text, Title
from knowledge_base.editing.identifiers import suggested
from knowledge_base.editing.manuscript import Manuscript, UnpublishableError
from knowledge_base.languages import endonym
from retrieval.shown import ShownChoice

NEW = "/add-article"
# As of `knowledge_base.documents.Title`.
LONGEST_TITLE = 120
FAULTS = {
    "no_steps": sentence("Its published texts have no steps: please publish them with steps, or withdraw them, first."),
    "steps": sentence("Its published texts have steps: please withdraw them before it is something else."),
    "step_count": sentence("A translation does not have as many steps as its source: please publish it anew."),
}
router = APIRouter()


class NewArticle(ArticleFacts):
    """The facts of an article that is begun, and the beginning of its text."""

    id: Identifier
    language: Language
    title: Title
    body: Body = ""


def facts_entries(options: Options, reader: str, _: Any) -> list[Entry]:
    contacts = tuple((one.id, one.name) for one in options.contacts)
    topics = topic_options(options.topics, reader)
    return [
        Choice("kind", _("Kind"), options=named_options(KINDS, _)),
        Choice("country", _("Country"), options=country_options(options.countries, reader)),
        Picks("topics", _("Topics"), _("The first is the main one."), options=topics, more=_("Add a topic")),
        Choices("audience", _("For whom"), options=named_options(AUDIENCES, _)),
        Choices("purpose", _("For a stay to"), _("None chosen means all of them."), options=named_options(PURPOSES, _)),
        Choice("phase", _("When"), options=named_options(PHASES, _)),
        Box("history", _("It is about the past: found only by who asks about it")),
        Picks(
            "contacts",
            _("Contacts"),
            _("They are shown with the answer, in this order."),
            options=contacts,
            more=_("Add a contact"),
        ),
        *checked_entries(_),
    ]


async def _facts_sheet(request: Request, keeping: CurrentKeeping) -> Sheet[ArticleFacts]:
    texts = texts_of(request)
    return Sheet(ArticleFacts, facts_entries(await keeping.options(), texts.language, texts.gettext))


@router.get(f"{PATH}/{{article}}/facts")
async def show_facts(request: Request, at: Editor, keeping: CurrentKeeping, known: Known) -> Response:
    sheet = await _facts_sheet(request, keeping)
    return _facts_shown(request, sheet, known, Filled(sheet.opened(known.facts)))


@router.post(f"{PATH}/{{article}}/facts")
async def save_facts(request: Request, at: Editor, keeping: CurrentKeeping, known: Known, form: Posted) -> Response:
    _ = texts_of(request).gettext
    sheet = await _facts_sheet(request, keeping)

    async def keep(facts: ArticleFacts, over: ArticleFacts | None) -> None:
        await keeping.change_facts(known.id, facts, over=over, by=at.member.login)

    try:
        filled = await kept(request, sheet, form, keep)
    except UnpublishableError as error:
        form.wrong["kind"] = _(FAULTS[error.fault])
        filled = Filled(form, 422)
    if filled is not None:
        return _facts_shown(request, sheet, known, filled)
    say(request, _("The facts were saved: they count within a second."))
    return go(f"{PATH}/{known.id}")


@router.get(NEW)
async def show_new(request: Request, at: Editor, editing: CurrentEditing, keeping: CurrentKeeping) -> Response:
    return await _begun(request, at, editing, keeping)


async def show_asked(
    request: Request,
    at: SignedIn,
    editing: Editing,
    keeping: Keeping,
    texts: Mapping[str, str],
    *,
    title: str,
    language: str,
) -> Response:
    """The form for an article that will answer questions, by their keys."""
    values = {"title": title} | ({"language": language} if language in editing.languages else {})
    return await _begun(request, at, editing, keeping, values | boxed(texts))


async def show_taken(request: Request, at: SignedIn, editing: Editing, keeping: Keeping, taken: Taken) -> Response:
    """The form with what was read of somebody else's page or file."""
    texts = texts_of(request)
    values = {
        "title": taken.extract.title,
        "body": taken.extract.body,
        "sources-0-title": taken.source.title,
        "sources-0-url": taken.source.url or "",
        "as_of": taken.extract.date,
        "verify": remark(taken, texts, console(request).now().date()),
    }
    values |= {"language": taken.language} if taken.language else {}
    return await _begun(request, at, editing, keeping, values, losses(taken, texts))


async def _begun(
    request: Request,
    at: SignedIn,
    editing: Editing,
    keeping: Keeping,
    values: Mapping[str, str] | None = None,
    taken: Sequence[str] = (),
) -> Response:
    sheet = await _new_sheet(request, keeping)
    own = at.member.language if at.member.language in editing.languages else editing.languages[0]
    begun = {"kind": "faq", "phase": "living-here", "confidence": "medium", "audience-all": "on", "language": own}
    begun |= {"country": next(iter((await keeping.options()).countries), ""), **(values or {})}
    filled = Filled(sheet.opened(None, **begun))
    near = await _near(editing, filled.form, at.member.language)
    return shown(request, "content_new.html", sheet, filled, NEW, near=near, taken=taken)


@router.post(NEW)
async def begin(
    request: Request,
    at: Editor,
    editing: CurrentEditing,
    keeping: CurrentKeeping,
    needs: CurrentNeeds,
    form: Posted,
) -> Response:
    texts = texts_of(request)
    sheet = await _new_sheet(request, keeping)
    if not form["id"].strip() and form["act"] == "save":
        form.values = {**form.values, "id": suggested(form["title"], await keeping.article_ids())}

    async def keep(new: NewArticle, over: NewArticle | None) -> None:
        facts = ArticleFacts.model_validate({name: getattr(new, name) for name in ArticleFacts.model_fields})
        text = Text(title=new.title, body=new.body)
        manuscript = Manuscript(text, 0, console(request).now().date())
        await keeping.begin_article(new.id, facts, new.language, manuscript, by=at.member.login)

    filled = await kept(request, sheet, form, keep)
    if filled is not None:
        near = await _near(editing, filled.form, at.member.language)
        return shown(request, "content_new.html", sheet, filled, NEW, near=near, taken=())
    article_id = form["id"].strip()
    told = texts.gettext("The article was begun. Nobody reads it before you publish its text.")
    if asked := unboxed(form):
        linked = await needs.waiting.link(article_id, asked, by=at.member.login)
        told += " " + told_linked(request, linked)
    say(request, told)
    return go(f"{PATH}/{article_id}/{form['language']}")


def told_linked(request: Request, linked: int) -> str:
    """How many questions wait for an article since it was begun or chosen."""
    texts = texts_of(request)
    if not linked:
        return texts.gettext("A colleague has begun an article for these questions, or settled them, meanwhile.")
    return texts.ngettext("{count} question waits for it now.", "{count} questions wait for it now.", linked).format(
        count=texts.number(linked)
    )


@router.post(f"{NEW}/check")
async def check(request: Request, at: Editor, editing: CurrentEditing, form: Posted) -> Response:
    """The piece of the page that says whether there is an article on this already."""
    return page(request, "content_check_new.html", near=await _near(editing, form, at.member.language))


@router.post(f"{PATH}/{{article}}/withdraw")
async def withdraw(request: Request, at: Editor, keeping: CurrentKeeping, known: Known, form: Posted) -> Response:
    """One text, or all of the article where no language is sent."""
    texts = texts_of(request)
    found = await keeping.withdraw(known.id, form["language"] or None, by=at.member.login)
    told = texts.gettext("Withdrawn: {languages}. Migrants do not find it any more; it can be put back at any time.")
    nothing = texts.gettext("There was nothing to withdraw.")
    say(request, told.format(languages=", ".join(map(endonym, found))) if found else nothing)
    return go(f"{PATH}/{known.id}")


@router.post(f"{PATH}/{{article}}/put-back")
async def put_back(request: Request, at: Editor, keeping: CurrentKeeping, known: Known, form: Posted) -> Response:
    texts = texts_of(request)
    try:
        found = await keeping.put_back(known.id, form["language"] or None, by=at.member.login)
    except UnpublishableError:
        say(request, texts.gettext("It does not fit the article's kind any more: please change it and publish it."))
        return go(f"{PATH}/{known.id}")
    told = texts.gettext("Published again: {languages}.")
    nothing = texts.gettext("There was nothing to put back.")
    say(request, told.format(languages=", ".join(map(endonym, found))) if found else nothing)
    return go(f"{PATH}/{known.id}")


async def _near(editing: Editing, form: Form, reader: str) -> Sequence[ShownChoice]:
    title = form["title"].strip()[:LONGEST_TITLE]
    return await editing.checks.near([title], country=form["country"], reader=reader) if title else ()


async def _new_sheet(request: Request, keeping: Keeping) -> Sheet[NewArticle]:
    texts = texts_of(request)
    _ = texts.gettext
    languages = tuple((tag, endonym(tag)) for tag in keeping.languages)
    begun: list[Entry] = [
        Choice(
            "language", _("Language of the text"), _("It is the source, which others translate."), options=languages
        ),
        Line("title", _("Title")),
        id_entry(_),
        Paragraphs("body", _("Short answer"), _("Sections and steps are written on the next page."), rows=5),
    ]
    return Sheet(NewArticle, [*begun, *facts_entries(await keeping.options(), texts.language, _)])


def _facts_shown(request: Request, sheet: Sheet[ArticleFacts], known: Article, filled: Filled) -> Response:
    here = f"{PATH}/{known.id}/facts"
    return shown(request, "content_facts.html", sheet, filled, here, article=known, title=title_of(known))


AREA = Area(router)
