"""Answers, notices and contacts as blocks, labelled in the reader's language."""

from collections.abc import Collection
from datetime import datetime

from babel.dates import get_day_names
from babel.lists import format_list

from bot.payloads import payload
from bot.replies import (
    Block,
    Button,
    Buttons,
    Checklist,
    ContactCard,
    Detail,
    Item,
    Link,
    Notice,
    Quotation,
    Said,
    Sources,
    StepBlock,
    Steps,
)
from bot.replies import Step as StepCard
from bot.state import UNSAID
from bot.texts import Texts
from knowledge_base.documents import DAYS, Hours
from knowledge_base.documents import Step as ArticleStep
from knowledge_base.languages import endonym, locale
from knowledge_base.markdown import sections
from retrieval.case import Case
from retrieval.shown import Answer, ShownAnswer, ShownChoice, ShownContact, ShownNotice


def sent_blocks(opened: Answer | None, texts: Texts) -> list[Block]:
    """A whole article that nobody asked the bot for in this turn; nothing where it is not published.

    Without buttons, which the bot answers only within its own turns.
    """
    if opened is None or opened.answer is None:
        return []
    blocks = notice_blocks(opened.notices) + answer_blocks(opened.answer, texts, whole=True)
    return [block for block in blocks if not isinstance(block, Buttons)]


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
        # In full on request only: step by step is easier to follow.
        fields = None if whole else ()
        blocks.append(steps_block(answer.steps, answer.language, texts, fields=fields))
    return blocks + closing_blocks(answer, texts, whole=whole)


def closing_blocks(answer: ShownAnswer, texts: Texts, *, whole: bool) -> list[Block]:
    """The sources, and the ways to more of the article."""
    blocks: list[Block] = [_sources(answer, texts)]
    buttons = []
    if answer.steps:
        title = texts.gettext("Go through it step by step")
        buttons.append(Button(language=texts.language, title=title, payload=payload("step", id=answer.article, at=0)))
    if not whole and (len(sections(answer.text)) > 1 or answer.steps):
        title = texts.gettext("Show everything about this")
        target = payload("article", id=answer.article, whole=True)
        buttons.append(Button(language=texts.language, title=title, payload=target))
    if buttons:
        blocks.append(Buttons(language=texts.language, buttons=buttons))
    return blocks


def audience_caveat(answer: ShownAnswer, case: Case, texts: Texts) -> list[Block]:
    """Said before a text that does not hold for what the asker has said of themself."""
    if case.audience is None or case.audience in answer.audience or "all" in answer.audience:
        return []
    names = audience_names(texts)
    sentence = texts.gettext("This text is for other people than you said you are: {people}.")
    people = format_list([names[audience] for audience in answer.audience], style="or", locale=locale(texts.language))
    return [Said(language=texts.language, text=sentence.format(people=people))]


def audience_names(texts: Texts) -> dict[str, str]:
    """Whom an article is for, as parts of the sentence of `audience_caveat`."""
    _ = texts.gettext
    return {
        "eea": _("citizens of EU and EEA countries and Switzerland"),
        "third-country": _("citizens of other countries"),
        "asylum": _("people who asked for asylum or have it"),
        "temporary-protection": _("people with temporary protection (Ukraine)"),
    }


def phase_names(texts: Texts) -> dict[str, str]:
    """The phases of a stay that have a menu of their own: who lives here finds theirs by topic."""
    _ = texts.gettext
    return {"before-arrival": _("Before you come"), "return": _("Going back to your country")}


def case_names(texts: Texts, dimension: str) -> dict[str, str]:
    """The answers to "who asks?", by their values; the last one is to say nothing."""
    _ = texts.gettext
    names = {
        "audience": {
            "eea": _("I am a citizen of an EU or EEA country or Switzerland"),
            "third-country": _("I am a citizen of another country"),
            "asylum": _("I asked for asylum, or I have it"),
            "temporary-protection": _("I have temporary protection (Ukraine)"),
        },
        "purpose": {
            "work": _("I am here to work"),
            "study": _("I am here to study"),
            "family": _("I am here with my family"),
        },
    }[dimension]
    return {**names, UNSAID: _("I would rather not say")}


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


def step_details(step: ArticleStep, texts: Texts) -> dict[str, Detail]:
    """What is known of a step, by the name of its field."""
    _ = texts.gettext
    fields = {
        "papers": (_("What to bring"), step.papers),
        "place": (_("Where"), [step.place] if step.place else []),
        "fee": (_("Cost"), [step.fee] if step.fee else []),
        "deadline": (_("By when"), [step.deadline] if step.deadline else []),
    }
    return {name: Detail(label=label, values=values) for name, (label, values) in fields.items() if values}


def steps_block(
    steps: list[ArticleStep], language: str, texts: Texts, *, fields: Collection[str] | None = None
) -> Steps:
    """The steps with all that is known of them, or with some fields only (`fields`, then without their texts)."""
    shown = []
    for step in steps:
        known = step_details(step, texts)
        details = [detail for name, detail in known.items() if fields is None or name in fields]
        shown.append(StepBlock(title=step.title, text=step.text if fields is None else None, details=details))
    count = len(shown)
    heading = texts.ngettext("{count} step", "{count} steps", count).format(count=texts.number(count))
    return Steps(language=language, heading=texts.gettext("Steps") if fields else heading, steps=shown)


def step_block(step: ArticleStep, number: int, count: int, language: str, texts: Texts) -> StepCard:
    """One step of a walk, without its papers: they are ticked in a list of their own."""
    known = step_details(step, texts)
    label = texts.gettext("Step {number} of {count}").format(number=texts.number(number), count=texts.number(count))
    details = [detail for name, detail in known.items() if name != "papers"]
    return StepCard(language=language, label=label, title=step.title, text=step.text, details=details)


def checklist(
    article: str, at: int, step: ArticleStep, ticked: Collection[tuple[int, int]], language: str, heading: str
) -> list[Block]:
    """The papers of the step at position `at`, to tick; nothing where there are none."""
    items = [
        Item(
            id=f"{article}/{at}/{n}",
            text=paper,
            ticked=(at, n) in ticked,
            tick=payload("tick", id=article, step=at, paper=n, on=True),
            untick=payload("tick", id=article, step=at, paper=n, on=False),
        )
        for n, paper in enumerate(step.papers)
    ]
    return [Checklist(language=language, heading=heading, items=items)] if items else []


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
    buttons = [Button(language=c.language, title=c.title, payload=payload("article", id=c.article)) for c in choices]
    none = Button(language=texts.language, title=texts.gettext("None of these"), payload=payload("none"))
    return Buttons(language=texts.language, buttons=[*buttons, none])


def contact_cards(contacts: list[ShownContact], texts: Texts, now: datetime) -> list[Block]:
    """With whether somebody is there at the aware time `now`."""
    return [_contact_card(contact, texts, now) for contact in contacts]


def _contact_card(contact: ShownContact, texts: Texts, now: datetime) -> ContactCard:
    _ = texts.gettext
    opening = [_("day and night")] if contact.always_open else _opening_hours(contact.hours, texts.language)
    if contact.opening is not None and contact.opening.changes is not None:
        state = _("Open now, until: {time}") if contact.opening.open else _("Closed now. Opens: {time}")
        opening.insert(0, state.format(time=texts.moment(contact.opening.changes, now)))
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
