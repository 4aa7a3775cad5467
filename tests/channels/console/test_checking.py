"""What an editor is told beside a text that is being written, and the page of official terms."""

from tests.channels.console.conftest import Newsroom, form_of, words, write

CARD = "/content/health-card"


def test_numbers_links_and_shape_that_differ_from_the_source_are_told_before_anything_is_saved(
    newsroom: Newsroom,
) -> None:
    anna = newsroom.editor("anna")
    page = write(
        anna,
        f"{CARD}/hu",
        "preview",
        section__0__text="A kártya 3000 forint. [Itt](https://example.org/x)",
        section__1__heading="Hol",
        section__1__text="A hivatalban.",
    )
    told = words(page)
    assert "Numbers that only this text has: 3000." in told
    assert "Links that only this text has: https://example.org/x; that only the source has: none." in told
    assert "This link is not among the sources of the article: https://example.org/x" in told
    assert "Sections: 2 here, 1 in the source." in told
    assert newsroom.article().translations["hu"].draft is None


def test_the_piece_that_follows_the_typing_says_the_same_as_the_page(newsroom: Newsroom) -> None:
    anna = newsroom.editor("anna")
    fields = form_of(anna.get(f"{CARD}/hu")) | {"section-0-text": "A kártya 3000 forint."}
    piece = anna.send(f"{CARD}/hu/check", **{key: said for key, said in fields.items() if key != "csrf"})
    assert "Numbers that only this text has: 3000." in words(piece)
    assert "<html" not in piece.text


def test_a_sentence_left_in_the_source_language_is_told(newsroom: Newsroom) -> None:
    anna = newsroom.editor("anna")
    left = "You can pay the fee by card in the office at any time."
    write(anna, f"{CARD}/en", "minor", section__0__text=left)
    page = words(write(anna, f"{CARD}/hu", "preview", section__0__text=left))
    assert "These words stand in the source just like this: you can pay the fee by card" in page
    assert "This seems to be written in another language (English)" in page


def test_the_official_terms_of_the_source_are_named_even_before_a_word_is_written(newsroom: Newsroom) -> None:
    anna = newsroom.editor("anna")
    write(anna, f"{CARD}/en", "minor", section__0__text="You need a residence permit and a single permit.")
    page = words(anna.get(f"{CARD}/de"))
    assert "residence permit : Aufenthaltsgenehmigung not said in this text" in page
    page = words(write(anna, f"{CARD}/hu", "preview", section__0__text="Tartózkodási engedélye legyen."))
    assert "residence permit : tartózkodási engedély not said" not in page
    assert "residence permit : tartózkodási engedély" in page
    assert "single permit : összevont engedély not said in this text" in page


def test_a_new_article_that_is_there_already_is_named_with_a_link(newsroom: Newsroom) -> None:
    anna = newsroom.editor("anna")
    form = form_of(anna.get("/add-article")) | {"title": "How do I get a health card?"}
    sent = {key: said for key, said in form.items() if key != "csrf"}
    piece = anna.send("/add-article/check", **sent)
    assert "It seems that there is an article on this already:" in words(piece)
    assert 'href="/console/content/health-card"' in piece.text
    without_script = anna.send("/add-article", **sent, act="preview")
    assert "It seems that there is an article on this already: Health card" in words(without_script)
    assert form_of(without_script)["title"] == "How do I get a health card?"


def test_what_nothing_is_written_about_is_not_there_already(newsroom: Newsroom) -> None:
    anna = newsroom.editor("anna")
    for title in ("", "Zeppelin races on Jupiter"):
        form = form_of(anna.get("/add-article")) | {"title": title}
        piece = anna.send("/add-article/check", **{key: said for key, said in form.items() if key != "csrf"})
        assert "already" not in words(piece)


def test_an_article_is_not_named_as_its_own_double(newsroom: Newsroom) -> None:
    anna = newsroom.editor("anna")
    assert "already" not in words(anna.get(f"{CARD}/en"))


def test_terms_are_found_by_their_words_in_any_language(newsroom: Newsroom) -> None:
    judit = newsroom.editor("judit", "hu")
    page = judit.get("/glossary?words=AUFENTHALTSGENEHMIGUNG")
    assert "residence permit" in words(page)
    assert "tartózkodási engedély" in words(page)
    assert "work accident" not in words(page)
    assert "There is none with these words." in words(newsroom.editor("anna").get("/glossary?words=zzzz"))


def test_terms_are_shown_in_the_language_that_is_chosen(newsroom: Newsroom) -> None:
    page = newsroom.editor("anna").get("/glossary?language=ar&words=single+permit")
    assert '<bdi lang="ar">' in page.text
    assert "English" in words(page)


def test_a_term_has_a_page_with_its_names_in_every_language(newsroom: Newsroom) -> None:
    anna = newsroom.editor("anna")
    page = words(anna.get("/glossary/single-permit"))
    assert "magyar összevont engedély" in page
    assert "українська" in page
    assert anna.get("/glossary/no-such-term").status_code == 404
