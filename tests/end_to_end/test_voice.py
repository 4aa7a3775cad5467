"""Reading aloud and dictation, with a browser whose speech functions are ours: a machine has no voice and no ear."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.end_to_end.conftest import Server
from tests.end_to_end.test_widget import ask, greeted

SPEECH = """
window.spoken = [];
const speech = new EventTarget();
speech.getVoices = () => [{ lang: "en-US", name: "one" }];
speech.speak = (said) => { window.spoken.push([said.text, said.lang]); window.said = said; };
speech.cancel = () => window.spoken.push(["", "cancelled"]);
Object.defineProperty(window, "speechSynthesis", { value: speech });
window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
window.SpeechRecognition = window.webkitSpeechRecognition = class {
  start() { window.recognition = this; }
  stop() { this.onend(); }
};
"""
DEAF_AND_DUMB = """
Object.defineProperty(window, "speechSynthesis", { value: undefined });
window.SpeechRecognition = window.webkitSpeechRecognition = undefined;
"""

HEAR = """text => {
  const result = Object.assign([{ transcript: text }], { isFinal: true });
  window.recognition.onresult({ results: [result], resultIndex: 0 });
}"""


@pytest.fixture
def speaking(browser: Browser, server: Server, request: pytest.FixtureRequest) -> Iterator[Page]:
    context = browser.new_context(base_url=server.url, locale="en-GB")
    context.add_init_script(getattr(request, "param", SPEECH))
    page = context.new_page()
    page.goto("/")
    greeted(page)
    yield page
    context.close()


def test_an_answer_is_read_aloud_in_its_language_and_stopped(speaking: Page) -> None:
    answer = ask(speaking, "How do I get a TAJ card?")
    aloud = answer.get_by_role("button", name="Read aloud")
    aloud.click()
    expect(aloud).to_have_attribute("aria-pressed", "true")
    spoken = [(text, language) for text, language in speaking.evaluate("window.spoken") if text]
    assert spoken[0][0].startswith("Health insurance number and card (TAJ)")
    assert {language for _, language in spoken} == {"en-US"}
    aloud.click()
    expect(aloud).to_have_attribute("aria-pressed", "false")
    assert speaking.evaluate("window.spoken").count(["", "cancelled"]) == 2


def test_where_there_is_no_voice_of_the_language_there_is_no_button(speaking: Page) -> None:
    expect(speaking.get_by_role("button", name="Read aloud")).to_have_count(1)
    assert not ask(speaking, "Hogyan kapok TAJ-kártyát?").get_by_role("button", name="Felolvasás").count()


def test_what_is_said_is_written_and_sent_by_the_person(speaking: Page) -> None:
    dictate = speaking.get_by_role("button", name="Dictate")
    dictate.click()
    expect(dictate).to_have_attribute("aria-pressed", "true")
    assert speaking.evaluate("window.recognition.lang") == "en"
    speaking.evaluate(HEAR, " How do I get")
    speaking.evaluate(HEAR, "a TAJ card?")
    expect(speaking.get_by_role("textbox")).to_have_value("How do I get a TAJ card?")
    assert speaking.locator(".migrant").count() == 0
    speaking.get_by_role("button", name="Send", exact=True).click()
    expect(dictate).to_have_attribute("aria-pressed", "false")
    expect(speaking.locator(".migrant")).to_have_text(["How do I get a TAJ card?"])


@pytest.mark.parametrize("speaking", [DEAF_AND_DUMB], indirect=True)
def test_a_browser_without_speech_shows_no_buttons_for_it(speaking: Page) -> None:
    ask(speaking, "How do I get a TAJ card?")
    expect(speaking.get_by_role("button", name="Read aloud")).to_have_count(0)
    expect(speaking.get_by_role("button", name="Dictate")).to_have_count(0)
