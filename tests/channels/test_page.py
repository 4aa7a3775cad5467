import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from bot.texts import languages
from channels.web import accepted_language
from channels.web.scripts import MODULES, STATIC, version


def opening(client: TestClient, accept_language: str | None) -> tuple[str, str]:
    """The page's language and direction for a browser that sends this header."""
    headers = {} if accept_language is None else {"Accept-Language": accept_language.encode("latin-1")}
    page = client.get("/", headers=headers)
    assert page.status_code == 200
    found = re.search(r'<html lang="([^"]*)" dir="([^"]*)">', page.text)
    assert found is not None
    return found[1], found[2]


@pytest.mark.parametrize(
    ("header", "language", "direction"),
    [
        ("hu", "hu", "ltr"),
        ("hu-HU,hu;q=0.9,en;q=0.8", "hu", "ltr"),
        ("ar", "ar", "rtl"),
        ("ur-PK", "ur", "rtl"),
        ("zh-CN,zh;q=0.9", "zh-Hans", "ltr"),
        ("sr-RS", "sr", "ltr"),
        ("sr-Latn-RS", "sr-Latn", "ltr"),
        ("UK", "uk", "ltr"),
        ("en;q=0.5, de;q=0.9", "de", "ltr"),
        ("xx, fr", "fr", "ltr"),
        ("hu;q=0", "en", "ltr"),
        ("xx", "en", "ltr"),
        ("*", "en", "ltr"),
        ("", "en", "ltr"),
        (",;;q=,=;q=x", "en", "ltr"),
        ("hu;q=nan", "en", "ltr"),
        ('"><script>alert(1)</script>', "en", "ltr"),
        ("é" * 3000, "en", "ltr"),
        (None, "en", "ltr"),
    ],
)
def test_the_page_is_in_the_browsers_language(
    client: TestClient, header: str | None, language: str, direction: str
) -> None:
    assert opening(client, header) == (language, direction)


@given(st.text() | st.from_regex(r"([a-zA-Z-]{1,8}(;q=[0-9.]{1,4})?,){1,4}", fullmatch=True))
def test_any_header_gives_a_served_language(header: str) -> None:
    assert accepted_language(header) in languages()


@given(language=st.sampled_from(sorted(languages())))
def test_a_served_language_is_given_to_who_asks_for_it(language: str) -> None:
    assert accepted_language(language) == language
    assert accepted_language(f"xx,{language}-XX;q=0.5,en;q=0.4") == language


def test_nothing_of_the_header_is_on_the_page(client: TestClient) -> None:
    assert "alert" not in client.get("/", headers={"Accept-Language": "<script>alert(1)</script>"}).text


def test_the_page_says_that_it_varies_by_language(client: TestClient) -> None:
    assert "Accept-Language" in client.get("/").headers["vary"]


def test_the_page_allows_only_its_own_scripts_and_styles(client: TestClient) -> None:
    policy = client.get("/").headers["content-security-policy"]
    directives = dict(part.split(" ", 1) for part in policy.split("; "))
    assert directives["default-src"] == "'none'"
    assert directives["script-src"] == directives["style-src"] == directives["connect-src"] == "'self'"
    assert "unsafe" not in policy


def test_the_page_has_no_inline_script_or_style_and_nothing_from_elsewhere(client: TestClient) -> None:
    page = client.get("/").text
    assert re.findall(r"<script(?![^>]*\bsrc=)", page) == []
    assert "<style" not in page
    assert re.findall(r"\s(?:style|on\w+)=", page) == []
    assert all(path.startswith("/") and path[1] != "/" for path in re.findall(r'(?:src|href)="([^"]*)"', page))


def test_the_page_names_no_placeholder_that_was_not_filled(client: TestClient) -> None:
    assert "$" not in client.get("/").text


def test_every_module_of_the_widget_is_served_as_javascript(client: TestClient) -> None:
    assert "chat" in MODULES
    for name in MODULES:
        response = client.get(f"/widget/{version()}/{name}.js")
        assert response.status_code == 200, name
        assert response.headers["content-type"].split(";")[0] == "text/javascript"
        assert response.text == (STATIC / f"{name}.js").read_text("utf-8")


def test_every_file_that_the_pages_and_the_modules_name_is_there(client: TestClient) -> None:
    pages = client.get("/").text + client.get("/chat").text
    named = set(re.findall(r'(?:src|href)="([^"#]*)"', pages))
    for name in MODULES:
        source = (STATIC / f"{name}.js").read_text("utf-8")
        named |= {f"/widget/{version()}/{path}" for path in re.findall(r'from "\./([^"]+)"', source)}
    assert {f"/widget/{version()}/blocks.js", "/widget/chat.css", "/chat"} <= named
    assert {path: client.get(path).status_code for path in named} == dict.fromkeys(named, 200)


def test_the_pages_styles_are_css(client: TestClient) -> None:
    for name in ("page", "chat"):
        assert client.get(f"/widget/{name}.css").headers["content-type"].startswith("text/css")


@pytest.mark.parametrize(("language", "direction"), [("hu", "ltr"), ("fa", "rtl")])
def test_the_widgets_texts_come_in_the_language_that_was_chosen(
    client: TestClient, language: str, direction: str
) -> None:
    found = client.get("/api/v1/texts", params={"language": language}, headers={"Accept-Language": "de"}).json()
    assert (found["language"], found["direction"]) == (language, direction)


def test_without_a_choice_the_widgets_texts_are_in_the_browsers_language(client: TestClient) -> None:
    found = client.get("/api/v1/texts", headers={"Accept-Language": "hu"}).json()
    assert found["texts"]["send"] == "Küldés"


def test_the_widget_asks_only_for_texts_that_there_are(client: TestClient) -> None:
    known = client.get("/api/v1/texts").json()["texts"]
    scripts = "".join((STATIC / f"{name}.js").read_text("utf-8") for name in MODULES)
    asked = set(re.findall(r"(?:\bt|\btexts)\.([a-z_]+)", scripts))
    assert {"send", "erase_sure", "sent"} <= asked
    assert asked <= set(known)
