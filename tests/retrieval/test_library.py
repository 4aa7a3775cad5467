import numpy as np
import pytest

from knowledge_base.documents import Article, Content, Translation
from knowledge_base.glossary import Glossary, Term
from retrieval.case import Case
from retrieval.encoder import Encoder
from retrieval.library import Library, quotable_parts, search_document, search_documents, step_text
from retrieval.showing import show_article
from tests.builders import article, contact, content, facts, notice, procedure, revision, text

ONLY_HU = {"HU"}


def library_of(encoder: Encoder, *articles: Article, **changes: object) -> Library:
    return Library(content(*articles, **changes), encoder)


def found(library: Library, question: str, countries: set[str] = ONLY_HU) -> list[str]:
    return [hit.article.id for hit in library.search(question, countries=countries, year=2026)]


@pytest.fixture(scope="module")
def small(encoder: Encoder) -> Library:
    """Two countries' health cards, and two articles about the past."""
    past = facts(history=True, topics=["work"])
    return library_of(
        encoder,
        article("health-card", en=revision(text("Health card", "If it was stopped, return it to the officials."))),
        article("health-card-sk", facts=facts(country="SK"), en=revision(text("Slovak health card"))),
        article("lodestar", facts=past, en=revision(text("The LODESTAR project", "LODESTAR helped officials."))),
        article("old-stop", facts=past, en=revision(text("Return was stopped", "It was stopped in 2015."))),
        procedure(),
    )


def test_only_articles_of_the_countries_are_found(small: Library) -> None:
    assert "health-card-sk" not in found(small, "Slovak health card")
    assert found(small, "Slovak health card", {"SK"}) == ["health-card-sk"]
    assert set(found(small, "Slovak health card", {"SK", "HU"})) >= {"health-card", "health-card-sk"}


def test_a_country_without_articles_finds_nothing(small: Library) -> None:
    assert found(small, "health card", {"PL"}) == []
    assert found(small, "health card", set()) == []


def test_history_does_not_answer_a_question_about_today(small: Library) -> None:
    assert not {"lodestar", "old-stop"} & set(found(small, "Is the return stopped? Who helps officials?"))


@pytest.mark.parametrize("question", ["Was return stopped in 2015?", "2015-ben leállt?", "هل توقفت العودة عام ٢٠١٥؟"])
def test_a_past_year_opens_history_in_any_digits(small: Library, question: str) -> None:
    assert "old-stop" in found(small, question)


@pytest.mark.parametrize("question", ["What was Lodestar?", "Mi volt a LODESTAR?"])
def test_a_past_projects_name_opens_history(small: Library, question: str) -> None:
    assert found(small, question)[0] == "lodestar"


@pytest.mark.parametrize("question", ["Was return stopped in 2025?", "stopped in 2027?", "Call 0620151234", "12015"])
def test_this_year_the_last_and_other_numbers_do_not_open_history(small: Library, question: str) -> None:
    assert "old-stop" not in found(small, question)


def test_a_word_of_a_history_articles_questions_is_no_name(encoder: Encoder) -> None:
    old = text("The LODESTAR project", questions=["Was there an Armenian website?"])
    library = library_of(encoder, article("lodestar", facts=facts(history=True), en=revision(old)), article())
    assert found(library, "I need help in Armenian") == ["health-card"]


def test_starter_history_answers_only_about_the_past(starter_library: Library) -> None:
    history = {article.id for article in starter_library.content.articles if article.facts.history}
    assert found(starter_library, "What was the INTI project?")[0] == "inti-project"
    for question in ("I need help in Armenian", "Can I train as a nurse?", "How do I return home?"):
        assert not history & set(found(starter_library, question))


def test_an_article_is_found_once_by_its_best_translation(encoder: Encoder) -> None:
    hu = text("Egészségügyi kártya", "A hivatal kártyát ad.", questions=["Hogyan kapok kártyát?"])
    library = library_of(encoder, article(en=revision(), hu=revision(hu, renders=1)), procedure())
    hits = library.search("Hogyan kapok egészségügyi kártyát?", countries=ONLY_HU, year=2026)
    assert [hit.article.id for hit in hits].count("health-card") == 1
    assert (hits[0].article.id, hits[0].language) == ("health-card", "hu")


def test_hits_are_at_most_the_limit_best_first(starter_library: Library) -> None:
    hits = starter_library.search("residence permit for work", countries=ONLY_HU, year=2026, limit=3)
    scores = [hit.hit.score for hit in hits]
    assert len(hits) == 3
    assert scores == sorted(scores, reverse=True)


