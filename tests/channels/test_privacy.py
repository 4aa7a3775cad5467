"""`/privacy`: what is kept, in every language, before anybody has written a word."""

import re
from collections.abc import Iterator
from html import unescape

import pytest
from starlette.testclient import TestClient

from bot.texts import Texts, languages
from retrieval.encoder import Encoder
from tests import builders
from tests.channels.conftest import Talk, data_folder, serving
from tests.databases import chosen_url


def words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


@pytest.fixture(scope="module")
def answerable(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Iterator[TestClient]:
    """A site that says who is responsible, keeps conversations for a month, and calls people back."""
    folder = tmp_path_factory.mktemp("answerable")
    office = builders.contact("office", name="Our office", email="privacy@example.org")
    site = builders.site(responsible="office", retention_days=31, callbacks=True)
    content = builders.content(contacts=[builders.contact(), office], sites=[site])
    with serving(data_folder(folder, encoder, content, chosen_url(folder))) as client:
        yield client


@pytest.mark.parametrize("language", sorted(languages()))
def test_it_is_there_in_every_language(client: TestClient, language: str) -> None:
    page = client.get("/privacy", params={"language": language})
    texts = Texts(language)
    assert page.status_code == 200
    assert f'<html lang="{language}" dir="{"rtl" if language in ("ar", "fa", "ps", "ur") else "ltr"}">' in page.text
    said = words(page.text)
    for sentence in (
        texts.gettext("What is kept of this conversation"),
        texts.gettext("You can delete everything at any time."),
        texts.gettext("Backups may hold for a while longer what was deleted."),
        texts.days(180),
    ):
        assert " ".join(sentence.split()) in said


def test_without_a_choice_it_is_in_the_browsers_language(client: TestClient) -> None:
    page = client.get("/privacy", headers={"Accept-Language": "hu-HU,hu;q=0.9"})
    assert '<html lang="hu"' in page.text
    assert "accept-language" in page.headers["vary"].lower()


def test_it_says_what_the_site_promises(client: TestClient, answerable: TestClient) -> None:
    bare, whole = (words(one.get("/privacy?language=en").text) for one in (client, answerable))
    assert "deleted after: 180 days" in bare
    assert "deleted after: 31 days" in whole
    assert "These people are responsible" not in bare
    assert "These people are responsible" in whole
    assert "Our office" in whole
    assert "privacy@example.org" in whole
    assert "called back" not in bare
    assert "called back" in whole


def test_the_conversation_says_the_same(answerable: TestClient) -> None:
    said = Talk(answerable).write("/privacy").json()["messages"][-1]["text"]
    assert "deleted after: 31 days" in said
    assert "called back" in said


@pytest.mark.parametrize("language", ["xx<script>", "x" * 100])
def test_what_is_no_language_is_refused(client: TestClient, language: str) -> None:
    page = client.get("/privacy", params={"language": language})
    assert page.status_code == 422
    assert "script" not in page.text


def test_nothing_on_it_runs_or_comes_from_elsewhere(client: TestClient) -> None:
    page = client.get("/privacy?language=en")
    assert "script-src 'none'" in page.headers["content-security-policy"]
    assert "set-cookie" not in page.headers
    assert "http" not in page.text.replace("http-equiv", "")


def test_the_way_to_it_stands_where_people_begin_to_write(client: TestClient) -> None:
    assert 'href="/privacy?language=ar"' in client.get("/chat", headers={"Accept-Language": "ar"}).text
