"""Sheets to print: over HTTP and as a file."""

import re
from io import BytesIO
from pathlib import Path

import pytest
import segno
from pypdf import PdfReader
from starlette.testclient import TestClient

from channels.app import create_app
from channels.printing import printed
from channels.settings import Settings
from channels.web.sheets import Paper, SheetError, chosen, sheet
from retrieval.encoder import Encoder
from retrieval.showing import show_published
from tests import builders
from tests.channels.conftest import data_folder, serving
from tests.channels.test_cli import Shell

ADDRESS = "https://kalauz.example.org"
ARABIC = builders.text("بطاقة صحية", "يعطيك المكتب البطاقة.\n\n## بدون بطاقة\n\n- ادفع **الثمن**")
CARD = builders.article(
    en=builders.revision(),
    hu=builders.revision(builders.text("Egészségügyi kártya", "A kártyát a hivatal adja."), renders=1),
    ar=builders.revision(ARABIC, renders=1),
    zh_Hans=builders.revision(builders.text("医疗卡", "办事处发给您医疗卡。"), renders=1),
)


@pytest.fixture(scope="module")
def card_settings(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Settings:
    content = builders.content(CARD, builders.procedure())
    return data_folder(tmp_path_factory.mktemp("data"), encoder, content)


@pytest.fixture(scope="module")
def card_client(card_settings: Settings):  # type: ignore[no-untyped-def]
    with serving(card_settings) as client:
        yield client


def test_each_text_stands_word_for_word_in_its_own_language_and_direction(card_client: TestClient) -> None:
    page = card_client.get("/panel/health-card?languages=hu,ar,zh")
    assert page.status_code == 200
    texts = re.findall(r'<article lang="([^"]+)" dir="([^"]+)">(.*?)</article>', page.text, re.S)
    assert [(language, direction) for language, direction, _ in texts] == [
        ("hu", "ltr"),
        ("ar", "rtl"),
        ("zh-Hans", "ltr"),
    ]
    assert "A kártyát a hivatal adja." in texts[0][2]
    assert "<h2>بدون بطاقة</h2>" in texts[1][2]
    assert "<strong>الثمن</strong>" in texts[1][2]
    for _, _, said in texts:
        assert '<a href="https://example.org/leaflet" rel="noopener noreferrer">Office leaflet</a>' in said
    assert "A szöveg ellenőrzése: 2026. november 22." in texts[0][2]


def test_its_code_opens_the_conversation_at_the_article(card_client: TestClient) -> None:
    page = card_client.get("/panel/health-card?languages=hu")
    address = "http://testserver/?article=health-card"
    assert f'href="{address}"' in page.text
    drawn = segno.make(address, error="m", micro=False).svg_inline(omitsize=True, border=4)
    assert drawn in page.text
    assert '<kalauz-chat article="health-card">' in card_client.get("/?article=health-card").text
    assert 'href="/chat?article=health-card"' in card_client.get("/?article=health-card").text


@pytest.mark.parametrize("article", ['"><script>', "A B", "x" * 65, "ä"])
def test_an_id_that_is_none_leaves_the_page_as_it_always_is(card_client: TestClient, article: str) -> None:
    assert card_client.get("/", params={"article": article}).text == card_client.get("/").text


def test_without_scripts_the_article_is_offered_by_a_button(card_client: TestClient) -> None:
    page = card_client.get("/chat?article=health-card", headers={"Accept-Language": "hu"}).text
    assert re.search(
        r'<button form="form" name="payload" value="/article\{[^"]+health-card[^"]+\}" lang="hu"[^>]*>'
        r"Egészségügyi kártya</button>",
        page,
    )
    assert "<button form" not in card_client.get("/chat?article=nothing").text.split("<form")[0]


def test_a_procedure_has_its_steps_on_the_sheet(card_client: TestClient) -> None:
    page = card_client.get("/panel/tax-card").text
    for words in ("Fill in the form", "Passport", "Within 15 days", "If you lose it"):
        assert words in page


def test_without_a_language_it_is_in_the_browsers(card_client: TestClient) -> None:
    page = card_client.get("/panel/health-card", headers={"Accept-Language": "hu"}).text
    assert '<html lang="hu" dir="ltr">' in page
    assert page.count("<article") == 1
    # The languages may come from boxes that were ticked, each by itself.
    assert card_client.get("/panel/health-card?languages=hu&languages=en,hu").text.count("<article") == 2


@pytest.mark.parametrize(("query", "page"), [("size=a4", "a4"), ("size=a3", "a3"), ("languages=hu,en,ar", "a4-wide")])
def test_the_paper_is_chosen(card_client: TestClient, query: str, page: str) -> None:
    assert f'<body class="{page}">' in card_client.get(f"/panel/health-card?{query}").text
    style = card_client.get("/widget/panel.css").text
    assert f"@page {page} {{" in style
    assert f".{page} {{ page: {page}; }}" in style


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/panel/nothing", 404),
        ("/panel/health-card?languages=hu,de", 404),
        ("/panel/health-card?languages=%22%3E%3Cscript%3E", 404),
        ("/panel/health-card?size=a0", 422),
        ("/panel/NOT%20AN%20ID", 422),
        (f"/panel/health-card?languages={'hu,' * 100}", 422),
    ],
)
def test_what_there_is_not_is_refused(card_client: TestClient, path: str, status: int) -> None:
    page = card_client.get(path)
    assert page.status_code == status
    assert "script" not in page.text