def drafted(id: str, **changes: object) -> Article:
    """An article of which nothing is published."""
    draft = article(id).model_dump() | changes
    draft["translations"]["en"] = {"draft": draft["translations"]["en"]["published"]}
    return Article.model_validate(draft)


def test_a_draft_is_neither_found_nor_shown(encoder: Encoder) -> None:
    secret = drafted("secret", asked={"en": ["Where is the secret card?"]})
    library = Library(content(article(), secret), encoder)
    assert found(library, "secret health card") == ["health-card"]
    assert library.revision("secret", "en") is None
    assert search_documents(secret) == []
    assert library.index.documents == search_documents(article())


@pytest.mark.parametrize(
    ("reader", "shown"),
    [("hu", "hu"), ("sr-Latn", "sr-Latn"), ("hr", "sr-Latn"), ("de", "en"), ("zh-Hant", "zh-Hans"), ("en", "en")],
)
def test_a_reader_gets_the_nearest_translation(encoder: Encoder, reader: str, shown: str) -> None:
    library = library_of(encoder, article(en=revision(), hu=revision(), sr=revision(), zh_Hans=revision()))
    chosen = library.revision("health-card", reader)
    assert chosen is not None
    assert chosen[0] == shown


def test_the_last_resort_is_the_source_language(encoder: Encoder) -> None:
    library = library_of(encoder, article(source_language="hu", hu=revision(), ar=revision()))
    chosen = library.revision("health-card", "vi")
    assert chosen is not None
    assert chosen[0] == "hu"


def test_an_unknown_article_has_no_revision(small: Library) -> None:
    assert small.revision("nothing-here", "en") is None


def test_notices_reach_the_topics_under_theirs_and_their_countries_only(encoder: Encoder) -> None:
    whole = content(notices=[notice("broad", topics=["health"]), notice("narrow", topics=["dentist"])])
    dentist = whole.topics[0].model_copy(update={"id": "dentist", "parent": "health"})
    library = Library(whole.model_copy(update={"topics": [*whole.topics, dentist]}), encoder)
    assert [n.id for n in library.notices(["dentist"], ONLY_HU)] == ["broad", "narrow"]
    assert [n.id for n in library.notices(["health"], ONLY_HU)] == ["broad"]
    assert library.notices(["work"], ONLY_HU) == []
    assert library.notices(["health"], {"SK"}) == []


def asked_in(language: str, *questions: str, of: Article | None = None) -> Article:
    """The article, which people ask for in a language into which it need not be translated."""
    return (of or article()).model_copy(update={"asked": {language: list(questions)}})


def test_a_question_in_a_language_without_a_translation_finds_the_article_as_people_ask_for_it(
    encoder: Encoder,
) -> None:
    question = "làm thẻ bảo hiểm ở đâu"
    rent = article("rent", en=revision(text("Renting a flat", "The deposit is two months of rent.")))
    library = library_of(encoder, rent, asked_in("vi", question))
    [hit, *_] = library.search(question, countries=ONLY_HU, year=2026)
    assert (hit.article.id, hit.language, hit.hit.passage.text) == ("health-card", "vi", question)


def test_how_people_ask_is_searched_and_never_shown(encoder: Encoder) -> None:
    library = library_of(encoder, asked_in("vi", "làm thẻ bảo hiểm ở đâu"))
    chosen = library.revision("health-card", "vi")
    assert chosen is not None
    assert chosen[0] == "en"
    assert search_documents(library.articles["health-card"])[1].title == ""
    assert {passage.kind for passage in library.index.passages if passage.document == 1} == {"question"}


def test_how_people_ask_in_the_language_of_a_translation_adds_to_it(encoder: Encoder) -> None:
    plain, asked = library_of(encoder, article()), library_of(encoder, asked_in("en", "insurence crad wher"))
    assert set(asked.parts("health-card", "en", "card")) == set(plain.parts("health-card", "en", "card")) == {0}
    [hit] = asked.search("insurence crad wher", countries=ONLY_HU, year=2026)
    assert (hit.article.id, hit.language, hit.hit.passage.text) == ("health-card", "en", "insurence crad wher")


def test_how_people_ask_about_the_past_does_not_open_history(encoder: Encoder) -> None:
    past = article("lodestar", facts=facts(history=True), en=revision(text("The LODESTAR project")))
    library = library_of(encoder, asked_in("en", "Is there an Armenian website?", of=past), article())
    assert found(library, "Is there help in Armenian?") == ["health-card"]


