"""Contacts: offices, organisations and hotlines, each shown as a migrant sees it right now."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from babel.dates import get_day_names
from fastapi import APIRouter, Depends, Path, Query, Request, Response

from bot.editing.keeping import Keeping, Options
from bot.texts import Texts
from channels.console.areas import Area, Page
from channels.console.areas.content import title_of
from channels.console.entries import ADDRESS, Box, Choice, Choices, Entry, Line, Picks, Rows, Translated, Week
from channels.console.foresight import Foresight, foreseen
from channels.console.forms import Form, Posted
from channels.console.frame import ROOT
from channels.console.gate import CurrentKeeping, Editor, SignedIn
from channels.console.kept import Filled, kept, shown
from channels.console.pages import go, page, say, texts_of
from channels.console.shared_entries import checked_entries, country_options, id_entry, topic_options
from channels.console.sheets import Sheet
from channels.console.texts import apart, sentence
from knowledge_base.documents import Contact
from knowledge_base.editing.identifiers import suggested
from knowledge_base.editing.manuscript import ContactInUseError
from knowledge_base.folding import folded
from knowledge_base.languages import endonym, fallbacks, locale

PATH = "/contacts"
NEW = "/add-contact"
# The box that says in which language the card is shown; it is no part of the contact.
READER = "reader"
router = APIRouter()
Id = Annotated[str, Path(pattern=r"^[a-z0-9-]{1,64}$")]


async def known_contact(contact: Id, at: Editor, keeping: CurrentKeeping) -> Contact:
    """Raises UnknownTextError."""
    return await keeping.contact(contact)


Known = Annotated[Contact, Depends(known_contact)]


async def _sheet(request: Request, keeping: Keeping, known: Contact | None) -> Sheet[Contact]:
    return contact_sheet(known, await keeping.options(), keeping.languages, keeping.time_zone, texts_of(request))


def contact_sheet(
    known: Contact | None, options: Options, site_languages: Sequence[str], time_zone: str, texts: Texts
) -> Sheet[Contact]:
    """The form for a contact, or for a new one; with room for every language of the site and of the contact."""
    _ = texts.gettext
    languages = tuple(dict.fromkeys([*site_languages, *_written_in(known)]))
    days = get_day_names("wide", "stand-alone", locale(texts.language))
    note = Translated("note", _("Note"), languages=languages)
    phone = (Line("number", _("Number"), direction="ltr"), note)
    entries: list[Entry] = [
        Line("name", _("Name")),
        Choice("country", _("Country"), options=country_options(options.countries, texts.language)),
        Picks("topics", _("Topics"), options=topic_options(options.topics, texts.language), more=_("Add a topic")),
        Translated("purpose", _("What it is for"), languages=languages, rows=2),
        Rows("phones", _("Telephone"), parts=phone, more=_("Add a number"), title=_("Number {number}")),
        Week(
            "hours",
            _("Opening hours"),
            _("On the clocks of {zone}. Two shifts: 8:00-12:00, 13:00-16:30. Empty where it is closed.").format(
                zone=apart(time_zone)
            ),
            days=tuple(str(days[number]) for number in range(7)),
        ),
        Box("always_open", _("Day and night")),
        Translated("hours_note", _("Note on the hours"), languages=languages),
        Choices("languages", _("Languages"), options=tuple((tag, endonym(tag)) for tag in languages)),
        Line("address", _("Address")),
        Line("email", _("E-mail"), direction="ltr"),
        Line("website", _("Web address"), direction="ltr", fault=ADDRESS),
        Line("run_by", _("Run by")),
        Box("crisis", _("For danger only: not offered where somebody just asks for help")),
        *checked_entries(_),
    ]
    if known is None:
        entries.insert(1, id_entry(_))
    return Sheet(Contact, entries, {"id": known.id} if known else {})


def _written_in(known: Contact | None) -> list[str]:
    """Every language in which something is said of it."""
    if known is None:
        return []
    said = (known.purpose, known.hours_note, *(one.note for one in known.phones))
    return [*known.languages, *(tag for texts in said for tag in texts)]


@router.get(PATH)
async def show(
    request: Request, at: Editor, keeping: CurrentKeeping, words: Annotated[str, Query(max_length=100)] = ""
) -> Response:
    wanted = folded(words).split()
    found = [one for one in await keeping.contacts() if all(word in _words_of(one) for word in wanted)]
    cards = [(one, _card(keeping.preview_contact(one, _reader(keeping, at.member.language)))) for one in found]
    return page(request, "contacts.html", contacts=cards, words=words)


def _words_of(contact: Contact) -> str:
    said = (contact.id, contact.name, contact.address, contact.run_by, *contact.purpose.values())
    return folded("\n".join(filter(None, said)))


@router.get(NEW)
async def show_new(request: Request, at: Editor, keeping: CurrentKeeping) -> Response:
    sheet = await _sheet(request, keeping, None)
    country = next(iter((await keeping.options()).countries), "")
    form = sheet.opened(None, country=country, confidence="medium", **{READER: at.member.language})
    return _shown(request, keeping, sheet, None, Filled(form))


@router.post(NEW)
async def add(request: Request, at: Editor, keeping: CurrentKeeping, form: Posted) -> Response:
    if not form["id"].strip():
        taken = {one.id for one in await keeping.contacts()}
        form.values = {**form.values, "id": suggested(form["name"], taken)}
    return await _kept(request, at, keeping, None, form)


@router.post(f"{NEW}/preview")
async def preview_new(request: Request, at: Editor, keeping: CurrentKeeping, form: Posted) -> Response:
    """The piece of the page that shows what migrants will see."""
    sheet = await _sheet(request, keeping, None)
    return page(request, "content_preview.html", preview=_preview(request, keeping, sheet, form))


@router.get(f"{PATH}/{{contact}}")
async def show_one(request: Request, at: Editor, keeping: CurrentKeeping, known: Known) -> Response:
    sheet = await _sheet(request, keeping, known)
    form = sheet.opened(known, **{READER: at.member.language})
    return _shown(request, keeping, sheet, known, Filled(form))


@router.post(f"{PATH}/{{contact}}")
async def save(request: Request, at: Editor, keeping: CurrentKeeping, contact: Id, form: Posted) -> Response:
    """One that a colleague has deleted meanwhile is shown as a new one: what was typed is not lost."""
    known = next((one for one in await keeping.contacts() if one.id == contact), None)
    if known is None:
        form.values = {**form.values, "id": contact}
    return await _kept(request, at, keeping, known, form)


@router.post(f"{PATH}/{{contact}}/preview")
async def preview(request: Request, at: Editor, keeping: CurrentKeeping, known: Known, form: Posted) -> Response:
    sheet = await _sheet(request, keeping, known)
    return page(request, "content_preview.html", preview=_preview(request, keeping, sheet, form))


@router.post(f"{PATH}/{{contact}}/remove")
async def remove(request: Request, at: Editor, keeping: CurrentKeeping, known: Known) -> Response:
    try:
        await keeping.remove_contact(known.id, by=at.member.login)
    except ContactInUseError as error:
        sheet = await _sheet(request, keeping, known)
        filled = Filled(sheet.opened(known, **{READER: at.member.language}), 409)
        return _shown(request, keeping, sheet, known, filled, users=_users(error, at.member.language))
    say(request, texts_of(request).gettext("The contact was deleted."))
    return go(PATH)


def _users(error: ContactInUseError, reader: str) -> list[dict[str, str]]:
    """Who names it, with the article's page where it is one."""
    named = [(site.name[tag], tag) for site in error.sites for tag in fallbacks(reader, set(site.name))[:1]]
    sites = [{"text": text, "language": tag, "article": ""} for text, tag in named]
    return sites + [{**title_of(article), "article": article.id} for article in error.articles]


