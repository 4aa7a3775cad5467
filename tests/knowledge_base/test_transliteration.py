"""Serbian in Latin letters is made from the Cyrillic text."""

from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.documents import Content, NoticeText, Phone, Step, Text, Topic
from knowledge_base.transliteration import LETTERS, latin, with_latin
from tests import builders

TEXT = Text(
    title="Адресна карта (lakcímkártya)",
    questions=["Где је џеп?"],
    search_questions=["gde je dzep"],
    steps=[Step(title="Узмите број", papers=["Пасош"], place="Канцеларија")],
    body="Ђурђевак, Љиљана, Његош и ЊЕГОШ: [ОИФ](https://oif.gov.hu/x).",
)


def test_every_letter_has_its_own_also_those_that_become_two() -> None:
    assert len(LETTERS) == 30
    assert latin("Ђурђевак, Љиљана, Његош, ЊЕГОШ и Џ") == "Đurđevak, Ljiljana, Njegoš, NJEGOŠ i Dž"


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_what_is_not_serbian_cyrillic_stays(text: str) -> None:
    kept = "".join(letter for letter in text if letter.lower() not in LETTERS)
    assert latin(kept) == kept


def test_a_text_is_there_in_both_scripts_and_only_what_is_shown_is_changed() -> None:
    revision = builders.revision(TEXT, number=3, renders=2)
    (found,) = with_latin(Content(articles=[builders.article(en=builders.revision(), sr=revision)])).articles
    written = found.translations["sr-Latn"].published
    assert written is not None
    assert (written.number, written.renders, written.text.search_questions) == (3, 2, [])
    assert written.text.title == "Adresna karta (lakcímkártya)"
    assert written.text.body == "Đurđevak, Ljiljana, Njegoš i NJEGOŠ: [OIF](https://oif.gov.hu/x)."
    assert written.text.steps == [Step(title="Uzmite broj", papers=["Pasoš"], place="Kancelarija")]


def test_a_text_of_its_own_in_latin_letters_is_kept() -> None:
    own = builders.revision(Text(title="Svoj tekst"))
    known = builders.article(en=builders.revision(), sr=builders.revision(TEXT), sr_Latn=own)
    (found,) = with_latin(Content(articles=[known])).articles
    assert found == known


def test_names_notes_and_notices_follow() -> None:
    stop = NoticeText(title="Стоп", text="Од {valid_from} нема.")
    content = builders.content(
        topics=[Topic(id="work", name={"sr": "Рад"})],
        notices=[builders.notice(topics=["work"], texts={"sr": stop})],
        contacts=[builders.contact(purpose={"sr": "Помоћ"}, phones=[Phone(number="112", note={"sr": "Бесплатно"})])],
    )
    found = with_latin(content)
    notice, contact = found.notices[0], found.contacts[0]
    assert found.topics[0].name["sr-Latn"] == "Rad"
    assert notice.texts["sr-Latn"] == NoticeText(title="Stop", text="Od {valid_from} nema.")
    assert (contact.purpose["sr-Latn"], contact.phones[0].note["sr-Latn"]) == ("Pomoć", "Besplatno")
