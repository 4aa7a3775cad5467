"""Serbian in Latin letters, from the Cyrillic text: a letter for a letter, as the language's own orthography has it.

Source: Pravopis srpskoga jezika (Matica srpska, 2010); thirty letters, three of which become two.
"""

import re
from collections.abc import Callable
from typing import TypeVar

from knowledge_base.documents import Article, Contact, Content, Notice, Revision, Site, Text, Texts, Topic, Translation

Named = TypeVar("Named", Topic, Site)
CYRILLIC, LATIN_TAG = "sr", "sr-Latn"
PAIRS = "аa бb вv гg дd ђđ еe жž зz иi јj кk лl љlj мm нn њnj оo пp рr сs тt ћć уu фf хh цc чč џdž шš"
LETTERS = {pair[0]: pair[1:] for pair in PAIRS.split()}
LETTER = re.compile(f"[{''.join(LETTERS)}]", re.IGNORECASE)


def latin(text: str) -> str:
    """`Џеп` → `Džep`, `ЏЕП` → `DŽEP`; what is not Serbian Cyrillic stays."""

    def letter(found: re.Match[str]) -> str:
        own = found[0]
        written = LETTERS[own.lower()]
        if own.islower():
            return written
        around = text[max(found.start() - 1, 0) : found.start()] + text[found.end() : found.end() + 1]
        return written.upper() if any(map(str.isupper, around)) else written.capitalize()

    return LETTER.sub(letter, text)


def with_latin(content: Content) -> Content:
    """The content with every Serbian text in Latin letters too, where it has none of its own."""
    return content.model_copy(
        update={
            "articles": [_article(article) for article in content.articles],
            "notices": [_notice(notice) for notice in content.notices],
            "contacts": [_contact(contact) for contact in content.contacts],
            "topics": [_named(topic) for topic in content.topics],
            "sites": [_named(site) for site in content.sites],
        }
    )


def _article(article: Article) -> Article:
    own = article.translations.get(CYRILLIC)
    if own is None or LATIN_TAG in article.translations:
        return article
    written = Translation(published=_revision(own.published), draft=_revision(own.draft))
    return article.model_copy(update={"translations": {**article.translations, LATIN_TAG: written}})


def _revision(revision: Revision | None) -> Revision | None:
    return revision and revision.model_copy(update={"text": _text(revision.text)})


def _text(text: Text) -> Text:
    # What is never shown is searched as it was typed, once.
    said = text.model_dump(exclude={"search_questions"})
    return Text.model_validate(_everywhere(latin, said))


def _everywhere(change: Callable[[str], str], value: object) -> object:
    match value:
        case str():
            return change(value)
        case list():
            return [_everywhere(change, one) for one in value]
        case dict():
            return {key: _everywhere(change, one) for key, one in value.items()}
        case _:
            return value


def _texts(texts: Texts) -> Texts:
    return {**texts, LATIN_TAG: latin(texts[CYRILLIC])} if CYRILLIC in texts and LATIN_TAG not in texts else texts


def _named(document: Named) -> Named:
    return document.model_copy(update={"name": _texts(document.name)})


def _contact(contact: Contact) -> Contact:
    phones = [phone.model_copy(update={"note": _texts(phone.note)}) for phone in contact.phones]
    update = {"purpose": _texts(contact.purpose), "hours_note": _texts(contact.hours_note), "phones": phones}
    return contact.model_copy(update=update)


def _notice(notice: Notice) -> Notice:
    own = notice.texts.get(CYRILLIC)
    if own is None or LATIN_TAG in notice.texts:
        return notice
    # A date is put where a name in braces stands: those are Latin letters, and stay.
    written = own.model_copy(update={"title": latin(own.title), "text": latin(own.text)})
    return notice.model_copy(update={"texts": {**notice.texts, LATIN_TAG: written}})