def test_the_weights_of_a_search_decide_the_order(encoder: Encoder) -> None:
    library = library_of(encoder, article("short", en=revision(text("Card"))), article("long"), procedure())
    by_words = library.search("tax card", countries=ONLY_HU, year=2026, weights={"document_words": 1.0})
    assert [hit.hit.score for hit in by_words] == [hit.hit.evidence["document_words"] for hit in by_words]
    own = library.search("tax card", countries=ONLY_HU, year=2026)
    assert own == library.search("tax card", countries=ONLY_HU, year=2026, weights=library.index.weights)


def test_search_reads_search_questions_and_plain_text() -> None:
    said = text(body="See **the [office](https://example.org)**.", search_questions=["taj karte wo"])
    document = search_document(article(), "en", revision(said))
    assert document.questions == ("How do I get: Health card?", "taj karte wo")
    assert document.parts == ("See the office.",)


def test_quotable_parts_are_the_sections_then_the_steps() -> None:
    said = procedure().translations["en"].published
    assert said is not None
    parts = quotable_parts(said.text)
    assert parts == [
        "You need a tax card before you start to work.",
        "## If you lose it\n\nAsk again.",
        "**Fill in the form**\n- Passport\nFree",
        "**Take it to the tax office**\nTax office\nWithin 15 days",
    ]
    assert parts[2:] == [step_text(step) for step in said.text.steps]


def test_a_library_without_articles_finds_nothing(encoder: Encoder) -> None:
    empty = Library(Content(), encoder)
    assert empty.search("health card", countries=ONLY_HU, year=2026) == []
    assert np.array_equal(empty.index.search("x"), [])


def test_each_part_is_as_near_to_a_question_as_its_nearest_sentence(encoder: Encoder) -> None:
    body = "It is raining today. The fee is paid at the post office.\n\n## Lost cards\n\nCall the police about a theft."
    library = library_of(encoder, article(en=revision(text(body=body))), procedure())
    for sentence in ("It is raining today.", "The fee is paid at the post office."):
        near = library.parts("health-card", "en", f"Health card. {sentence}")
        assert set(near) == {0, 1}
        # Kept vectors are rounded to half precision.
        assert near[0] == pytest.approx(1, abs=1e-4)
        assert near[1] < near[0]
    stolen = library.parts("health-card", "en", "a theft, should I call the police")
    assert stolen[1] > stolen[0]


def test_sections_and_steps_are_parts_in_their_order(small: Library) -> None:
    near = small.parts("tax-card", "en", "Do I fill in a form with my passport?")
    assert set(near) == {0, 1, 2, 3}
    assert max(near, key=lambda part: near[part]) == 2
    assert all(-1.001 <= cosine <= 1.001 for cosine in near.values())


def test_the_parts_are_those_of_the_translation(encoder: Encoder) -> None:
    hu = text("Kártya", "A kártya ingyenes.\n\n## Lopás után\n\nHívja a rendőrséget.", questions=["Kártya?"])
    library = library_of(encoder, article(en=revision(), hu=revision(hu, renders=1)))
    assert set(library.parts("health-card", "en", "card")) == {0}
    assert set(library.parts("health-card", "hu", "card")) == {0, 1}


def test_a_question_without_words_is_equally_far_from_every_part(small: Library) -> None:
    assert set(small.parts("tax-card", "en", "?!").values()) == {0.0}


def test_a_topics_articles_are_its_own_then_those_that_touch_it_each_before_directories(encoder: Encoder) -> None:
    named = {
        "touching": facts(topics=["work", "health"]),
        "clinics": facts(kind="directory"),
        "own": facts(topics=["health", "work"]),
        "agencies": facts(kind="directory", topics=["work", "health"]),
        "old": facts(history=True),
        "slovak": facts(country="SK"),
        "elsewhere": facts(topics=["work"]),
    }
    library = library_of(encoder, *(article(id, facts=of) for id, of in named.items()))

    def ids(topic: str, countries: set[str]) -> list[str]:
        return [one.id for one in library.articles_of(topic, countries)]

    assert ids("health", ONLY_HU) == ["own", "clinics", "touching", "agencies"]
    assert ids("health", {"SK"}) == ["slovak"]
    assert ids("health", {"SK", "HU"}) == ["own", "slovak", "clinics", "touching", "agencies"]
    assert ids("health", set()) == ids("nothing-here", ONLY_HU) == []


