"""Answers, notices and contacts as blocks, labelled in the reader's language."""

from babel.dates import get_day_names

from bot.replies import (
    Block,
    Button,
    Buttons,
    ContactCard,
    Detail,
    Link,
    Notice,
    Quotation,
    Said,
    Sources,
    StepBlock,
    Steps,
)
from bot.texts import Texts
from bot.understanding import article_payload
from knowledge_base.documents import Hours
from knowledge_base.documents import Step as ArticleStep
from knowledge_base.languages import endonym, locale
from knowledge_base.markdown import sections
from retrieval.shown import ShownAnswer, ShownChoice, ShownContact, ShownNotice

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def notice_blocks(notices: list[ShownNotice]) -> list[Block]:
    return [Notice(language=n.language, title=n.title, text=n.text) for n in notices]


def answer_blocks(answer: ShownAnswer, texts: Texts, *, whole: bool) -> list[Block]:
    """The quotation with what a reader must know of it: language, age, certainty, source and date."""
    blocks: list[Block] = [Said(language=texts.language, text=text) for text in _caveats(answer, texts)]
    parts = sections(answer.text)
    markdown = answer.text if whole else answer.passage
    if not whole and answer.passage_kind == "step" and parts:
        markdown = parts[0].text
    if markdown:
        blocks.append(Quotation(language=answer.language, title=answer.title, markdown=markdown))
    shows_steps = bool(answer.steps) and (whole or answer.passage_kind != "section")
    if shows_steps:
        blocks.append(_steps(answer.steps, answer.language, texts))
    blocks.append(_sources(answer, texts))
    shown_all = whole or (len(parts) <= 1 and (shows_steps or not answer.steps))
    if not shown_all:
        title = texts.gettext("Show everything about this")
        button = Button(language=texts.language, title=title, payload=article_payload(answer.article, whole=True))
        blocks.append(Buttons(language=texts.language, buttons=[button]))
    return blocks


def _caveats(answer: ShownAnswer, texts: Texts) -> list[str]:
    _ = texts.gettext
    found = []
    if answer.history:
        found.append(_("This is about the past. It is not in force today."))
    if answer.translation == "other_language":
        sentence = _("This text is not in your language yet. Here it is in this language: {language}.")
        found.append(sentence.format(language=texts.language_name(answer.language)))
    if answer.translation == "outdated":
        found.append(_("The original text has changed since this translation. Please ask the office."))
    if answer.confidence_of_facts != "high":
        found.append(_("We are not sure of everything in this text. Ask the office before you rely on it."))
    return found


def _steps(steps: list[ArticleStep], language: str, texts: Texts) -> Steps:
    _ = texts.gettext
    shown = []
    for step in steps:
        fields = (
            (_("What to bring"), step.papers),
            (_("Where"), [step.place] if step.place else []),
            (_("Cost"), [step.fee] if step.fee else []),
            (_("By when"), [step.deadline] if step.deadline else []),
        )
        details = [Detail(label=label, values=values) for label, values in fields if values]
        shown.append(StepBlock(title=step.title, text=step.text, details=details))
    return Steps(language=language, heading=_("Steps"), steps=shown)


def _sources(answer: ShownAnswer, texts: Texts) -> Sources:
    _ = texts.gettext
    if answer.as_of:
        sentence = _("Sources of {year}. Text checked on {date}.")
        checked = sentence.format(year=answer.as_of, date=texts.date(answer.reviewed))
    else:
        checked = _("Text checked on {date}.").format(date=texts.date(answer.reviewed))
    links = [Link(title=source.title, url=source.url) for source in answer.source]
    return Sources(language=texts.language, label=_("Source"), sources=links, checked=checked)


def choice_buttons(choices: list[ShownChoice], texts: Texts) -> Buttons:
    """Two to five titles, and a way out."""
    buttons = [Button(language=c.language, title=c.title, payload=article_payload(c.article)) for c in choices]
    none = Button(language=texts.language, title=texts.gettext("None of these"), payload="/none")
    return Buttons(language=texts.language, buttons=[*buttons, none])


def contact_cards(contacts: list[ShownContact], texts: Texts) -> list[Block]:
    return [_contact_card(contact, texts) for contact in contacts]


def _contact_card(contact: ShownContact, texts: Texts) -> ContactCard:
    _ = texts.gettext
    opening = [_("day and night")] if contact.always_open else _opening_hours(contact.hours, texts.language)
    if contact.hours_note:
        opening.append(contact.hours_note)
    fields = (
        (_("Opening hours"), opening),
        (_("Languages"), [endonym(language) for language in contact.languages]),
        (_("Address"), [contact.address] if contact.address else []),
        (_("E-mail"), [contact.email] if contact.email else []),
    )
    return ContactCard(
        language=texts.language,
        name=contact.name,
        purpose=contact.purpose,
        phones=[Detail(label=p.number, values=[p.note] if p.note else []) for p in contact.phones],
        details=[Detail(label=label, values=values) for label, values in fields if values],
        website=contact.website,
    )


def _opening_hours(hours: list[Hours], language: str) -> list[str]:
    """`Mon, Tue 8:00-16:00` with the days' names in the language."""
    names = get_day_names("abbreviated", locale=locale(language))
    lines = []
    for entry in hours:
        days = ", ".join(names[DAYS.index(day)] for day in entry.days)
        lines.append(f"{days} {entry.opens}–{entry.closes}")
    return lines
