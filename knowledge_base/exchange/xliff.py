"""Texts as XLIFF 2.1, the format of translators' programs: one file for a source language and a target language.

Each article is a `file`, each field a `unit` whose id is the field's name. What a program adds is left alone; a unit
that it cut into several segments is put together again.
"""

import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from knowledge_base.documents import Article
from knowledge_base.editing.fields import LISTS, Fields
from knowledge_base.exchange.copies import LARGEST, MOST_TEXTS, Copy, is_field
from knowledge_base.exchange.faults import ExchangeError, Fault, Place, refused

XLIFF = "urn:oasis:names:tc:xliff:document:2.0"
SPACE = "{http://www.w3.org/XML/1998/namespace}space"
VERSIONS = ("2.0", "2.1")
# Marks that a program may put around words; what stands for something else is none of them.
MARKS = {f"{{{XLIFF}}}{name}" for name in ("mrk", "pc", "sm", "em")}
# Of a segment that somebody has translated; without any it is `initial`.
DONE = ("translated", "reviewed", "final")
# The state of a segment, by that of the text.
STATES = {"current": "final", "draft": "translated", "outdated": "translated"}


def to_xliff(copies: Iterable[Copy], articles: Mapping[str, Article], source: str, target: str) -> bytes:
    """The copies in the target language; raises ExchangeError where a text has a character that XML cannot hold."""
    ET.register_namespace("", XLIFF)
    root = ET.Element(f"{{{XLIFF}}}xliff", {"version": "2.1", "srcLang": source, "trgLang": target})
    for copy in copies:
        file = _sub(root, "file", id=copy.article)
        about = {"revision": str(copy.revision), "source-revision": str(copy.source_revision or 0)}
        about |= {"state": copy.state, "about": _about(articles[copy.article])}
        _notes(file, about)
        for key in dict.fromkeys([*copy.source, *copy.fields]):
            wanted, said = copy.source.get(key, ""), copy.fields.get(key, "")
            if not wanted and not said:
                continue
            for text in (wanted, said):
                if "\ufffe" in text or "\uffff" in text:
                    raise refused("unheld", Place(name=f"{copy.article}/{target}", field=key), format="XML")
            unit = _sub(file, "unit", id=key, name=f"{copy.article}/{key}")
            unit.set(SPACE, "preserve")
            notes = {"format": "A line each; not a translation, but how people ask."} if key in LISTS else {}
            notes |= {"changed": "The source has changed since this was translated."} if key in copy.stale else {}
            _notes(unit, notes)
            state = "initial" if key in copy.stale or not said else STATES.get(copy.state, "translated")
            segment = _sub(unit, "segment", state=state)
            _sub(segment, "source").text = wanted
            if said:
                _sub(segment, "target").text = said
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def from_xliff(data: bytes) -> list[Copy]:
    """Raises ExchangeError, which names each bad unit; articles without any translation are left out."""
    if len(data) > LARGEST:
        raise refused("size", count=LARGEST // 1_000_000)
    try:
        root = fromstring(data, forbid_dtd=True)
    except ET.ParseError as error:
        raise refused("format", format="XML") from error
    except (DefusedXmlException, ValueError, LookupError) as error:
        raise refused("doctype") from error
    if root.tag != f"{{{XLIFF}}}xliff" or root.get("version") not in VERSIONS:
        raise refused("format", format="XLIFF 2.0 / 2.1")
    language = root.get("trgLang", "")
    if not language:
        raise refused("known_by", what="trgLang, the language translated into, is missing")
    files = root.findall(f"{{{XLIFF}}}file")
    if len(files) > MOST_TEXTS:
        raise refused("texts", count=MOST_TEXTS)
    found: list[Copy] = []
    faults: list[Fault] = []
    for file in files:
        try:
            copy = _copy(file, language)
        except ExchangeError as error:
            faults += error.faults
            continue
        if not copy.is_empty:
            found.append(copy)
    if faults:
        raise ExchangeError(*faults)
    return found


def _copy(file: ET.Element, language: str) -> Copy:
    article = file.get("id", "")
    notes = {note.get("id", ""): note.text or "" for note in file.findall(f"{{{XLIFF}}}notes/{{{XLIFF}}}note")}
    numbers = {}
    for key in ("revision", "source-revision"):
        said = notes.get(key, "").strip()
        if not (said.isascii() and said.isdigit() and len(said) < 10):
            raise refused("known_by", Place(name=article), what=f"the note {key!r} is missing")
        numbers[key] = int(said)
    source: Fields = {}
    fields: Fields = {}
    done = set()
    faults = []
    for unit in file.iter(f"{{{XLIFF}}}unit"):
        key = unit.get("id", "")
        place = Place(name=article, field=key)
        if not is_field(key) or key in source:
            faults.append(Fault(place, "twice" if key in source else "field"))
            continue
        try:
            source[key], fields[key] = _said(unit, place)
        except ExchangeError as error:
            faults += error.faults
        segments = unit.findall(f"{{{XLIFF}}}segment")
        if segments and all(segment.get("state") in DONE for segment in segments):
            done.add(key)
    if faults:
        raise ExchangeError(*faults)
    return Copy(
        article=article,
        language=language,
        state=notes.get("state", ""),
        revision=numbers["revision"],
        source_revision=numbers["source-revision"] or None,
        fields={"section-0-heading": "", **fields},
        source=source,
        done=frozenset(done),
        place=Place(name=article),
    )


def _said(unit: ET.Element, place: Place) -> tuple[str, str]:
    """Source and target of a unit; no target where a segment has none."""
    source, target, is_whole = "", "", True
    for segment in unit:
        if segment.tag not in (f"{{{XLIFF}}}segment", f"{{{XLIFF}}}ignorable"):
            continue
        wanted = _text(segment.find(f"{{{XLIFF}}}source"), place)
        found = segment.find(f"{{{XLIFF}}}target")
        source += wanted
        if found is not None:
            target += _text(found, place)
        elif segment.tag == f"{{{XLIFF}}}ignorable":
            target += wanted
        else:
            is_whole = is_whole and not wanted.strip()
    return source, target if is_whole else ""


def _text(element: ET.Element | None, place: Place) -> str:
    if element is None:
        return ""
    for inner in element.iter():
        if inner is not element and inner.tag not in MARKS:
            raise refused("placeholder", place)
    return "".join(element.itertext())


def _about(article: Article) -> str:
    sources = "; ".join(source.url or source.title for source in article.facts.sources)
    return f"{article.facts.kind}, {article.facts.country}, {', '.join(article.facts.topics)}. Sources: {sources}"


def _sub(parent: ET.Element, kind: str, /, **attributes: str) -> ET.Element:
    return ET.SubElement(parent, f"{{{XLIFF}}}{kind}", attributes)


def _notes(parent: ET.Element, said: Mapping[str, str]) -> None:
    if said:
        notes = _sub(parent, "notes")
        for key, text in said.items():
            _sub(notes, "note", id=key).text = text