def test_topics_are_below_one_or_the_uppermost(encoder: Encoder) -> None:
    whole = content()
    dentist = whole.topics[0].model_copy(update={"id": "dentist", "parent": "health"})
    library = Library(whole.model_copy(update={"topics": [dentist, *whole.topics]}), encoder)
    assert [topic.id for topic in library.subtopics(None)] == ["health", "work"]
    assert [topic.id for topic in library.subtopics("health")] == ["dentist"]
    assert library.subtopics("dentist") == library.subtopics("nothing-here") == []
    assert library.path("dentist") == ["dentist", "health"]
    assert library.path("nothing-here") == ["nothing-here"]


def test_every_starter_article_is_reached_by_going_down_the_topics(starter_library: Library) -> None:
    countries = {one.facts.country for one in starter_library.content.articles}
    reached, topics = set(), starter_library.subtopics(None)
    while topics:
        topic = topics.pop()
        reached |= {one.id for one in starter_library.articles_of(topic.id, countries)}
        topics += starter_library.subtopics(topic.id)
    assert reached == {one.id for one in starter_library.content.articles if not one.facts.history}


@pytest.mark.parametrize(
    ("case", "ids"),
    [
        (None, {"eea", "third", "grant", "tax-card"}),
        (Case(), {"eea", "third", "grant", "tax-card"}),
        (Case("eea"), {"eea", "grant", "tax-card"}),
        (Case("asylum", "work"), {"tax-card"}),
        (Case(purpose="study"), {"eea", "third", "grant", "tax-card"}),
    ],
)
def test_only_articles_for_the_case_are_found(encoder: Encoder, case: Case | None, ids: set[str]) -> None:
    library = library_of(
        encoder,
        article("eea", facts=facts(audience=["eea"])),
        article("third", facts=facts(audience=["third-country"])),
        article("grant", facts=facts(purpose=["study"])),
        procedure(),
    )
    hits = library.search("How do I get a health card?", countries=ONLY_HU, year=2026, case=case, limit=9)
    assert {hit.article.id for hit in hits} == ids


def test_a_draft_is_not_among_its_topics_articles(encoder: Encoder) -> None:
    library = Library(content(article(), drafted("secret")), encoder)
    assert [one.id for one in library.articles_of("health", {"HU"})] == ["health-card"]


def test_a_library_after_another_keeps_its_index_where_nothing_that_is_searched_differs(encoder: Encoder) -> None:
    whole = content()
    first = Library(whole, encoder)
    card = whole.articles[0]
    renamed = whole.model_copy(update={"contacts": [contact(name="Another")]})
    assert Library(renamed, encoder, before=first).index is first.index
    assert Library(renamed, encoder).index is not first.index
    asked = card.model_copy(update={"asked": {"hu": ["Hol a kártya?"]}})
    changed = whole.model_copy(update={"articles": [asked, *whole.articles[1:]]})
    assert Library(changed, encoder, before=first).index is not first.index


def test_facts_that_filter_count_in_a_library_that_keeps_its_index(encoder: Encoder) -> None:
    whole = content()
    first = Library(whole, encoder)
    moved = whole.articles[0].model_copy(update={"facts": facts(country="NO")})
    second = Library(whole.model_copy(update={"articles": [moved, *whole.articles[1:]]}), encoder, before=first)

    def found(library: Library, country: str) -> set[str]:
        return {hit.article.id for hit in library.search("health card", countries={country}, year=2026)}

    assert second.index is first.index
    assert moved.id in found(first, "HU")
    assert moved.id not in found(second, "HU")
    assert moved.id in found(second, "NO")


def test_official_terms_of_a_title_are_searched_in_languages_that_ask_but_have_no_translation() -> None:
    glossary = Glossary(
        {
            "en": [Term("card", "health card")],
            "vi": [Term("card", "thẻ y tế (bảo hiểm)")],
            "hu": [Term("card", "egészségügyi kártya")],
            "so": [Term("card", "kaarka caafimaadka")],
        }
    )
    asked = {"vi": ["khám bệnh ở đâu"], "hu": ["hol a kártyám"]}
    one = article(en=revision(text("Health card")), hu=revision()).model_copy(update={"asked": asked})
    searched = {document.language: document.questions for document in search_documents(one, glossary)[2:]}
    assert searched == {"vi": ("khám bệnh ở đâu", "thẻ y tế"), "hu": ("hol a kártyám",)}
    assert search_documents(one)[2].questions == ("khám bệnh ở đâu",)


