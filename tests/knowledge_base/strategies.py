"""Hypothesis strategies: any content that the rules allow."""

from datetime import date
from typing import Any

from hypothesis import strategies as st

from knowledge_base.documents import (
    Article,
    ArticleFacts,
    Contact,
    Content,
    Hours,
    Kind,
    Notice,
    NoticeText,
    Phone,
    Revision,
    Site,
    Source,
    Step,
    Text,
    Topic,
    Translation,
)
from knowledge_base.markdown import body_problems

# Texts that YAML, Markdown or a spreadsheet like to take for something else.
TRICKY = [
    "no",
    "Yes",
    "null",
    "~",
    "true",
    "16:00",
    "1:2:3",
    "2026-11-22",
    "2014",
    "007",
    "0x1F",
    "1_000",
    "1e3",
    ".5",
    "+36",
    ".inf",
    "=",
    "<<",
    "---",
    "...",
    "- item",
    "? key",
    "key: value",
    "trailing:",
    "a # b",
    "#hash",
    "&anchor",
    "*alias",
    "!tag",
    "!!int x",
    "%TAG",
    "@at",
    "`tick`",
    "|",
    ">",
    "[x]",
    "{valid}{",
    "}",
    "'quoted'",
    '"quoted"',
    "it's",
    "back\\slash \\n",
    "a  b   c",
    "a\tb",
    "x" * 1000,
    "word " * 180 + "end",
    "🇭🇺 emoji 👩‍👩‍👧",
    "كيف أحصل على بطاقة؟",
    "שלום world",
    "‏right",
    "ﷺ",
    "居留许可",
    "e\u0301",
    "\ufeffmark",
    "a\u00a0b",
    "z\u200bw",
    "\U0010ffff",
]
_characters = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp"))


def _is_said(text: str) -> bool:
    return bool(text.strip())


lines = st.sampled_from(TRICKY) | st.text(_characters, min_size=1, max_size=60).filter(_is_said)
titles = lines.map(lambda text: text.strip()[:120]).filter(_is_said)
BODY_PARTS = [
    "A short answer.",
    "---",
    "## What to bring",
    "### Cost",
    "- one\n- two",
    "    indented: code",
    "1. first\n2. second",
    "**bold** [link](https://example.org/a?b=c&d=%20)",
    "Setext\n---",
    "> quoted",
    "```\n---\ntitle: no\n```",
    "line\\\nbreak",
    "\tTab",
]
bodies = (
    st.lists(st.sampled_from(BODY_PARTS) | lines, max_size=6)
    .flatmap(lambda parts: st.sampled_from(["\n", "\n\n", "\n\n\n"]).map(lambda gap: gap.join(parts)))
    .filter(lambda body: not body_problems(body.strip()))
)
identifiers = st.from_regex(r"[a-z0-9]{1,8}(-[a-z0-9]{1,4})?", fullmatch=True)
languages = st.sampled_from(["en", "hu", "no", "sr-Latn", "zh-Hans", "ar", "uk"])
days = st.dates(date(1900, 1, 1), date(2200, 1, 1))
texts_by_language = st.dictionaries(languages, lines, max_size=3)
spoken = st.dictionaries(languages, lines, min_size=1, max_size=3)
sources = st.builds(Source, title=lines, url=st.none() | st.just("https://example.org/a?b=1&c=%C3%A1#d"))
steps = st.builds(
    Step,
    title=lines,
    text=st.none() | lines,
    papers=st.lists(lines, max_size=2),
    place=st.none() | lines,
    fee=st.none() | lines,
    deadline=st.none() | lines,
)
checked: dict[str, Any] = {
    "sources": st.lists(sources, min_size=1, max_size=2),
    "as_of": st.none() | lines,
    "confidence": st.sampled_from(["high", "medium", "low"]),
    "volatile": st.booleans(),
    "verify": st.none() | lines,
}


@st.composite
def spoken_texts(draw: st.DrawFn, n_steps: int) -> Text:
    return Text(
        title=draw(titles),
        questions=draw(st.lists(lines, max_size=2)),
        search_questions=draw(st.lists(lines, max_size=2)),
        steps=[draw(steps) for _ in range(n_steps)],
        body=draw(bodies),
    )


@st.composite
def translations(draw: st.DrawFn, *, n_steps: int, renders: int | None) -> Translation:
    """Published, a draft, or both with the draft's text and number newer; minor and major revisions."""
    published = draft = None
    part = draw(st.sampled_from(["published", "draft", "both"]))
    number = 0
    if part != "draft":
        number = draw(st.integers(1, 5))
        published = draw(_revisions(number, n_steps, renders, major_before=1))
    if part != "published":
        number += draw(st.integers(1, 3))
        major_before = (published and published.last_major) or 1
        draft = draw(_revisions(number, n_steps, renders, major_before=major_before))
    return Translation(published=published, draft=draft)


@st.composite
def _revisions(draw: st.DrawFn, number: int, n_steps: int, renders: int | None, *, major_before: int) -> Revision:
    minor = number > major_before and draw(st.booleans())
    return Revision(
        text=draw(spoken_texts(n_steps)),
        reviewed=draw(days),
        number=number,
        last_major=draw(st.integers(major_before, number - 1)) if minor else number,
        renders=renders,
    )


