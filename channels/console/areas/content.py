"""The editors' part: what needs them, the articles, and the texts that they write."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from bot.editing.work import Editing, Listed, Part
from channels.console.areas import Area, Page, notices
from channels.console.frame import ROOT
from channels.console.gate import CurrentEditing, Editor, MissingError, SignedIn, console, zone_of
from channels.console.pages import page, texts_of
from channels.console.planning import PLAN_FAULTS, of_languages
from channels.console.shared_entries import CONFIDENCES
from channels.console.texts import sentence
from channels.printing import is_installed
from knowledge_base.documents import Article, Topic, to_local_time
from knowledge_base.editing.duties import Listing, Wanted
from knowledge_base.editing.manuscript import UnknownTextError
from knowledge_base.languages import fallbacks
from knowledge_base.status import translation_state

PATH = "/content"
# How many entries of each list are shown at first, and how many on a page of one list.
SHOWN, PAGE = 10, 50
# As `channels.web.sheets` takes them.
MOST_ON_A_SHEET = 8
# In the order in which they are shown.
HEADINGS: dict[Listed, str] = {
    "draft": sentence("Drafts to finish"),
    "outdated": sentence("Outdated translations"),
    "verify": sentence("Facts to confirm"),
    "old": sentence("Not compared with the sources for a year"),
    "missing": sentence("Missing translations"),
    "articles": sentence("Articles"),
}
STATES = {
    "current": sentence("up to date"),
    "outdated": sentence("outdated"),
    "draft": sentence("not published yet"),
    "missing": sentence("missing"),
}
KINDS = {
    "faq": sentence("Answer"),
    "procedure": sentence("Procedure with steps"),
    "directory": sentence("About an organisation"),
}
AUDIENCES = {
    "all": sentence("everybody"),
    "third-country": sentence("citizens of countries outside the EU and EEA"),
    "eea": sentence("citizens of EU and EEA countries and Switzerland"),
    "asylum": sentence("people who asked for asylum or have it"),
    "temporary-protection": sentence("people with temporary protection (Ukraine)"),
}
PURPOSES = {"work": sentence("work"), "study": sentence("study"), "family": sentence("be with the family")}
PHASES = {
    "before-arrival": sentence("before the arrival"),
    "living-here": sentence("while living here"),
    "return": sentence("when going back"),
}
router = APIRouter(prefix=PATH)
ArticleId = Annotated[str, Path(pattern=r"^[a-z0-9-]{1,64}$")]
Word = Annotated[str, Query(max_length=100)]


async def known_article(article: ArticleId, at: Editor, editing: CurrentEditing) -> Article:
    """Raises MissingError."""
    try:
        return await editing.article(article)
    except UnknownTextError as error:
        raise MissingError from error


Known = Annotated[Article, Depends(known_article)]


@router.get("")
async def show(
    request: Request,
    at: Editor,
    editing: CurrentEditing,
    topic: Word = "",
    country: Word = "",
    language: Word | None = None,
    words: Word = "",
    only: Listed | None = None,
    number: Annotated[int, Query(ge=1, le=1_000_000)] = 1,
) -> Response:
    """What needs an editor today, in their own language unless they choose another; or page `number` of one list."""
    own = at.member.language if at.member.language in editing.languages else ""
    wanted = Wanted(topic, country, own if language is None else language, words)
    part = Part(only, (number - 1) * PAGE, PAGE) if only else Part(most=SHOWN)
    overview = await editing.overview(wanted, console(request).now(), part)
    lists: dict[Listed, Listing[Any]] = {"articles": overview.articles}
    lists.update(overview.needs.items())

    def link(**changes: Any) -> str:
        return f"{ROOT}{PATH}?{urlencode({**asdict(wanted), **changes})}"

    return page(
        request,
        "content.html",
        wanted=wanted,
        only=only,
        number=number,
        last=max(1, -(-lists[only].count // PAGE)) if only else 1,
        link=link,
        lists=[(name, heading, lists[name]) for name, heading in HEADINGS.items() if only in (None, name)],
        failed=[entry for entry in overview.plans if entry[0].fault is not None],
        planned=[entry for entry in overview.plans if entry[0].fault is None],
        plan_faults=PLAN_FAULTS,
        zone=zone_of(request),
        unanswered=overview.unanswered,
        reviews=[entry for entry in overview.reviews if entry[0].returned_by is None],
        returned=[entry for entry in overview.reviews if entry[0].returned_by is not None],
        unhelpful=overview.unhelpful[:SHOWN],
        ending=[(notice, notices.title_of(notice, at.member.language)) for notice in overview.ending],
        day=lambda moment: texts_of(request).date(to_local_time(moment[:10] + "T00:00").date()),
        topics=topic_names(overview.topics, at.member.language),
        countries=overview.countries,
        languages=editing.languages,
    )


@dataclass(frozen=True, slots=True)
class SheetWanted:
    """What was chosen for a sheet that cannot be printed, and what is `wrong` with it."""

    languages: tuple[str, ...]
    size: str
    wrong: str


@router.get("/{article}")
async def show_article(request: Request, at: Editor, editing: CurrentEditing, known: Known) -> Response:
    return await article_page(request, at, editing, known)


async def article_page(
    request: Request, at: SignedIn, editing: Editing, known: Article, wanted: SheetWanted | None = None
) -> Response:
    options = await editing.keeping.options()
    written = sorted(known.translations, key=lambda tag: (tag != known.source_language, tag))
    return page(
        request,
        "content_article.html",
        422 if wanted else 200,
        article=known,
        title=title_of(known),
        texts_there=[(tag, known.translations[tag], translation_state(known, tag)) for tag in written],
        absent=[tag for tag in editing.languages if tag not in known.translations],
        topics=topic_names(options.topics, at.member.language),
        contacts={one.id: one.name for one in options.contacts},
        plans=of_languages(await editing.plans(known.id)),
        zone=zone_of(request),
        withdrawn=await editing.keeping.withdrawn(known.id),
        asked=list(dict.fromkeys([*editing.languages, *known.asked])),
        on_sheets=[tag for tag in written if known.translations[tag].published],
        most=MOST_ON_A_SHEET,
        sheet=wanted or SheetWanted((known.source_language,), "a4", ""),
        makes_pdf=is_installed(),
        states=STATES,
        kinds=KINDS,
        confidences=CONFIDENCES,
        audiences=AUDIENCES,
        purposes=PURPOSES,
        phases=PHASES,
    )


def topic_names(topics: Sequence[Topic], reader: str) -> dict[str, str]:
    """The topics' names in the reader's language or the nearest, in the order of the tree."""
    return {topic.id: topic.name[fallbacks(reader, set(topic.name))[0]] for topic in topics}


def title_of(article: Article) -> dict[str, Any]:
    """The title in the source language, and that language."""
    source = article.translations[article.source_language]
    revision = source.published or source.draft
    return {"text": revision.text.title if revision else article.id, "language": article.source_language}


AREA = Area(
    router,
    (Page(ROOT + PATH, sentence("Content"), sentence("What migrants read: what needs you today."), "editor"),),
)
