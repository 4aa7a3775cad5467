"""Pages and files, and traps among them, read in a process of their own."""

import io
import sys

import pytest
from pypdf import PdfReader, PdfWriter

from knowledge_base.intake.extract import Extract, IntakeError, Kind
from knowledge_base.intake.kinds import kind_of
from knowledge_base.intake.pdf import MOST_PAGES
from knowledge_base.intake.reading import LONGEST_BODY, read, read_here
from tests.knowledge_base.intake.files import docx, paragraph, pdf, table

PAGE = """<!doctype html><html lang="en"><head><title>Residence permit | Office</title>
<meta property="og:site_name" content="The Office"><meta property="article:published_time" content="2026-05-01"></head>
<body><nav><a href="/">Home</a> <a href="/all">All pages of the office</a></nav>
<main><article><h1>Residence permit</h1>
<p>You need a <b>residence permit</b> if you stay for more than 90 days. See <a href="fees.html">the fees</a> and bring
all of the papers that are named here to the office in time.</p>
<h2>Papers</h2><ul><li>Passport<ul><li>valid</li></ul></li><li>Photo</li></ul>
<img src="a.png" alt="A form"><table><tr><th>Fee</th><th>Time</th></tr><tr><td>10 000</td><td>21 days</td></tr></table>
<script>alert("not a word")</script>
</article></main><footer>Imprint of the office, all rights reserved</footer></body></html>"""


def refused(data: bytes, kind: Kind) -> str:
    with pytest.raises(IntakeError) as error:
        read_here(data, kind)
    return error.value.reason


async def test_a_web_page_is_its_own_text_with_its_title_site_and_day() -> None:
    found = await read(PAGE.encode(), "html", "https://office.example/permit")
    assert (found.title, found.site, found.date) == ("Residence permit", "The Office", "2026-05-01")
    assert found.body.startswith("You need a **residence permit** if you stay")
    assert "[the fees](https://office.example/fees.html)" in found.body
    assert "## Papers\n\n- Passport\n- valid\n- Photo" in found.body
    assert "- 10 000 – 21 days" in found.body
    assert found.lost == {"images": 1, "tables": 1}
    for unwanted in ("Home", "Imprint", "alert", "# Residence permit"):
        assert unwanted not in found.body


def test_a_word_file_keeps_headings_bold_words_and_tables_as_lists() -> None:
    found = read_here(
        docx(
            paragraph("You need one."),
            paragraph("Papers", style="Heading1"),
            paragraph("Passport", bold=True),
            table(["Fee", "Time"], ["10", "21 days"]),
        ),
        "docx",
    )
    body = "You need one.\n\n## Papers\n\n**Passport**\n\n- Fee – Time\n- 10 – 21 days"
    assert found == Extract("Permits", body, date="2026-05-01", lost={"tables": 1})


def test_the_lines_of_a_pdf_become_paragraphs_without_what_stands_on_every_page() -> None:
    pages = [
        ["The office of many", f"You need a permit number {n} if you", f"stay for more than {n}0 days.", f"{n}"]
        for n in (1, 2, 3)
    ]
    found = read_here(pdf(*pages, title="Permits"), "pdf")
    assert (found.title, found.date, found.lost) == ("Permits", "2026-05-01", {"layout": 1})
    assert "You need a permit number 2 if you stay for more than 20 days." in found.body
    assert "office of many" not in found.body


def test_headings_lists_and_paragraphs_of_a_pdf_are_seen_by_where_and_how_large_its_letters_are() -> None:
    stream = (
        "BT /F1 24 Tf 50 750 Td (Residence permit) Tj ET "
        "BT /F1 12 Tf 50 700 Td (You need a residence permit if you stay for more than ninety days, and you) Tj "
        "0 -14 Td (ask for it in per-) Tj 0 -14 Td (son.) Tj ET "
        "BT /F1 16 Tf 50 640 Td (Papers) Tj ET "
        "BT /F1 12 Tf 70 610 Td (Passport, which has to be valid for three more months when you) Tj "
        "0 -14 Td (ask) Tj 0 -14 Td (Photo) Tj ET "
        "BT /F1 12 Tf 50 550 Td (Ask the office for the rest.) Tj ET "
        "BT /F1 12 Tf 60 610 Td (-) Tj 0 -28 Td (-) Tj ET"
    )
    found = read_here(pdf(stream), "pdf")
    assert found.title == "Residence permit"
    assert found.body == (
        "You need a residence permit if you stay for more than ninety days, and you ask for it in person.\n\n"
        "## Papers\n\n- Passport, which has to be valid for three more months when you ask\n- Photo\n\n"
        "Ask the office for the rest."
    )


def test_any_markdown_becomes_the_markdown_of_articles() -> None:
    found = read_here(
        b"# Fees\n\nPay *now*.\n\n#### Where\n\n1. Here\n   - there\n\n![x](x.png)\n\n`code` <b>x</b>", "markdown"
    )
    assert (found.title, found.lost) == ("Fees", {"images": 1})
    assert found.body.startswith("Pay now.\n\n## Where\n\n- Here\n- there")