def test_nothing_on_the_sheet_runs_and_nothing_comes_from_elsewhere(card_client: TestClient) -> None:
    page = card_client.get("/panel/health-card?languages=hu,ar")
    assert "script-src 'none'" in page.headers["content-security-policy"]
    assert "style=" not in page.text
    assert "<script" not in page.text


def test_nothing_is_shown_while_the_content_loads(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, database_url=None, site="hungary", encoder=None, log_level="info")
    with TestClient(create_app(settings)) as client:
        assert client.get("/panel/health-card").status_code == 503


def test_there_are_at_most_eight_languages_on_a_sheet() -> None:
    tags = ["hu", "ar", "de", "uk", "sr", "fr", "tr", "vi", "fa"]
    texts = show_published(builders.article(en=builders.revision(), **{t: builders.revision(renders=1) for t in tags}))
    assert [text.language for text in chosen(texts, tags[:8])] == tags[:8]
    with pytest.raises(SheetError, match="1 to 8"):
        chosen(texts, tags)
    with pytest.raises(SheetError, match="1 to 8"):
        chosen(texts, [])


@pytest.mark.parametrize(
    ("count", "paper", "rows"),
    [(1, "a4", [1]), (4, "a4", [2, 2]), (7, "a4", [3, 2, 2]), (8, "a4", [3, 3, 2]), (7, "a3", [4, 3])],
)
def test_languages_stand_evenly_beside_and_below_each_other(count: int, paper: str, rows: list[int]) -> None:
    tags = ["hu", "ar", "de", "uk", "zh-Hans", "fr", "tr", "fa"][:count]
    texts = show_published(builders.article(en=builders.revision(), **{t: builders.revision(renders=1) for t in tags}))
    html = sheet(chosen(texts, tags), Paper(paper), ADDRESS)
    assert [row.count("<article") for row in html.split('<div class="row">')[1:]] == rows
    assert re.findall('<article lang="([^"]+)"', html) == tags
    assert f'<body class="{paper}{"-wide" if count > 2 else ""}">' in html


@pytest.mark.parametrize("paper", Paper)
def test_the_invitations_in_eight_languages_fit_above_each_page_of_a_pdf(paper: Paper) -> None:
    tags = ["hu", "ar", "fa", "zh-Hans", "uk", "de", "vi", "tr"]
    texts = show_published(builders.article(en=builders.revision(), **{t: builders.revision(renders=1) for t in tags}))
    page = PdfReader(BytesIO(printed(sheet(chosen(texts, tags), paper, ADDRESS, alone=True)))).pages[0]
    tops = []

    def seen(text: str, cm: list[float], tm: list[float], font: object, size: float) -> None:
        if text.strip():
            tops.append(tm[4] * cm[1] + tm[5] * cm[3] + cm[5])

    page.extract_text(visitor_text=seen)
    # With room for the letters above their line, in points.
    assert 0 < max(tops) < page.mediabox.height - 15


def test_an_outdated_text_says_so_on_the_sheet() -> None:
    card = builders.article(
        en=builders.revision(number=2, last_major=2), hu=builders.revision(builders.text("Kártya"), renders=1)
    )
    (text,) = chosen(show_published(card), ["hu"])
    assert "Az eredeti szöveg" in sheet([text], Paper.a4, ADDRESS)


@pytest.fixture
def shell(card_settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Shell:
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(f"KALAUZ_{name.upper()}", raising=False)
    monkeypatch.setenv("KALAUZ_DATA_DIR", str(card_settings.data_dir))
    return Shell()


def test_the_command_writes_a_file_that_stands_alone(shell: Shell, tmp_path: Path) -> None:
    given = ("panel", "health-card", "--languages", "hu,ar", "--address", ADDRESS)
    assert shell.kalauz(*given, "--out", "sheet.html") == 0
    html = (tmp_path / "sheet.html").read_text("utf-8")
    assert "@page a4 { size: A4; }" in html
    assert f'href="{ADDRESS}/?article=health-card"' in html
    assert not re.search(r'(src|rel="stylesheet" href)=', html)


def test_the_command_writes_a_pdf(shell: Shell, tmp_path: Path) -> None:
    given = ("panel", "health-card", "--languages", "hu,ar,zh", "--size", "a3", "--address", ADDRESS)
    assert shell.kalauz(*given, "--out", "sheet.pdf") == 0
    assert (tmp_path / "sheet.pdf").read_bytes().startswith(b"%PDF-")


@pytest.mark.parametrize(
    ("change", "status", "told"),
    [
        ({"article": "nothing"}, 1, "there is no published article 'nothing'"),
        ({"--languages": "hu,de"}, 1, "not in every language"),
        ({"--size": "a0"}, 2, "there is a4, a3"),
        ({"--address": "kalauz"}, 2, "no address of a server"),
        ({"--out": "no/such/folder.html"}, 1, "cannot be written"),
    ],
)
def test_the_command_says_what_cannot_be(shell: Shell, change: dict[str, str], status: int, told: str) -> None:
    given = {"article": "health-card", "--languages": "hu", "--address": ADDRESS, "--out": "sheet.html", **change}
    article = given.pop("article")
    assert shell.kalauz("panel", article, *(part for pair in given.items() for part in pair)) == status
    assert told in shell.err
