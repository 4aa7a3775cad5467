"""The Markdown of bodies: what is allowed, its sections, its words."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from knowledge_base.markdown import Section, body_problems, plain_text, sections
from tests.knowledge_base.strategies import bodies

ALLOWED = [
    "",
    "Two\nlines.\n\nA paragraph.",
    "- one\n- two\n\nThen:\n\n1. first",
    "**bold**",
    "[a](https://example.org) [b](http://example.org) [c](mailto:a@example.org) [d](tel:112)",
    "## Cost\n\n### More",
    "5 < 6 and 7 > 6 & 8",
    "a &lt;b&gt; c",
]

# What the channels would show as raw marks.
NOT_DRAWN = [
    "- one\n  - inside\n- two",
    "- 2022. March",
    "*soft*",
    "`code`",
    "```\ncode\n```",
    "    code",
    "> quoted",
    "text\n\n---\n\ntext",
    "Title\n---",
    "<https://example.org>",
    "two\\\nlines",
]


@pytest.mark.parametrize("body", NOT_DRAWN)
def test_what_no_channel_draws_is_refused(body: str) -> None:
    assert len(body_problems(body)) == 1


@pytest.mark.parametrize("body", ALLOWED)
def test_what_articles_need_is_allowed(body: str) -> None:
    assert body_problems(body) == ()


@given(st.text())
@example("[x](javascript:alert(1))")
@example("<javascript:alert(1)>")
@example("[x][y]\n\n[y]: JAVASCRIPT:alert(1)")
@example("<svg/onload=alert(1)>")
@example("- <b\n  onclick=x>")
@example("> ![x](https://example.org/x.png)")
def test_what_passes_renders_without_active_html(body: str) -> None:
    if body_problems(body):
        return
    html = MarkdownIt("commonmark").render(body).lower()
    for forbidden in ("<script", "<img", "<svg", "<iframe", "onclick=", 'href="javascript', "<h1", "<h4"):
        assert forbidden not in html


@given(bodies | st.text())
def test_any_text_is_judged_cut_and_read(body: str) -> None:
    assert all(1 <= line <= max(1, len(body.splitlines()) + 1) for line, _ in body_problems(body))
    assert all(section.text.strip() for section in sections(body))
    assert "\n" not in plain_text(body)


def test_every_problem_is_named_with_its_line() -> None:
    assert list(body_problems("One.\n\n<b>x</b>\n\n# Big\n\n![x](https://example.org)")) == [
        (3, "raw HTML is not allowed"),
        (5, "a heading of level 1: use ## or ###"),
        (7, "images are not allowed"),
    ]


def test_a_body_is_cut_at_its_headings() -> None:
    assert list(sections("Short.\n\n## Cost\nFree.\n\n### More\nNo.\n\n## Where\nHere.")) == [
        Section(None, "Short."),
        Section("Cost", "Free.\n\n### More\nNo."),
        Section("Where", "Here."),
    ]


def test_a_section_without_text_is_left_out() -> None:
    assert list(sections("## Empty\n\n## Full\nText.")) == [Section("Full", "Text.")]


def test_a_line_of_hyphens_in_code_is_no_heading() -> None:
    body = "```\n## no\n---\n```"
    assert list(sections(body)) == [Section(None, body)]


def test_separators_of_other_scripts_do_not_shift_the_cut() -> None:
    assert list(sections("One\u2028two\n\n## Cost\nFree.")) == [Section(None, "One\u2028two"), Section("Cost", "Free.")]


@pytest.mark.parametrize(
    ("markdown", "words"),
    [
        ("## Cost\n\n**Free** for [all](https://example.org)", "Cost Free for all"),
        ("- one\n- two", "one two"),
        ("line\nbreak\\\nhard", "line break hard"),
        (r"5 \* 3 &amp; 2", "5 * 3 & 2"),
        ("`code` and\n\n```\nblock of code\n```", "code and block of code"),
        ("    indented", "indented"),
        ("", ""),
        ("---", ""),
    ],
)
def test_the_words_of_a_text_without_its_marks(markdown: str, words: str) -> None:
    assert plain_text(markdown) == words
