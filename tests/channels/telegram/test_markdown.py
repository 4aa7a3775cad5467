from channels.telegram.markdown import spans_of
from channels.telegram.spans import html


def drawn(markdown: str) -> str:
    return html(spans_of(markdown))


def test_headings_are_bold_lines() -> None:
    assert drawn("One.\n\n## Two\n\nThree.") == "One.\n\n<b>Two</b>\n\nThree."


def test_lists_have_their_marks() -> None:
    assert drawn("Bring:\n\n- a **passport**\n- a photo\n\nThen go.") == (
        "Bring:\n\n• a <b>passport</b>\n• a photo\n\nThen go."
    )
    assert drawn("3. go\n4. wait") == "3. go\n4. wait"


def test_lines_of_a_paragraph_are_one() -> None:
    assert drawn("One\ntwo.") == "One two."


def test_web_links_are_links() -> None:
    assert drawn("See [the **law**](https://example.org/?a=1&b=2).") == (
        'See <a href="https://example.org/?a=1&amp;b=2">the </a>'
        '<b><a href="https://example.org/?a=1&amp;b=2">law</a></b>.'
    )


def test_numbers_and_mail_addresses_are_shown_because_telegram_links_only_what_it_sees() -> None:
    assert drawn("Call [the office](tel:+3612345678).") == "Call the office (+3612345678)."
    assert drawn("Call [+36 1 234 5678](tel:+3612345678).") == "Call +36 1 234 5678."
    assert drawn("Write [to us](mailto:a@example.org).") == "Write to us (a@example.org)."


def test_what_looks_like_html_is_text() -> None:
    assert drawn("1 < 2 & **3 > 2**") == "1 &lt; 2 &amp; <b>3 &gt; 2</b>"
    assert drawn("<script>alert(1)</script>") == "&lt;script&gt;alert(1)&lt;/script&gt;"