@pytest.mark.parametrize("charset", ["", "iso-8859-2", "no-such-charset"])
def test_the_letters_of_an_old_page_are_read_as_it_or_its_server_says(charset: str) -> None:
    said = "Az őrült tűzoltó a hivatalba ment, hogy engedélyt kérjen a szűk időre."
    meta = "" if charset == "iso-8859-2" else '<meta http-equiv="Content-Type" content="text/html; charset=ISO-8859-2">'
    page = f"<html><head>{meta}<title>Őr</title></head><body><p>{said}</p></body></html>"
    found = read_here(page.encode("iso-8859-2"), "html", charset=charset)
    assert (found.title, found.body) == ("Őr", said)


@pytest.mark.parametrize("page", ["", "<html></html>", "<html><body><img src=x></body></html>"])
def test_a_page_without_text_is_told(page: str) -> None:
    assert refused(page.encode(), "html") == "no_text"


def test_a_scan_and_an_empty_file_are_told() -> None:
    assert refused(pdf([]), "pdf") == "no_text"
    assert refused(docx(paragraph("")), "docx") == "no_text"
    assert refused(b" \n", "markdown") == "no_text"


def test_a_locked_pdf_is_told() -> None:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf(["Secret"]))))
    writer.encrypt("password", algorithm="RC4-128")
    written = io.BytesIO()
    writer.write(written)
    assert refused(written.getvalue(), "pdf") == "locked"


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"%PDF-1.4 nothing more", "pdf"),
        (b"PK\x03\x04 nothing more", "docx"),
        (docx(paragraph("x"))[:-40], "docx"),
        (docx(more={"word/document.xml": "<w:document"}), "docx"),
        (b"\xff\xfe\xff", "markdown"),
    ],
)
def test_what_is_damaged_is_told(data: bytes, kind: Kind) -> None:
    assert refused(data, kind) == "broken"


def test_a_zip_that_is_no_word_file_is_told() -> None:
    data = docx()
    assert refused(data.replace(b"word/document.xml", b"word/dokument.xml"), "docx") == "kind"


LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'


@pytest.mark.parametrize(
    "more",
    [
        {"word/media/big.bin": b"\0" * 60_000_000},
        {f"word/{number}.bin": b"" for number in range(3000)},
        {"word/document.xml": f"{LAUGHS}<w:document>&b;</w:document>"},
        {"docProps/core.xml": f"{LAUGHS}<x>&b;</x>"},
        {"word/footnotes.xml": '<!DOCTYPE x SYSTEM "file:///etc/passwd"><x/>'},
    ],
    ids=["large", "many", "entities", "entities in the margin", "outside"],
)
def test_a_word_file_that_is_a_trap_is_refused(more: dict[str, bytes | str]) -> None:
    assert refused(docx(paragraph("x"), more=more), "docx") == "bomb"


def test_a_pdf_with_too_many_pages_is_refused() -> None:
    assert refused(pdf(*[["x"]] * (MOST_PAGES + 1)), "pdf") == "bomb"


async def test_what_nests_too_deep_ends_only_its_own_process() -> None:
    deep = b"<html><body>" + b"<div>" * 100_000 + b"A sentence that somebody would read."
    with pytest.raises(IntakeError):
        await read(deep, "html")
    bodies = "<w:p><w:r>" + "<w:ins>" * 20_000 + "<w:t>x</w:t>" + "</w:ins>" * 20_000 + "</w:r></w:p>"
    with pytest.raises(IntakeError):
        await read(docx(bodies), "docx")


async def test_a_process_that_takes_too_long_is_ended() -> None:
    with pytest.raises(IntakeError, match="too_slow"):
        await read(PAGE.encode(), "html", whole_s=0.001)


async def test_the_process_knows_nothing_of_our_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The site's secrets are there. A module path is all it needs, even where ours came from the environment."""
    monkeypatch.setenv("PYTHONPATH", "/nowhere")
    assert sys.path
    assert (await read(b"Hello there", "markdown")).body == "Hello there"


def test_what_is_longer_than_an_article_may_be_is_cut_and_told() -> None:
    found = read_here(b"\n\n".join([b"A sentence that is there many times."] * 3000), "markdown")
    assert len(found.body) <= LONGEST_BODY
    assert found.lost["rest"] > 1000
    assert len(read_here(f"# {'x' * 500}\n\ntext".encode(), "markdown").title) == 120


@pytest.mark.parametrize(
    ("data", "content_type", "name", "kind"),
    [
        (b"\n%PDF-1.7", "text/html", "", "pdf"),
        (b"PK\x03\x04", "", "a.bin", "docx"),
        (b"<html>", "text/html; charset=latin1", "", "html"),
        (b"<html>", "", "A.HTM", "html"),
        (b"words", "", "a.md", "markdown"),
        (b"words", "text/plain", "a.html", "markdown"),
    ],
)
def test_what_a_file_is_shows_first_in_the_file(data: bytes, content_type: str, name: str, kind: Kind) -> None:
    assert kind_of(data, content_type, name) == kind


@pytest.mark.parametrize(
    ("data", "name"), [(b"x", "a.exe"), (b"\xd0\xcf\x11\xe0", "a.doc"), (b"a\0b", "a.txt"), (b"", "")]
)
def test_what_is_none_of_them_is_refused(data: bytes, name: str) -> None:
    with pytest.raises(IntakeError, match="kind"):
        kind_of(data, name=name)
