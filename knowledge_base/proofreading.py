"""What can be seen of a translation without knowing its language: numbers, links, shape, leftovers of the source.

A finding is a question to a person, not a verdict: a number may rightly stand as a word.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, Protocol

from knowledge_base.documents import Article, Content, Revision, Text
from knowledge_base.languages import primary
from knowledge_base.markdown import plain_text, sections

Fault = Literal["numbers", "links", "sections", "items", "steps", "papers", "untranslated", "language", "unsourced"]


class Detected(Protocol):
    """The language that a text is written in, as a detector sees it; None where it is not sure."""

    @property
    def code(self) -> str | None: ...


Detect = Callable[[str], Detected]

LINK = re.compile(r"\]\(([^)\s]*)\)")
ITEM = re.compile(r"(?m)^\s*(?:[-*]|\d+\.)\s+")
GROUPED = re.compile(r"(?<=\d)[\s.,'’٬،](?=\d{3}(?!\d))")
NUMBER = re.compile(r"\d+")
# Chinese and Vietnamese count the months that others name.
MONTH = re.compile(r"\d{1,2}\s*月|\btháng \d{1,2}\b", re.IGNORECASE)
ROMAN = re.compile(r"\b(X{0,3})(IX|IV|V?I{0,3})\b")
WORD = re.compile(r"[^\W\d_]+")
# So many words in a row that stand in the source too are no name of an office any more.
LEFTOVER_WORDS = 7


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """Something in a translation to look at; `detail` is what was found, in few words."""

    article: str
    language: str
    fault: Fault
    detail: str

    def __str__(self) -> str:
        return f"{self.article}/{self.language}: {self.fault}: {self.detail}"


def findings(content: Content, detect: Detect | None = None) -> Iterator[Finding]:
    """All there is to look at in the published texts, drafts aside."""
    for article in content.articles:
        source = article.translations[article.source_language].published
        for language, translation in article.translations.items():
            if translation.published is None:
                continue
            yield from own_findings(article, language, translation.published, detect)
            if source is not None and language != article.source_language:
                yield from compared(article.id, language, source.text, translation.published.text)


def own_findings(article: Article, language: str, revision: Revision, detect: Detect | None) -> Iterator[Finding]:
    """What a text shows by itself."""
    for url in LINK.findall(revision.text.body):
        if url not in {source.url for source in article.facts.sources}:
            yield Finding(article.id, language, "unsourced", url)
    if detect is not None:
        for part in _paragraphs(revision.text):
            seen = detect(part).code
            if seen is not None and not _same_language(seen, language):
                yield Finding(article.id, language, "language", f"{seen}: {_short(part)}")


def compared(article: str, language: str, source: Text, text: Text) -> Iterator[Finding]:
    """What the two texts do not have in common and should."""

    def differ(fault: Fault, wanted: object, found: object) -> Iterator[Finding]:
        if wanted != found:
            yield Finding(article, language, fault, f"{found}, the source has {wanted}")

    missing, added = _difference(numbers(_said(source)), numbers(_said(text)))
    missing = [number for number in missing if number not in _roman(_said(text))]
    if missing or added:
        yield Finding(article, language, "numbers", f"missing {missing}, added {added}")
    if Counter(LINK.findall(source.body)) != Counter(LINK.findall(text.body)):
        yield Finding(article, language, "links", f"{len(LINK.findall(text.body))} of {len(LINK.findall(source.body))}")
    yield from differ("sections", len(sections(source.body)), len(sections(text.body)))
    yield from differ("items", len(ITEM.findall(source.body)), len(ITEM.findall(text.body)))
    yield from differ("steps", len(source.steps), len(text.steps))
    yield from differ("papers", [len(s.papers) for s in source.steps], [len(s.papers) for s in text.steps])
    leftover = _leftover(_said(source), _said(text))
    if leftover:
        yield Finding(article, language, "untranslated", leftover)


def numbers(text: str) -> list[str]:
    """The numbers of a text in any digits, without grouping: `10 000`, `10.000` and `۱۰٬۰۰۰` are `10000`.

    The number of a month is none.
    """
    plain = "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in LINK.sub("]", text))
    plain = GROUPED.sub("", MONTH.sub("", plain))
    return [found.lstrip("0") or "0" for found in NUMBER.findall(plain)]


def _difference(wanted: list[str], found: list[str]) -> tuple[list[str], list[str]]:
    first, second = Counter(wanted), Counter(found)
    return sorted((first - second).elements()), sorted((second - first).elements())


def _said(text: Text) -> str:
    """What is shown of a text, but for the example questions, which are nobody's translation."""
    steps = [
        "\n".join([step.title, *step.papers, *filter(None, (step.text, step.place, step.fee, step.deadline))])
        for step in text.steps
    ]
    return "\n".join([text.title, *steps, ITEM.sub("", text.body)])


def _paragraphs(text: Text) -> list[str]:
    said = [plain_text(part.text) for part in sections(text.body)]
    return [part for part in said if len(WORD.findall(part)) >= LEFTOVER_WORDS]


def _leftover(source: str, text: str) -> str | None:
    """The first run of words that stands in the source as well."""
    known = {tuple(run) for run in _runs(source)}
    return next((" ".join(run) for run in _runs(text) if tuple(run) in known), None)


def _runs(text: str) -> Iterator[list[str]]:
    """Runs of words; a list of names, which most languages leave as they are, is none."""
    for line in LINK.sub("]", text).split("\n"):
        said = WORD.findall(line)
        for at in range(len(said) - LEFTOVER_WORDS + 1):
            run = said[at : at + LEFTOVER_WORDS]
            if sum(word[0].isupper() for word in run) <= LEFTOVER_WORDS // 2:
                yield [word.casefold() for word in run]


def _roman(text: str) -> set[str]:
    """The numbers up to 39 that stand in Roman numerals: `XI. kerület` is district 11."""
    found = set()
    for tens, units in (match.groups() for match in ROMAN.finditer(text)):
        if tens or units:
            found.add(str(10 * len(tens) + ["", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX"].index(units)))
    return found


def _same_language(seen: str, language: str) -> bool:
    # Which of these a text is, no detector can tell for sure.
    close = {"bs", "hr", "sr"}
    return primary(seen) == primary(language) or {primary(seen), primary(language)} <= close


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}…"
