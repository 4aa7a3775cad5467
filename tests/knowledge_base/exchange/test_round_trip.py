"""Whatever the content is, what goes out comes back as it was."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from knowledge_base.documents import Article
from knowledge_base.exchange.comparing import compare
from knowledge_base.exchange.copies import Copy, copies
from knowledge_base.exchange.faults import ExchangeError
from knowledge_base.exchange.tables import from_csv, from_xlsx, to_csv, to_xlsx
from knowledge_base.exchange.xliff import from_xliff, to_xliff
from tests.knowledge_base.strategies import articles, lines

Written = Callable[[Iterable[Copy]], bytes]
some_articles = st.builds(lambda one: {one.id: one}, articles("health-card", ["health"], []))


def said(fields: dict[str, str]) -> dict[str, str]:
    return {key: text for key, text in fields.items() if text}


def about(copy: Copy) -> tuple[object, ...]:
    return (copy.article, copy.language, copy.state, copy.revision, copy.source_revision, said(copy.fields))


def has_no_xml(known: dict[str, Article]) -> bool:
    return any(mark in str(copy.fields) for copy in copies(known.values()) for mark in (r"\ufffe", r"\uffff"))


@given(some_articles)
@settings(max_examples=60)
@pytest.mark.parametrize(("to", "back"), [(to_csv, from_csv), (to_xlsx, from_xlsx)])
def test_a_table_comes_back_as_it_went(
    to: Written, back: Callable[[bytes], list[Copy]], known: dict[str, Article]
) -> None:
    out = list(copies(known.values()))
    assume(to is to_csv or not has_no_xml(known))
    data = to(out)
    found = back(data)
    assert [about(copy) for copy in found] == [about(copy) for copy in out]
    assert {change.outcome for change in compare(found, known)} == {"same"}


@given(some_articles)
@settings(max_examples=60)
def test_xliff_comes_back_as_it_went(known: dict[str, Article]) -> None:
    (article,) = known.values()
    # No XML holds such a character: it is said, and no file is made.
    assume(not has_no_xml(known))
    for copy in copies(known.values(), ["en", "hu", "sr-Latn", "ar"]):
        if copy.language == article.source_language:
            continue
        found = from_xliff(to_xliff([copy], known, article.source_language, copy.language))
        if copy.is_empty:
            assert found == []
            continue
        assert [about(one) for one in found] == [about(copy)]
        assert said(found[0].source) == said(copy.source)
        assert {change.outcome for change in compare(found, known)} <= {"same", "unfinished"}


@given(some_articles, lines)
@settings(max_examples=40)
@pytest.mark.parametrize(("to", "back"), [(to_csv, from_csv), (to_xlsx, from_xlsx)])
def test_a_changed_title_comes_back_as_the_only_change(
    to: Written, back: Callable[[bytes], list[Copy]], known: dict[str, Article], title: str
) -> None:
    out = list(copies(known.values()))
    other = " ".join(title.split())[:120].strip()
    assume(other and other != " ".join(out[0].fields["title"].split()))
    changed = replace(out[0], fields={**out[0].fields, "title": other})
    assume(not has_no_xml(known) and not {"\ufffe", "\uffff"} & set(other))
    first, *others = compare(back(to([changed, *out[1:]])), known)
    assert first.outcome == "changed"
    assert first.differences is not None
    assert first.differences.changed == ["title"]
    assert {change.outcome for change in others} <= {"same"}


@given(st.binary(max_size=300) | st.text(max_size=100).map(lambda text: f"article,{text}".encode("utf-8", "ignore")))
@pytest.mark.parametrize("back", [from_csv, from_xlsx, from_xliff])
def test_any_bytes_are_read_or_refused(back: Callable[[bytes], list[Copy]], data: bytes) -> None:
    with suppress(ExchangeError):
        assert back(data) == []


HEAD = "article,language,revision,source_revision,title,section-0-text\n"


@given(st.lists(st.lists(st.text(max_size=8), max_size=8), max_size=4))
def test_any_rows_are_read_or_refused(rows: list[list[str]]) -> None:
    data = HEAD + "".join(",".join(f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in row) + "\n" for row in rows)
    with suppress(ExchangeError):
        compare(from_csv(data.encode("utf-8", "replace")), {})
