"""Whatever stands in a page, what comes out is Markdown that an article may have, with the same words."""

import re
from html import escape

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from knowledge_base.intake.marking import markdown
from knowledge_base.markdown import body_problems, plain_text

# What means something to HTML or Markdown, among letters of several scripts.
TEXT = st.text(st.sampled_from("ab zé中ع1.2)(-+*_#[]<>&!`\\|~\"'=:/\n\t\u00a0\u202e"), max_size=30)
TAG = st.sampled_from(["p", "div", "b", "h1", "h3", "ul", "ol", "li", "a", "table", "tr", "td", "blockquote", "span"])
TREE = st.recursive(
    TEXT.map(escape),
    lambda inner: st.tuples(TAG, st.lists(inner, max_size=4)).map(
        lambda pair: f'<{pair[0]} href="https://example.org/a b(c)">{"".join(pair[1])}</{pair[0]}>'
    ),
    max_leaves=12,
)


@given(TREE)
@example(" ")
@example("\n\u00a0")
def test_no_page_becomes_what_an_article_may_not_have(page: str) -> None:
    body, _ = markdown(page)
    assert body_problems(body) == ()


@given(TEXT)
def test_no_letter_or_digit_of_a_paragraph_is_lost(text: str) -> None:
    body, _ = markdown(f"<p>{escape(text)}</p>")
    assert re.findall(r"\w", plain_text(body)) == re.findall(r"\w", text)


@pytest.mark.parametrize(
    ("page", "body"),
    [
        ("<p>5 * 3 = 15 & more</p>", "5 * 3 = 15 & more"),
        ("<p>2026. január</p>", "2026\\. január"),
        ("<p>- no list</p>", "\\- no list"),
        ("<p>a <b> b </b>c</p>", "a **b** c"),
        ("<h2>One</h2><p>x</p><h4>Two</h4><p>y</p>", "## One\n\nx\n\n### Two\n\ny"),
        ("<h3><b>Low</b></h3><p>x</p>", "## Low\n\nx"),
        ("<h2>Alone</h2><h2>Two</h2><p>x</p>", "**Alone**\n\n## Two\n\nx"),
        ("<h1>Title</h1><p>x</p>", "x"),
        ('<p><a href="javascript:x">no</a> <a href="mailto:a@b.example">yes</a></p>', "no [yes](mailto:a@b.example)"),
        ('<p><a href="/x">here</a></p>', "[here](https://a.example/x)"),
        ("<p>one<br>two</p>", "one two"),
        ("<div>loose <p>inner</p> end</div>", "loose\n\ninner\n\nend"),
    ],
)
def test_each_mark_is_one_of_ours(page: str, body: str) -> None:
    assert markdown(page, base="https://a.example/y", title="Title")[0] == body
