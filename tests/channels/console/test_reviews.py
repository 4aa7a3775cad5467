"""A colleague looks a draft over, over HTTP without a script."""

import pytest

from retrieval.answers import Answers
from tests.channels.console.conftest import Newsroom, words, write

TEXT = "/content/health-card/en"
ASKED = "Health card English · Asked by anna"


def test_a_draft_is_looked_over_given_back_asked_for_again_and_published(newsroom: Newsroom) -> None:
    anna, bela = newsroom.editor("anna"), newsroom.editor("bela")
    assert write(anna, TEXT, "review", title="The card").status_code == 303
    assert "Your colleagues see that it waits for a review." in words(anna.get(TEXT))
    seen = words(bela.get("/content"))
    assert f"To review (1) {ASKED}" in seen.replace("The card", "Health card")
    assert "Drafts to finish" not in seen
    assert "This draft waits for a review. Asked by anna" in words(bela.get(TEXT))

    assert bela.send(f"{TEXT}/give-back", remark="Which card?\r\nSay <b>TAJ</b>.").status_code == 303
    assert "It was given back." in words(bela.get(TEXT))
    assert "Which card? Say &lt;b&gt;TAJ&lt;/b&gt;." in " ".join(anna.get("/content").text.split())
    assert "bela gave it back: Which card?" in words(anna.get(TEXT))
    bela.send(f"{TEXT}/give-back", remark="And the fee?")
    assert "Nobody waits for a review of this any more." in words(bela.get(TEXT))
    assert "And the fee?" not in words(anna.get(TEXT))

    write(anna, TEXT, "review", title="The TAJ card")
    assert "Which card?" not in words(bela.get(TEXT))
    assert write(bela, TEXT, "major").status_code == 303
    page = words(anna.get("/content"))
    assert "To review" not in page
    assert "Given back" not in page
    published = newsroom.article().translations["en"].published
    assert published is not None
    assert published.text.title == "The TAJ card"


def test_what_migrants_read_already_is_not_looked_over(newsroom: Newsroom) -> None:
    anna = newsroom.editor("anna")
    write(anna, TEXT, "review")
    assert "there is nothing to review" in words(anna.get(TEXT))
    assert "To review" not in words(anna.get("/content"))


@pytest.mark.parametrize("remark", ["", " \r\n", "x" * 1001, "\x00"])
def test_who_gives_back_says_why(newsroom: Newsroom, remark: str) -> None:
    anna = newsroom.editor("anna")
    write(anna, TEXT, "review", title="The card")
    anna.send(f"{TEXT}/give-back", remark=remark)
    page = words(anna.get(TEXT))
    assert "Please write 1 to 1000 characters." in page
    assert "This draft waits for a review." in page


def test_the_record_names_who_asked_and_who_gave_back(newsroom: Newsroom) -> None:
    anna, bela = newsroom.editor("anna"), newsroom.editor("bela")
    write(anna, TEXT, "review", title="The card")
    bela.get(TEXT)
    bela.send(f"{TEXT}/give-back", remark="Which card?")
    newsroom.house.add("chief", "admin")
    record = words(newsroom.house.visitor("chief").get("/audit"))
    assert "anna Review asked for health-card/en/2" in record
    assert "bela Draft given back health-card/en" in record
    assert "Which card?" not in record


@pytest.fixture
def careful(newsroom: Newsroom, answers: Answers, monkeypatch: pytest.MonkeyPatch) -> Newsroom:
    """A newsroom where nobody publishes what they wrote."""
    # Other tests have the same answers.
    monkeypatch.setattr(answers, "site", answers.site.model_copy(update={"second_reader": True}))
    return newsroom


def test_a_site_may_want_a_second_reader(careful: Newsroom) -> None:
    anna, bela = careful.editor("anna"), careful.editor("bela")
    assert "Publish as" not in words(anna.get(TEXT))
    refused = write(anna, TEXT, "minor", title="The card")
    assert refused.status_code == 422
    assert "Here a colleague publishes what you wrote: please ask for a review." in words(refused)
    assert "The card" in refused.text
    assert careful.article().translations["en"].draft is None

    write(anna, TEXT, "review", title="The card")
    assert "Publish as" not in words(anna.get(TEXT))
    assert write(anna, TEXT, "minor").status_code == 422
    assert "Publish as a minor change" in words(bela.get(TEXT))
    assert write(bela, TEXT, "minor").status_code == 303
    published = careful.article().translations["en"].published
    assert published is not None
    assert published.text.title == "The card"
    # What stands already was read by two: saying that it was a major change adds no word.
    assert write(anna, TEXT, "major").status_code == 303


def test_who_mends_a_word_of_another_s_draft_has_written_it(careful: Newsroom) -> None:
    anna, bela = careful.editor("anna"), careful.editor("bela")
    write(anna, TEXT, "review", title="The crad")
    assert write(bela, TEXT, "minor", title="The card").status_code == 422
    write(bela, TEXT, "save", title="The card")
    assert write(bela, TEXT, "minor").status_code == 422
    assert write(anna, TEXT, "minor").status_code == 303


def test_who_wrote_a_text_does_not_plan_it_either(careful: Newsroom) -> None:
    anna, bela = careful.editor("anna"), careful.editor("bela")
    day = {"plan__day": "2026-12-24"}
    assert write(anna, TEXT, "plan-minor", title="The card", **day).status_code == 422
    write(anna, TEXT, "save", title="The card")
    assert write(bela, TEXT, "plan-minor", **day).status_code == 303
    # Whoever planned it has not written it.
    assert write(bela, TEXT, "minor").status_code == 303


def test_an_old_text_that_is_taken_up_again_is_read_by_two(careful: Newsroom) -> None:
    anna, bela = careful.editor("anna"), careful.editor("bela")
    write(anna, TEXT, "save", title="The card")
    write(bela, TEXT, "minor")
    anna.send(f"{TEXT}/revisions/1", over="2")
    assert write(anna, TEXT, "minor").status_code == 422
    assert write(bela, TEXT, "minor").status_code == 303