def newer_than(library: Library, **changes: Article | None) -> Content:
    """The content of a library with other articles, and without those that are None."""
    others = {name.replace("_", "-"): article for name, article in changes.items()}
    articles = {one.id: one for one in library.source.articles} | others
    return library.source.model_copy(update={"articles": [one for one in articles.values() if one is not None]})


def draft_of(language: str, number: int = 2) -> dict[str, Translation]:
    return {language: Translation(draft=revision(number=number))}


def test_newer_texts_are_shown_before_they_are_indexed(encoder: Encoder) -> None:
    library = Library(content(), encoder)
    card = library.articles["health-card"]
    newest = newer_than(library, health_card=article(en=revision(text("Card of health"), number=2)))
    reworded = library.reworded(newest)
    assert reworded.index is library.index
    assert reworded.version == library.version
    assert reworded.source is newest
    (_, shown) = reworded.revision("health-card", "en") or ("", None)
    assert shown is not None
    assert shown.text.title == "Card of health"
    hits = reworded.search("health card", countries={"HU"}, year=2026)
    assert hits[0].article is reworded.articles["health-card"]
    assert library.articles["health-card"] is card
    assert reworded.articles["tax-card"] is library.articles["tax-card"]


def test_a_text_that_is_cut_into_other_parts_is_shown_from_its_beginning_until_it_is_indexed(encoder: Encoder) -> None:
    longer = text(body="First of all.\n\n## One\n\nIt is free.\n\n## Two\n\nThe office gives you a health card.")
    before = Library(content(article(en=revision(longer, number=1))), encoder)
    shorter = before.reworded(newer_than(before, health_card=article(en=revision(number=2))))
    for library, passage in ((before, "## Two\n\nThe office gives you"), (shorter, "The office gives you")):
        (hit, *_) = library.search("The office gives you a health card.", countries=ONLY_HU, year=2026)
        assert hit.hit.passage.part == 2
        for shown in (
            show_article(library, hit.article, "en", hit),
            show_article(library, hit.article, "en", question="the office gives a card"),
        ):
            assert shown is not None
            assert shown.passage.startswith(passage)


def test_a_text_in_a_new_language_is_shown_before_it_is_indexed(encoder: Encoder) -> None:
    library = Library(content(), encoder)
    both = article(en=revision(), hu=revision(text("Egészségügyi kártya", "A hivatal adja.")))
    reworded = library.reworded(newer_than(library, health_card=both))
    shown = show_article(reworded, reworded.articles["health-card"], "hu", question="ki adja?")
    assert shown is not None
    assert (shown.title, shown.passage) == ("Egészségügyi kártya", "A hivatal adja.")


def test_a_withdrawn_text_is_shown_in_another_language_at_once(encoder: Encoder) -> None:
    hungarian = revision(text("Egészségügyi kártya", "A hivatal ad egészségügyi kártyát."), number=1)
    library = Library(content(article(en=revision(number=1), hu=hungarian)), encoder)
    kept = article(en=revision(number=1))
    withdrawn = kept.model_copy(update={"translations": kept.translations | draft_of("hu")})
    reworded = library.reworded(newer_than(library, health_card=withdrawn))
    (hit, *_) = reworded.search("egészségügyi kártya", countries=ONLY_HU, year=2026)
    assert hit.language == "hu"
    shown = show_article(reworded, hit.article, "hu", hit)
    assert shown is not None
    assert (shown.language, shown.passage) == ("en", "The office gives you a health card.")


def test_an_article_that_is_withdrawn_is_found_nowhere_at_once(encoder: Encoder) -> None:
    library = Library(content(), encoder)
    assert "health-card" in found(library, "health card")
    gone = article().model_copy(update={"translations": draft_of("en")})
    for reworded in (
        library.reworded(newer_than(library, health_card=gone)),
        library.reworded(newer_than(library, health_card=None)),
    ):
        assert "health-card" not in found(reworded, "health card")
        assert "health-card" not in {one.id for one in reworded.articles_of("health", ONLY_HU)}
        assert reworded.revision("health-card", "en") is None


def test_what_stands_beside_the_texts_changes_at_once(encoder: Encoder) -> None:
    library = library_of(encoder, notices=[notice()])
    newest = newer_than(library, tax_card=article("tax-card", facts=facts(country="SK")))
    newest = newest.model_copy(update={"notices": [], "contacts": [contact(name="New line")]})
    reworded = library.reworded(newest)
    assert reworded.notices(["health"], ONLY_HU) == []
    assert reworded.contacts["help-line"].name == "New line"
    assert "tax-card" not in found(reworded, "tax card")
    assert found(reworded, "tax card", {"SK"}) == ["tax-card"]