@st.composite
def articles(draw: st.DrawFn, id: str, topics: list[str], contacts: list[str]) -> Article:
    kind: Kind = draw(st.sampled_from(["faq", "procedure", "directory"]))
    n_steps = draw(st.integers(1, 3)) if kind == "procedure" else 0
    source, *others = draw(st.lists(languages, min_size=1, max_size=3, unique=True))
    facts = ArticleFacts(
        kind=kind,
        country=draw(st.sampled_from(["HU", "NO"])),
        topics=draw(st.lists(st.sampled_from(topics), min_size=1, max_size=2)),
        audience=draw(st.lists(st.sampled_from(["eea", "asylum", "all"]), min_size=1, max_size=2)),
        phase=draw(st.sampled_from(["before-arrival", "living-here", "return"])),
        history=draw(st.booleans()),
        contacts=draw(st.lists(st.sampled_from(contacts), max_size=2)) if contacts else [],
        **{name: draw(strategy) for name, strategy in checked.items()},
    )
    said = {source: draw(translations(n_steps=n_steps, renders=None))}
    for language in others:
        said[language] = draw(translations(n_steps=n_steps, renders=1))
    asked = draw(st.dictionaries(languages, st.lists(lines, min_size=1, max_size=3, unique=True), max_size=2))
    return Article(
        id=id,
        facts=facts,
        source_language=source,
        translations=dict(sorted(said.items())),
        asked=dict(sorted(asked.items())),
    )


@st.composite
def topic_trees(draw: st.DrawFn) -> list[Topic]:
    """Topics in the order in which a tree is read: a parent, then all below it."""
    found: list[Topic] = []
    path: list[str] = []
    for id in draw(st.lists(identifiers, min_size=1, max_size=5, unique=True)):
        path = path[: draw(st.integers(0, len(path)))]
        found.append(Topic(id=id, parent=path[-1] if path else None, name=draw(spoken)))
        path = [*path, id]
    return found


hours = st.builds(
    Hours,
    days=st.lists(st.sampled_from(["mon", "wed", "sun"]), min_size=1, max_size=2),
    opens=st.sampled_from(["00:00", "08:30"]),
    closes=st.sampled_from(["16:00", "24:00"]),
)


def contacts(id: str, topics: list[str]) -> st.SearchStrategy[Contact]:
    return st.builds(
        Contact,
        id=st.just(id),
        name=lines,
        country=st.sampled_from(["HU", "NO"]),
        run_by=st.none() | lines,
        topics=st.lists(st.sampled_from(topics), min_size=1, max_size=2),
        purpose=spoken,
        languages=st.lists(languages, max_size=2),
        phones=st.lists(st.builds(Phone, number=lines, note=texts_by_language), max_size=2),
        email=st.none() | lines,
        website=st.none() | st.just("http://example.org"),
        address=st.none() | lines,
        hours=st.lists(hours, max_size=2),
        always_open=st.booleans(),
        hours_note=texts_by_language,
        crisis=st.booleans(),
        **checked,
    )


@st.composite
def notices(draw: st.DrawFn, id: str, topics: list[str]) -> Notice:
    words = lines.map(lambda text: text.replace("{", "").replace("}", "")).filter(_is_said)
    said = st.builds(NoticeText, title=words.map(lambda text: text.strip()[:120]), text=words)
    return Notice(
        id=id,
        valid_from=draw(st.sampled_from(["2015-01-01T00:00", "2026-03-29T02:30"])),
        valid_until=draw(st.sampled_from([None, "2026-12-31T24:00", "2027-01-01T16:00"])),
        time_zone=draw(st.sampled_from(["Europe/Budapest", "UTC"])),
        countries=["NO"],
        topics=draw(st.lists(st.sampled_from(topics), min_size=1, max_size=2)),
        sources=draw(st.lists(sources, max_size=1)),
        texts=draw(st.dictionaries(languages, said, min_size=1, max_size=2)),
    )


@st.composite
def contents(draw: st.DrawFn) -> Content:
    def ids(most: int) -> list[str]:
        return sorted(draw(st.lists(identifiers, max_size=most, unique=True)))

    topics = draw(topic_trees())
    topic_ids = [topic.id for topic in topics]
    contact_ids = ids(2)
    sites = []
    for id in ids(1) if contact_ids else []:
        spoken_here = draw(st.lists(languages, min_size=1, max_size=3, unique=True))
        sites.append(
            Site(
                id=id,
                name=draw(spoken),
                countries=["NO", "HU"],
                languages=spoken_here,
                default_language=spoken_here[-1],
                time_zone="Europe/Oslo",
                hotline=contact_ids[0],
                crisis=contact_ids,
            )
        )
    return Content(
        topics=topics,
        articles=[draw(articles(id, topic_ids, contact_ids)) for id in ids(2)],
        notices=[draw(notices(id, topic_ids)) for id in ids(2)],
        contacts=[draw(contacts(id, topic_ids)) for id in contact_ids],
        sites=sites,
    )
