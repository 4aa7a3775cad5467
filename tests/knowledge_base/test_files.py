"""Content folders: every bad file is named with its line and the reason; good ones are written back."""

from collections.abc import Callable
from pathlib import Path

import pytest

from knowledge_base.files import BadContentError, Problem, read, read_site, write
from tests import builders

SOURCE = """\
---
kind: faq
country: HU
topics: [health]
audience: [all]
sources:
  - title: Office leaflet
    url: https://example.org/leaflet
confidence: high
title: Health card
questions:
  - How do I get a health card?
reviewed: 2026-11-22
---
The office gives you a health card.
"""
TRANSLATION = """\
---
title: Egészségkártya
renders: 1
reviewed: 2026-11-22
---
A hivatal ad egészségkártyát.
"""
TOPICS = "health:\n  name: {en: Health}\n"
CONTACT = """\
name: Help line
country: HU
topics: [health]
purpose: {en: Answers questions}
sources: [{title: Directory}]
confidence: high
"""
NOTICE = """\
valid_from: 2026-06-06T00:00
time_zone: Europe/Budapest
countries: [HU]
topics: [health]
texts:
  en: {title: Closed, text: "Closed since {valid_from}."}
"""
SITE = """\
name: {en: Kalauz}
countries: [HU]
languages: [hu, en]
default_language: en
time_zone: Europe/Budapest
hotline: help-line
crisis: [help-line]
"""
FILES = {
    "topics.yaml": TOPICS,
    "articles/health-card/en.md": SOURCE,
    "articles/health-card/hu.md": TRANSLATION,
    "contacts/help-line.yaml": CONTACT,
    "notices/closed.yaml": NOTICE,
    "sites/hungary.yaml": SITE,
}
EN = "articles/health-card/en.md"
HU = "articles/health-card/hu.md"


def folder_with(root: Path, changed: dict[str, str | bytes]) -> Path:
    for name, text in {**FILES, **changed}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return root


def problems(root: Path, changed: dict[str, str | bytes]) -> list[tuple[str, int, str]]:
    """`(path in the folder, line, reason)` of everything that `read` found."""
    with pytest.raises(BadContentError) as caught:
        read(folder_with(root, changed))
    return [(str(p.path.relative_to(root)), p.line, p.reason) for p in caught.value.problems]


def test_the_good_folder_is_read(tmp_path: Path) -> None:
    content = read(folder_with(tmp_path, {}))
    assert [article.id for article in content.articles] == ["health-card"]
    assert sorted(content.articles[0].translations) == ["en", "hu"]
    assert content.articles[0].source_language == "en"
    assert (content.contacts[0].id, content.notices[0].id, content.sites[0].id) == ("help-line", "closed", "hungary")