async def _kept(request: Request, at: SignedIn, keeping: Keeping, known: Contact | None, form: Form) -> Response:
    async def keep(contact: Contact, over: Contact | None) -> None:
        await keeping.keep_contact(contact, over=over, by=at.member.login)

    filled = await kept(request, await _sheet(request, keeping, known), form, keep)
    if filled is not None:
        return _shown(request, keeping, await _sheet(request, keeping, known), known, filled)
    say(request, texts_of(request).gettext("The contact was saved: it counts within a second."))
    return go(PATH)


def _shown(
    request: Request,
    keeping: Keeping,
    sheet: Sheet[Contact],
    known: Contact | None,
    filled: Filled,
    users: Sequence[Mapping[str, str]] = (),
) -> Response:
    return shown(
        request,
        "contact.html",
        sheet,
        filled,
        f"{PATH}/{known.id}" if known else NEW,
        contact=known,
        users=users,
        languages=keeping.languages,
        reader=_reader(keeping, filled.form[READER] or request.state.member.language),
        preview=_preview(request, keeping, sheet, Form(filled.form.values)),
    )


def _preview(request: Request, keeping: Keeping, sheet: Sheet[Contact], form: Form) -> Foresight | None:
    """The card; None where what is written is no contact yet."""
    values = form.values if form["id"] else {**form.values, "id": "new"}
    contact = sheet.read(Form(values), str)
    reader = _reader(keeping, form[READER] or request.state.member.language)
    return foreseen(keeping.preview_contact(contact, reader), reader) if contact else None


def _card(blocks: Sequence[Any]) -> Any:
    # Jinja's templates of the widget are not needed before somebody looks.
    from channels.web.drawing import drawn

    return drawn(blocks)


def _reader(keeping: Keeping, wanted: str) -> str:
    return wanted if wanted in keeping.languages else keeping.languages[0]


AREA = Area(
    router,
    (Page(ROOT + PATH, sentence("Contacts"), sentence("Offices, organisations and hotlines."), "editor"),),
)
