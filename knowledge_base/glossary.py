"""The official terms of the field in every language: permits, offices, papers.

`glossary/LANG.tsv` has a term's id and the term a line, and may have a note after it. What stands in brackets explains
a term and is no part of it.
"""

import functools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from knowledge_base.documents import Text
from knowledge_base.folding import folded
from knowledge_base.languages import fallbacks
from knowledge_base.markdown import plain_text

WORD = re.compile(r"[^\W_]+(?:[-'’\u200c][^\W_]+)*")
EXPLANATION = re.compile(r"\s*[(（][^)）]*[)）]")
# How many letters at a word's end may go, and how many may come, when it is inflected.
INFLECTED, IN_ENGLISH = (3, 6), (0, 2)
# What is left of a word must be more than this.
STEM = 3
SHIPPED = Path(__file__).parent / "content" / "glossary"


class GlossaryError(ValueError):
    """A glossary file that cannot be read; the text names file and line."""


@dataclass(frozen=True, slots=True)
class Term:
    """An official term in one language."""

    id: str
    text: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Pair:
    """A term that the source says, and what it is called in the translation's language; whether it is said there."""

    source: str
    wanted: str
    is_said: bool


class Glossary:
    """The terms of every language by tag."""

    def __init__(self, terms: Mapping[str, Iterable[Term]]) -> None:
        self._terms = {language: {term.id: term for term in found} for language, found in terms.items()}
        self._words = {
            language: {term.id: _words(bare(term.text)) for term in found.values()}
            for language, found in self._terms.items()
        }

    @property
    def languages(self) -> list[str]:
        return sorted(self._terms)

    def terms(self, language: str) -> list[Term]:
        """In the order of the file; none where the language has no glossary."""
        return list(self._terms.get(language, {}).values())

    def said(self, text: str, language: str) -> list[Term]:
        """The terms that stand in a plain text, inflected or not; none that is only part of a longer one there."""
        words = _words(text)
        starts = _starts(words)
        found: list[tuple[int, int, Term]] = []
        for term in self._terms.get(language, {}).values():
            wanted = self._words[language][term.id]
            found += [(at, at + len(wanted), term) for at in _places(words, starts, wanted, language)]
        longest = [
            (start, term)
            for start, end, term in found
            if not any(a <= start and end <= b and (a, b) != (start, end) for a, b, _ in found)
        ]
        return list(dict.fromkeys(term for _, term in sorted(longest, key=lambda pair: pair[0])))

    def compare(self, source: Text, source_language: str, text: Text | None, language: str) -> list[Pair]:
        """The source's terms and their names in the translation: a hint, since a pronoun may stand for a term.

        In None, a translation that is not there yet, none of them is said.
        """
        near = _nearest(language, self._terms)
        known = self._terms.get(near, {})
        there = folded(_shown(text)) if text else ""
        words = _words(there)
        starts = _starts(words)
        pairs = []
        for term in self.said(_shown(source), source_language):
            if term.id in known:
                name = bare(known[term.id].text)
                places = _places(words, starts, self._words[near][term.id], language)
                pairs.append(Pair(bare(term.text), name, bool(places) or folded(name) in there))
        return pairs

    def names(self, term_id: str) -> dict[str, Term]:
        """What a term is called in each language that has it; nothing for an unknown one."""
        return {language: known[term_id] for language, known in sorted(self._terms.items()) if term_id in known}

    def found(self, words: str, language: str) -> list[str]:
        """The ids of the terms of a language in which, or in whose names elsewhere, some words stand as typed."""
        wanted = folded(words.strip())
        return [
            term_id
            for term_id in self._terms.get(language, {})
            if any(
                wanted in folded(f"{known[term_id].text} {known[term_id].note}")
                for known in self._terms.values()
                if term_id in known
            )
        ]


def read_glossary(folder: Path) -> Glossary:
    """Raises GlossaryError."""
    return Glossary({path.stem: _read(path) for path in sorted(folder.glob("*.tsv"))})


@functools.cache
def shipped_glossary() -> Glossary:
    """The one that comes with the program, read once."""
    return read_glossary(SHIPPED)


def bare(term: str) -> str:
    """The term without its explanation: `TAJ number (social security number)` → `TAJ number`."""
    return EXPLANATION.sub("", term).strip() or term


def _read(path: Path) -> list[Term]:
    found: dict[str, Term] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        identifier, *rest = line.split("\t")
        if not identifier or len(rest) not in (1, 2) or not rest[0].strip():
            raise GlossaryError(f"{path}:{number}: expected an id, a tab and a term, and perhaps a tab and a note")
        if identifier in found:
            raise GlossaryError(f"{path}:{number}: the term {identifier} stands in the file twice")
        found[identifier] = Term(identifier, rest[0].strip(), rest[1].strip() if len(rest) == 2 else "")
    return list(found.values())


def _nearest(language: str, known: Mapping[str, object]) -> str:
    near = fallbacks(language, set(known), last="")
    return near[0] if near and near[0].split("-")[0] == language.split("-")[0] else language


def _shown(text: Text) -> str:
    steps = [
        line
        for step in text.steps
        for line in (step.title, step.text, *step.papers, step.place, step.fee, step.deadline)
        if line
    ]
    return "\n".join([text.title, *steps, plain_text(text.body)])


def _words(text: str) -> list[str]:
    return [folded(word) for word in WORD.findall(text)]


def _starts(words: list[str]) -> dict[str, list[int]]:
    """Where words begin with some letters: as many as the shortest stem has."""
    found: dict[str, list[int]] = {}
    for at, word in enumerate(words):
        found.setdefault(word[: STEM + 1], []).append(at)
    return found


def _places(words: list[str], starts: Mapping[str, list[int]], wanted: list[str], language: str) -> list[int]:
    """Where a run of words stands in others."""
    if not wanted:
        return []
    ending = IN_ENGLISH if language == "en" else INFLECTED
    likely = [at for at in starts.get(wanted[0][: STEM + 1], []) if at + len(wanted) <= len(words)]
    return [at for at in likely if all(_same(*pair, ending) for pair in zip(words[at:], wanted, strict=False))]


def _same(word: str, wanted: str, ending: tuple[int, int]) -> bool:
    may_go, may_come = ending
    stem = wanted[: len(wanted) - may_go] if len(wanted) > 2 * may_go else wanted
    return word == wanted or (len(stem) > STEM and word.startswith(stem) and len(word) - len(stem) <= may_come)