BAD_ARTICLES = {
    "no front matter": ("Only a text.\n", 1, "expected front matter"),
    "front matter without an end": ("---\ntitle: A\n", 1, "expected front matter"),
    "an empty file": ("", 1, "expected front matter"),
    "bad YAML": (SOURCE.replace("country: HU", "country: [HU"), 4, "expected"),
    "a tab before a field": (SOURCE.replace("country: HU", "\tcountry: HU"), 3, "cannot start any token"),
    "YAML that is a list": ("---\n- one\n---\n", 2, "expected `field: value` lines"),
    "a field given twice": (SOURCE.replace("country: HU", "country: HU\nkind: faq"), 4, "kind is given twice"),
    "an alias": (SOURCE.replace("[all]", "&a [all]").replace("[health]", "*a"), 4, "instead of *a"),
    "a control character": (SOURCE.replace("Health card", "Health \x01 card"), 10, "U+0001"),
    "a control character as an escape": (SOURCE.replace("Health card", r'"a\0b"'), 10, "control character"),
    "half of an emoji": (SOURCE.replace("Health card", r'"\ud83d"'), 10, "valid string"),
    "a value nested without end": (SOURCE.replace("[all]", "[" * 2000), 2, "nested too deeply"),
    "a tag of Python": (SOURCE.replace("Health card", "!!python/name:os.system x"), 10, "constructor"),
    "a value that belies its tag": (SOURCE.replace("Health card", "!!int x"), 2, "invalid literal"),
    "a missing field": (SOURCE.replace("title: Health card\n", ""), 2, "title: this field is missing"),
    "missing facts": (SOURCE.replace("confidence: high\n", ""), 2, "confidence: this field is missing"),
    "no sources": (
        SOURCE.replace("sources:\n  - title: Office leaflet\n    url: https://example.org/leaflet", "sources: []"),
        6,
        "at least 1",
    ),
    "a step without a title": (
        SOURCE.replace("reviewed:", "steps:\n  - title: A\n  - text: B\nreviewed:"),
        15,
        "steps.1.title",
    ),
    "a step whose text is a number": (
        SOURCE.replace("reviewed:", "steps:\n  - title: A\n    text: 3\nreviewed:"),
        15,
        "steps.0.text",
    ),
    "an unknown field": (SOURCE.replace("reviewed:", "colour: red\nreviewed:"), 13, "colour: no such field"),
    "an unknown field inside": (SOURCE.replace("    url:", "    address:"), 8, "sources.0.address: no such field"),
    "a name that is a number": (SOURCE.replace("country: HU", "country: HU\n5: five"), 4, "5: no such field"),
    "a wrong type": (SOURCE.replace("[health]", "health"), 4, "topics: Input should be a valid list"),
    "a wrong type in a list": (SOURCE.replace("How do I get a health card?", "12"), 12, "questions.0: Input should"),
    "an empty value": (SOURCE.replace("questions:\n  - How do I get a health card?", "questions:"), 11, "valid list"),
    "an unknown kind": (SOURCE.replace("kind: faq", "kind: poem"), 2, "kind: Input should be"),
    "an unknown audience": (SOURCE.replace("[all]", "[all, cats]"), 5, "audience.1: Input should be"),
    "a country that is a name": (SOURCE.replace("country: HU", "country: Hungary"), 3, "country: "),
    "a title of two lines": (SOURCE.replace("Health card", r'"Health\ncard"'), 10, "line break"),
    "a title that is too long": (SOURCE.replace("Health card", "x" * 121), 10, "at most 120"),
    "an empty title": (SOURCE.replace("Health card", '"  "'), 10, "at least 1 character"),
    "a source without a web address": (SOURCE.replace("https://example", "ftp://example"), 8, "not a web address"),
    "a source with a script as address": (SOURCE.replace("https://", "javascript:"), 8, "not a web address"),
    "a day that does not exist": (SOURCE.replace("2026-11-22", "2026-02-30"), 13, "reviewed: "),
    "a day that is a number": (SOURCE.replace("2026-11-22", "86400"), 13, "not a day such as"),
    "revision zero": (
        SOURCE.replace("reviewed:", "revision: 0\nreviewed:"),
        13,
        "revision: Input should be greater than or equal to 1",
    ),
    "a huge revision": (SOURCE.replace("reviewed:", f"revision: {'9' * 5000}\nreviewed:"), 13, "integer"),
    "a revision too big for a database": (
        SOURCE.replace("reviewed:", f"revision: {2**40}\nreviewed:"),
        13,
        "less than",
    ),
    "a last major revision of the future": (
        SOURCE.replace("reviewed:", "revision: 2\nlast_major: 3\nreviewed:"),
        2,
        "not smaller",
    ),
    "an HTML block": (SOURCE + "\n<div>no</div>\n", 17, "raw HTML"),
    "HTML in a sentence": (SOURCE + "\nA <b>bold</b> word.\n", 17, "raw HTML"),
    "a script": (SOURCE + "\n<script>alert(1)</script>\n", 17, "raw HTML"),
    "an HTML comment": (SOURCE + "\n<!-- later -->\n", 17, "raw HTML"),
    "a javascript: link": (SOURCE + "\n[click](javascript:alert(1))\n", 17, "javascript:alert(1)"),
    "a javascript: link in disguise": (SOURCE + "\n[click](JaVa&#115;cript:alert(1))\n", 17, "is none of"),
    "a javascript: link by reference": (SOURCE + "\n[click][1]\n\n[1]: javascript:alert(1)\n", 17, "is none of"),
    "a data: link": (SOURCE + "\n<data:text/html,x>\n", 17, "is none of"),
    "a relative link": (SOURCE + "\n[here](other.html)\n", 17, "is none of"),
    "an image": (SOURCE + "\n![map](https://example.org/map.png)\n", 17, "images"),
    "a heading as big as the title": (SOURCE + "\n# Big\n", 17, "level 1"),
    "an underlined heading": (SOURCE + "\nBig\n===\n", 17, "level 1"),
    "a heading that is too small": (SOURCE + "\n#### Small\n", 17, "level 4"),
    "a control character in the body": (SOURCE + "\n\x07\n", 17, "U+0007"),
    "a body that is too long": (SOURCE + "x" * 50_001, 15, "at most 50000"),
    "steps on a faq": (SOURCE.replace("reviewed:", "steps: [{title: Go}]\nreviewed:"), 1, "a faq has 1"),
    "a procedure without steps": (SOURCE.replace("kind: faq", "kind: procedure"), 1, "a procedure has 0"),
    "an unknown topic": (SOURCE.replace("[health]", "[cats]"), 1, "there is no topic 'cats'"),
    "an unknown contact": (SOURCE.replace("reviewed:", "contacts: [ghost]\nreviewed:"), 1, "contacts/ghost.yaml"),
}


