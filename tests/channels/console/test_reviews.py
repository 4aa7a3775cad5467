"""A colleague looks a draft over, over HTTP without a script."""

import pytest

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
