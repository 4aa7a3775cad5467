"""Notices: what runs, what will and what did; written in every language, with its dates."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request, Response

from bot.editing.keeping import Keeping, Options
from bot.texts import Texts
from channels.console.areas import Area, Page
from channels.console.entries import Choices, Entry, Line, Moment, Picks, Say, Spoken, Values
from channels.console.forms import Form, Posted
from channels.console.frame import ROOT
from channels.console.gate import CurrentKeeping, Editor, SignedIn, console
from channels.console.kept import Filled, kept, shown
from channels.console.pages import go, page, say, texts_of
from channels.console.shared_entries import country_options, id_entry, sources_entry, topic_options
from channels.console.sheets import Sheet
from channels.console.texts import apart, sentence
from knowledge_base.documents import PLACEHOLDER, Notice, to_local_time
from knowledge_base.editing.identifiers import suggested
from knowledge_base.editing.manuscript import UnknownTextError
from knowledge_base.languages import fallbacks
from knowledge_base.status import NoticeState, notice_state

PATH = "/notices"
NEW = "/add-notice"
STATES: dict[NoticeState, str] = {
    "running": sentence("Shown now"),
    "scheduled": sentence("Not shown yet"),
    "ended": sentence("Over"),
}
router = APIRouter()
Id = Annotated[str, Path(pattern=r"^[a-z0-9-]{1,64}$")]


async def known_notice(notice: Id, at: Editor, keeping: CurrentKeeping) -> Notice:
    """Raises UnknownTextError."""
    return await keeping.notice(notice)


Known = Annotated[Notice, Depends(known_notice)]


class NoticeSheet(Sheet[Notice]):
    """A sheet that knows what dates and placeholders have to agree in."""

    def read(self, form: Form, _: Any) -> Notice | None:
        def tell(box: str, told: str, **places: object) -> None:
            form.wrong.setdefault(box, _(told).format(**places) if places else _(told))

        agreement(form.values, self.entries, tell)
        return super().read(form, _)


def agreement(values: Values, entries: Any, say: Say) -> None:
    """Says which boxes contradict each other."""
    by_name = {one.name: one for one in entries}
    ignored: Say = lambda *told, **places: None  # noqa: E731
    begins, ends = (by_name[name].read(values, None, ignored) for name in ("valid_from", "valid_until"))
    try:
        if begins and ends and to_local_time(begins) >= to_local_time(ends):
            say("valid_until-day", sentence("It has to end after it begins."))
    except ValueError:
        # What is no day is told of its own box.
        pass
    for language, said in by_name["texts"].read(values, None, ignored).items():
        for found in PLACEHOLDER.findall(said["text"]):
            if found not in ("{valid_from}", "{valid_until}"):
                unknown = sentence("{found} is no date. There are {begin} and {end}.")
                known = {"begin": apart("{valid_from}"), "end": apart("{valid_until}")}
                say(f"texts-{language}-text", unknown, found=apart(found), **known)
            elif found == "{valid_until}" and not ends:
                endless = sentence("This text says {end}: please say when it ends, or write the text without it.")
                say(f"texts-{language}-text", endless, end=apart(found))
        if PLACEHOLDER.search(said["title"]):
            say(f"texts-{language}-title", sentence("A title cannot say a date: please write it into the text."))


async def _sheet(request: Request, keeping: Keeping, known: Notice | None) -> NoticeSheet:
    return notice_sheet(known, await keeping.options(), keeping.languages, keeping.time_zone, texts_of(request))


def notice_sheet(
    known: Notice | None, options: Options, site_languages: Sequence[str], time_zone: str, texts: Texts
) -> NoticeSheet:
    """The form for a notice, or for a new one; with room for every language of the site and of the notice."""
    _ = texts.gettext
    zone = known.time_zone if known else time_zone
    languages = tuple(dict.fromkeys([*site_languages, *(known.texts if known else ())]))
    text_hint = _("{begin} and {end} stand for the days, in the words of each language.")
    clocks = _("On the clocks of {zone}.").format(zone=apart(zone))
    from_its_beginning = _("Without a time: from the beginning of the day.")
    day, time = _("Day"), _("Time")
    entries: list[Entry] = [
        Moment(
            "valid_from",
            _("Shown from"),
            f"{clocks} {from_its_beginning}",
            day_label=day,
            time_label=time,
        ),
        Moment(
            "valid_until",
            _("Shown until"),
            _("Without a time: until the end of the day. Without a day: until you end it."),
            empty="24:00",
            day_label=day,
            time_label=time,
        ),
        Choices("countries", _("Countries"), options=country_options(options.countries, texts.language)),
        Picks(
            "topics",
            _("Topics"),
            _("It is shown with every answer on one of them, or on a topic below it."),
            options=topic_options(options.topics, texts.language),
            more=_("Add a topic"),
        ),
        Spoken(
            "texts",
            _("Texts"),
            text_hint.format(begin=apart("{valid_from}"), end=apart("{valid_until}")),
            languages=languages,
            parts=(Line("title", _("Title")), Line("text", _("Text"), rows=4)),
        ),
        sources_entry(_),
    ]
    if known is None:
        entries.append(id_entry(_))
    fixed = {"time_zone": zone, **({"id": known.id} if known else {})}
    return NoticeSheet(Notice, entries, fixed)


@router.get(PATH)
async def show(request: Request, at: Editor, keeping: CurrentKeeping) -> Response:
    now = console(request).now()
    found: dict[NoticeState, list[Notice]] = {state: [] for state in STATES}
    for notice in sorted(await keeping.notices(), key=lambda one: one.valid_from, reverse=True):
        found[notice_state(notice, now)].append(notice)
    return page(
        request,
        "notices.html",
        found=[(heading, found[state]) for state, heading in STATES.items()],
        title_of=lambda notice: title_of(notice, at.member.language),
        missing=lambda notice: [tag for tag in keeping.languages if tag not in notice.texts],
        day=lambda moment: texts_of(request).date(to_local_time(moment[:10] + "T00:00").date()),
    )


@router.get(NEW)
async def show_new(request: Request, at: Editor, keeping: CurrentKeeping) -> Response:
    sheet = await _sheet(request, keeping, None)
    countries = (await keeping.options()).countries
    only = {f"countries-{code}": "on" for code in countries[:1]}
    return _shown(request, keeping, sheet, None, Filled(sheet.opened(None, **only)))


@router.post(NEW)
async def add(request: Request, at: Editor, keeping: CurrentKeeping, form: Posted) -> Response:
    sheet = await _sheet(request, keeping, None)
    if not form["id"].strip():
        titles = [form[f"texts-{tag}-title"] for tag in fallbacks(at.member.language, set(keeping.languages))]
        taken = {one.id for one in await keeping.notices()}
        form.values = {**form.values, "id": suggested(next(filter(None, titles), ""), taken)}
    return await _kept(request, at, keeping, sheet, None, form)


@router.post(f"{NEW}/preview")
async def preview_new(request: Request, at: Editor, keeping: CurrentKeeping, form: Posted) -> Response:
    """The piece of the page that shows what migrants will read."""
    sheet = await _sheet(request, keeping, None)
    return page(request, "notice_preview.html", preview=_preview(keeping, sheet, form))


@router.get(f"{PATH}/{{notice}}")
async def show_one(request: Request, at: Editor, keeping: CurrentKeeping, known: Known) -> Response:
    sheet = await _sheet(request, keeping, known)
    return _shown(request, keeping, sheet, known, Filled(sheet.opened(known)))


@router.post(f"{PATH}/{{notice}}")
async def save(request: Request, at: Editor, keeping: CurrentKeeping, notice: Id, form: Posted) -> Response:
    """One that a colleague has deleted meanwhile is shown as a new one: what was typed is not lost."""
    try:
        known: Notice | None = await keeping.notice(notice)
    except UnknownTextError:
        known = None
        form.values = {**form.values, "id": notice}
    return await _kept(request, at, keeping, await _sheet(request, keeping, known), known, form)


@router.post(f"{PATH}/{{notice}}/preview")
async def preview(request: Request, at: Editor, keeping: CurrentKeeping, known: Known, form: Posted) -> Response:
    sheet = await _sheet(request, keeping, known)
    return page(request, "notice_preview.html", preview=_preview(keeping, sheet, form))


@router.post(f"{PATH}/{{notice}}/end")
async def end(request: Request, at: Editor, keeping: CurrentKeeping, known: Known) -> Response:
    _ = texts_of(request).gettext
    ended = await keeping.end_notice(known.id, by=at.member.login)
    say(request, _("The notice is over: nobody sees it any more.") if ended else _("It was not shown any more."))
    return go(PATH)


@router.post(f"{PATH}/{{notice}}/delete")
async def drop(request: Request, at: Editor, keeping: CurrentKeeping, known: Known) -> Response:
    _ = texts_of(request).gettext
    dropped = await keeping.drop_notice(known.id, by=at.member.login)
    say(request, _("The notice was deleted.") if dropped else _("It is shown already: please end it instead."))
    return go(PATH if dropped else f"{PATH}/{known.id}")


async def _kept(
    request: Request, at: SignedIn, keeping: Keeping, sheet: NoticeSheet, known: Notice | None, form: Form
) -> Response:
    async def keep(notice: Notice, over: Notice | None) -> None:
        await keeping.keep_notice(notice, over=over, by=at.member.login)

    filled = await kept(request, sheet, form, keep)
    if filled is not None:
        return _shown(request, keeping, await _sheet(request, keeping, known), known, filled)
    say(request, texts_of(request).gettext("The notice was saved: it counts within a second."))
    return go(PATH)


def _shown(request: Request, keeping: Keeping, sheet: NoticeSheet, known: Notice | None, filled: Filled) -> Response:
    return shown(
        request,
        "notice.html",
        sheet,
        filled,
        f"{PATH}/{known.id}" if known else NEW,
        notice=known,
        title=title_of(known, request.state.member.language) if known else None,
        state=notice_state(known, console(request).now()) if known else None,
        states=STATES,
        preview=_preview(keeping, sheet, Form(filled.form.values)),
    )


def _preview(keeping: Keeping, sheet: NoticeSheet, form: Form) -> dict[str, Any] | None:
    """What migrants will read, drawn, by language; None where that is no notice yet."""
    # Jinja's templates of the widget are not needed before somebody writes.
    from channels.web.drawing import drawn

    values = form.values if form["id"] else {**form.values, "id": "new"}
    notice = sheet.read(Form(values), str)
    return {tag: drawn(blocks) for tag, blocks in keeping.preview_notice(notice).items()} if notice else None


def title_of(notice: Notice, reader: str) -> dict[str, str]:
    """The title in the reader's language or the nearest, and that language."""
    language = fallbacks(reader, set(notice.texts))[0]
    return {"text": notice.texts[language].title, "language": language}


AREA = Area(
    router,
    (Page(ROOT + PATH, sentence("Notices"), sentence("What migrants are told for a time."), "editor"),),
)