@pytest.mark.parametrize(("text", "line", "reason"), BAD_ARTICLES.values(), ids=BAD_ARTICLES)
def test_a_bad_article_is_named_with_line_and_reason(tmp_path: Path, text: str, line: int, reason: str) -> None:
    found = problems(tmp_path, {EN: text})
    assert [(path, at) for path, at, said in found if path == EN and reason in said] == [(EN, line)], found


def test_text_that_is_not_utf8_is_named_with_its_line(tmp_path: Path) -> None:
    assert problems(tmp_path, {EN: SOURCE.encode() + "Áram\n".encode("latin-1")}) == [(EN, 16, "not UTF-8")]


def test_bytes_that_are_not_utf8_after_a_byte_order_mark_are_named_with_their_line(tmp_path: Path) -> None:
    assert problems(tmp_path, {EN: b"\xef\xbb\xbf---\n\xff"}) == [(EN, 2, "not UTF-8")]


def test_a_translation_names_what_it_renders(tmp_path: Path) -> None:
    found = problems(tmp_path, {HU: TRANSLATION.replace("renders: 1\n", "")})
    assert found == [(HU, 1, "renders: a translation names the source's revision")]


def test_a_draft_of_a_translation_names_what_it_renders(tmp_path: Path) -> None:
    draft = "articles/health-card/de.draft.md"
    found = problems(tmp_path, {draft: TRANSLATION.replace("renders: 1\n", "")})
    assert found == [(draft, 1, "renders: a translation names the source's revision")]


def test_a_translation_cannot_render_a_revision_that_the_source_does_not_have(tmp_path: Path) -> None:
    [(path, _, reason)] = problems(tmp_path, {HU: TRANSLATION.replace("renders: 1", "renders: 2")})
    assert path == HU
    assert "the source has no revision 2" in reason


def test_a_fact_in_a_translation_is_refused(tmp_path: Path) -> None:
    [problem] = problems(tmp_path, {HU: TRANSLATION.replace("renders", "country: HU\nrenders")})
    assert problem == (HU, 3, "country: belongs into the source language's file")


def test_an_article_with_two_source_files_is_refused(tmp_path: Path) -> None:
    [(path, line, reason)] = problems(tmp_path, {"articles/health-card/de.md": SOURCE})
    assert (path, line) == ("articles/health-card", 1)
    assert "exactly one language" in reason
    assert "de, en" in reason


def test_an_article_without_a_source_file_is_refused(tmp_path: Path) -> None:
    [(path, _, reason)] = problems(tmp_path, {"articles/other/hu.md": TRANSLATION})
    assert path == "articles/other"
    assert "here none does" in reason


def test_facts_that_stand_in_the_draft_and_in_the_published_file_are_refused(tmp_path: Path) -> None:
    assert problems(tmp_path, {"articles/health-card/en.draft.md": SOURCE}) == [
        (EN, 1, "kind: stands in en.draft.md already")
    ]


def test_steps_of_a_current_translation_are_as_many_as_in_the_source(tmp_path: Path) -> None:
    source = SOURCE.replace("kind: faq", "kind: procedure").replace(
        "reviewed:", "steps: [{title: A}, {title: B}]\nreviewed:"
    )
    short = TRANSLATION.replace("renders", "steps: [{title: A}]\nrenders")
    assert problems(tmp_path, {EN: source, HU: short}) == [
        (HU, 1, "steps: not as many as in the source that it renders")
    ]


@pytest.mark.parametrize(
    "name",
    [
        "articles/health-card/hu.old.md",
        "articles/health-card/README.md",
        "articles/health-card/HU.md",
        "articles/health-card/hu.txt",
        "articles/loose.md",
        "contacts/other.yml",
        "notices/closed.yaml.bak",
        "sites/notes.txt",
    ],
)
def test_a_file_that_would_be_passed_over_is_reported(tmp_path: Path, name: str) -> None:
    [(path, line, reason)] = problems(tmp_path, {name: TRANSLATION})
    assert (path, line) == (name, 1)
    assert reason.startswith("expected a name such as")


def test_hidden_files_are_passed_over(tmp_path: Path) -> None:
    changed: dict[str, str | bytes] = {"articles/.DS_Store": b"\x00", "contacts/._help-line.yaml": b"\xff"}
    assert len(read(folder_with(tmp_path, changed)).contacts) == 1


@pytest.mark.parametrize("name", ["articles/Health_Card/en.md", "articles/health--card/en.md", "articles/ház/en.md"])
def test_a_folder_whose_name_is_no_id_is_reported(tmp_path: Path, name: str) -> None:
    [(path, _, reason)] = problems(tmp_path, {name: SOURCE})
    assert path == str(Path(name).parent)
    assert reason.startswith("id: ")


BAD_DOCUMENTS = {
    "contact: unknown topic": ("contacts/help-line.yaml", CONTACT.replace("[health]", "[cats]"), 1, "no topic 'cats'"),
    "contact: unknown field": ("contacts/help-line.yaml", CONTACT + "fax: 1\n", 7, "fax: no such field"),
    "contact: its own id": ("contacts/help-line.yaml", CONTACT + "id: other\n", 7, "id: the name of the file"),
    "contact: name that is no id": ("contacts/Help Line.yaml", CONTACT, 1, "id: "),
    "contact: purpose missing": ("contacts/help-line.yaml", CONTACT.replace("purpose", "run_by"), 1, "purpose: "),
    "contact: closes before it opens": (
        "contacts/help-line.yaml",
        CONTACT + 'hours:\n  - {days: [mon], opens: "16:00", closes: "08:00"}\n',
        8,
        "opens 16:00 is not before closes 08:00",
    ),
    "contact: half past": (
        "contacts/help-line.yaml",
        CONTACT + "hours:\n  - days: [mon]\n    opens: 8:30\n    closes: 16:00\n",
        9,
        "'8:30' is not a time such as",
    ),
    "notice: ends before it begins": (
        "notices/closed.yaml",
        NOTICE + "valid_until: 2026-06-05T24:00\n",
        1,
        "is not before valid_until",
    ),
    "notice: no such time": ("notices/closed.yaml", NOTICE.replace("T00:00", "T25:00"), 1, "valid_from: hour"),
    "notice: no such day": ("notices/closed.yaml", NOTICE.replace("06-06T", "06-31T"), 1, "valid_from: day"),
    "notice: the end of all days": (
        "notices/closed.yaml",
        NOTICE + "valid_until: 9999-12-31T24:00\n",
        7,
        "not a local time",
    ),
    "notice: no such time zone": ("notices/closed.yaml", NOTICE.replace("Budapest", "Buda"), 2, "not a time zone"),
    "notice: an end that is not there": (
        "notices/closed.yaml",
        NOTICE.replace("{valid_from}", "{valid_until}"),
        1,
        "none",
    ),
    "notice: a date misspelt": (
        "notices/closed.yaml",
        NOTICE.replace("{valid_from}", "{valid_form}"),
        1,
        "{valid_form}",
    ),
    "notice: a date in the title": ("notices/closed.yaml", NOTICE.replace("Closed,", '"{valid_from}",'), 1, "title"),
    "notice: unknown topic": ("notices/closed.yaml", NOTICE.replace("[health]", "[cats]"), 1, "no topic 'cats'"),
    "notice: a language that is none": (
        "notices/closed.yaml",
        NOTICE.replace("en:", "english:"),
        6,
        "not a language tag",
    ),
    "site: unknown hotline": ("sites/hungary.yaml", SITE.replace("hotline: help", "hotline: no"), 1, "no-line.yaml"),
    "site: a default that it does not speak": (
        "sites/hungary.yaml",
        SITE.replace(", en]", "]"),
        1,
        "not one of languages",
    ),
    "site: no YAML": ("sites/hungary.yaml", "just words\n", 1, "expected `field: value` lines"),
    "topics: a list": ("topics.yaml", "- health\n", 1, "expected `field: value` lines"),
    "topics: no name": ("topics.yaml", "health:\n  name: {en: H}\nwork: {}\n", 3, "name: this field is missing"),
    "topics: no fields": ("topics.yaml", "health:\n  name: {en: H}\nwork: Work\n", 3, "expected `name` and `topics`"),
    "topics: unknown field": ("topics.yaml", "health:\n  name: {en: H}\n  icon: x\n", 3, "icon: no such field"),
    "topics: its own parent": ("topics.yaml", "health:\n  name: {en: H}\n  parent: x\n", 3, "parent: no such field"),
    "topics: bad branch": ("topics.yaml", "health:\n  name: {en: H}\n  topics: [x]\n", 3, "expected topics"),
    "topics: twice in the tree": (
        "topics.yaml",
        "work:\n  name: {en: W}\n  topics:\n    health:\n      name: {en: H}\nhealth:\n  name: {en: H}\n",
        6,
        "health: this topic stands in the tree twice",
    ),
    "topics: a number": ("topics.yaml", TOPICS + "5:\n  name: {en: Five}\n", 3, "id: "),
}


@pytest.mark.parametrize(("name", "text", "line", "reason"), BAD_DOCUMENTS.values(), ids=BAD_DOCUMENTS)
def test_a_bad_document_is_named_with_line_and_reason(
    tmp_path: Path, name: str, text: str, line: int, reason: str
) -> None:
    found = problems(tmp_path, {name: text})
    assert [(path, at) for path, at, said in found if reason in said] == [(name, line)], found


ASKED = "health-card\tHol a kártya?\nhealth-card\tkell TAJ?\n"


def test_how_people_ask_is_read_by_article_and_language_in_its_order(tmp_path: Path) -> None:
    content = read(folder_with(tmp_path, {"asked/hu.tsv": ASKED, "asked/vi.tsv": "health-card\tthẻ y tế ở đâu\n"}))
    assert content.articles[0].asked == {"hu": ["Hol a kártya?", "kell TAJ?"], "vi": ["thẻ y tế ở đâu"]}


def test_an_article_that_nobody_asks_for_is_read(tmp_path: Path) -> None:
    assert read(folder_with(tmp_path, {})).articles[0].asked == {}


def test_a_tab_within_a_question_belongs_to_it(tmp_path: Path) -> None:
    content = read(folder_with(tmp_path, {"asked/hu.tsv": "health-card\tegy\tkettő\n"}))
    assert content.articles[0].asked == {"hu": ["egy\tkettő"]}


BAD_ROWS = {
    "no tab": ("health-card Hol?", "expected an article, a tab and a question"),
    "no article": ("\tHol?", "expected an article, a tab and a question"),
    "no question": ("health-card\t", "expected an article, a tab and a question"),
    "a question of spaces": ("health-card\t  ", "expected an article, a tab and a question"),
    "an empty line": ("", "expected an article, a tab and a question"),
    "a question that is too long": (f"health-card\t{'x' * 1001}", "String should have at most 1000 characters"),
    "a question with a line break": ("health-card\ta\u2028b", "has a line break or a control character"),
    "a question with a control character": ("health-card\ta\x07b", "has a line break or a control character"),
    "a question that stands there already": ("health-card\tkell TAJ?", "this question stands in line 2 too"),
    "an article that is not there": ("health-crad\tHol?", "there is no article 'health-crad'"),
}


@pytest.mark.parametrize(("row", "reason"), BAD_ROWS.values(), ids=BAD_ROWS)
def test_a_bad_row_of_how_people_ask_is_named_with_line_and_reason(tmp_path: Path, row: str, reason: str) -> None:
    assert problems(tmp_path, {"asked/hu.tsv": f"{ASKED}{row}\nhealth-card\tés még?\n"}) == [
        ("asked/hu.tsv", 3, reason)
    ]


def test_every_bad_row_of_how_people_ask_is_named(tmp_path: Path) -> None:
    rows = "gone\tHol?\nno tab\nhealth-card\tHol?\ngone\tMikor?\nhealth-card\tHol?\n"
    assert problems(tmp_path, {"asked/hu.tsv": rows, "asked/de.tsv": "gone\tWo?\n"}) == [
        ("asked/de.tsv", 1, "there is no article 'gone'"),
        ("asked/hu.tsv", 1, "there is no article 'gone'"),
        ("asked/hu.tsv", 2, "expected an article, a tab and a question"),
        ("asked/hu.tsv", 4, "there is no article 'gone'"),
        ("asked/hu.tsv", 5, "this question stands in line 3 too"),
    ]


@pytest.mark.parametrize(
    ("name", "expected"),
    [("hungarian.tsv", "hu.tsv"), ("HU.tsv", "hu.tsv"), ("hu.csv", "asked/hu.tsv"), ("README.md", "asked/hu.tsv")],
)
def test_a_file_of_how_people_ask_carries_the_name_of_a_language(tmp_path: Path, name: str, expected: str) -> None:
    assert problems(tmp_path, {f"asked/{name}": ASKED}) == [(f"asked/{name}", 1, f"expected a name such as {expected}")]


def test_how_people_ask_that_is_not_utf8_is_named_with_its_line(tmp_path: Path) -> None:
    assert problems(tmp_path, {"asked/hu.tsv": ASKED.encode() + b"\xff"}) == [("asked/hu.tsv", 3, "not UTF-8")]


def test_how_people_ask_for_an_article_that_is_bad_is_no_second_problem(tmp_path: Path) -> None:
    found = problems(tmp_path, {EN: "no front matter", "asked/hu.tsv": ASKED})
    assert {path for path, *_ in found} == {EN}


def test_all_bad_files_are_reported_at_once_in_order(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        {
            EN: SOURCE.replace("kind: faq", "kind: poem").replace("country: HU", "country: hu") + "\n<b>x</b>\n",
            HU: b"\xff",
            "articles/second/en.md": "no front matter",
            "topics.yaml": "health: [\n",
            "contacts/help-line.yaml": CONTACT + "fax: 1\n",
            "notices/closed.yaml": NOTICE + "x: 1\n",
            "sites/hungary.yaml": "",
        },
    )
    assert [path for path, *_ in found] == sorted(path for path, *_ in found)
    assert {(path, line) for path, line, _ in found if path == EN} == {(EN, 2), (EN, 3), (EN, 17)}
    assert {path for path, *_ in found} == {*FILES, "articles/second/en.md"}


def test_problems_in_several_lines_of_a_body_are_each_named(tmp_path: Path) -> None:
    text = SOURCE.replace("The office", "\n\nThe office") + "\n<b>x</b>\n\n# Big\n"
    assert [line for _, line, _ in problems(tmp_path, {EN: text})] == [19, 21]


def test_a_problem_reads_as_path_line_and_reason() -> None:
    assert str(Problem(Path("en.md"), 3, "no such field")) == "en.md:3: no such field"


def test_a_folder_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(BadContentError) as caught:
        read(tmp_path / "nowhere")
    assert caught.value.problems == [Problem(tmp_path / "nowhere", 1, "there is no such folder")]


def test_a_folder_without_content_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(BadContentError) as caught:
        read(tmp_path)
    assert "no content" in caught.value.problems[0].reason


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda text: b"\xef\xbb\xbf" + text.encode(), id="byte order mark"),
        pytest.param(lambda text: text.replace("\n", "\r\n").encode(), id="Windows line ends"),
    ],
)
def test_files_as_windows_writes_them_are_read_as_the_same(tmp_path: Path, change: Callable[[str], bytes]) -> None:
    there = folder_with(tmp_path / "windows", {name: change(text) for name, text in FILES.items()})
    assert read(there) == read(folder_with(tmp_path / "unix", {}))


def test_a_file_may_end_with_its_front_matter(tmp_path: Path) -> None:
    content = read(folder_with(tmp_path, {HU: "---\ntitle: Kártya\nrenders: 1\nreviewed: 2026-11-22\n---"}))
    published = content.articles[0].translations["hu"].published
    assert published is not None
    assert published.text.body == ""


def test_a_draft_of_the_source_is_read_beside_the_published_file(tmp_path: Path) -> None:
    draft = TRANSLATION.replace("renders: 1\n", "")
    translation = (
        read(folder_with(tmp_path, {"articles/health-card/en.draft.md": draft})).articles[0].translations["en"]
    )
    assert translation.published is not None
    assert translation.draft is not None
    assert translation.draft.text.title == "Egészségkártya"


def test_words_that_yaml_1_1_reads_as_something_else_are_texts(tmp_path: Path) -> None:
    text = SOURCE.replace("Health card", "No").replace("How do I get a health card?", "16:00")
    published = read(folder_with(tmp_path, {EN: text})).articles[0].translations["en"].published
    assert published is not None
    assert (published.text.title, published.text.questions) == ("No", ["16:00"])


def test_norwegian_keeps_its_name(tmp_path: Path) -> None:
    content = read(folder_with(tmp_path, {"topics.yaml": "health:\n  name: {en: Health, no: Helse}\n"}))
    assert content.topics[0].name == {"en": "Health", "no": "Helse"}


def test_the_topic_tree_is_read_with_parents_first(tmp_path: Path) -> None:
    tree = TOPICS + "  topics:\n    births:\n      name: {en: Births}\nwork:\n  name: {en: Work}\n"
    topics = read(folder_with(tmp_path, {"topics.yaml": tree})).topics
    assert [(topic.id, topic.parent) for topic in topics] == [("health", None), ("births", "health"), ("work", None)]


def test_a_site_is_read_alone(tmp_path: Path) -> None:
    assert read_site(folder_with(tmp_path, {}) / "sites/hungary.yaml").hotline == "help-line"


@pytest.mark.parametrize(
    ("text", "line"), [("", 1), (SITE + "x: 1\n", 8), (SITE + "id: other\n", 8), ("name: [", 1), (b"\xff", 1)]
)
def test_a_bad_site_file_is_named_with_its_line(tmp_path: Path, text: str | bytes, line: int) -> None:
    path = folder_with(tmp_path, {"sites/hungary.yaml": text}) / "sites/hungary.yaml"
    with pytest.raises(BadContentError) as caught:
        read_site(path)
    assert {(p.path, p.line) for p in caught.value.problems} == {(path, line)}


def test_a_site_file_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(BadContentError, match="1 problem"):
        read_site(tmp_path / "nowhere.yaml")


def test_written_files_of_other_ids_stay(tmp_path: Path) -> None:
    write(builders.content(builders.article("first")), tmp_path)
    write(builders.content(builders.article("second")), tmp_path)
    assert [article.id for article in read(tmp_path).articles] == ["first", "second"]


def test_write_says_how_many_files_it_wrote(tmp_path: Path) -> None:
    written = write(builders.content(), tmp_path)
    assert written == sum(path.is_file() for path in tmp_path.rglob("*"))


def test_written_files_are_readable_text(tmp_path: Path) -> None:
    content = builders.content(builders.article(en=builders.revision(builders.text("Kártya: 5 € 🇭🇺"))))
    write(content, tmp_path)
    text = (tmp_path / "articles/health-card/en.md").read_text("utf-8")
    assert "title: 'Kártya: 5 € 🇭🇺'\n" in text
    assert text.endswith("reviewed: 2026-11-22\n---\nThe office gives you a health card.\n")
    assert "revision" not in text
