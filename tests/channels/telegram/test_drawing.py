from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.replies import (
    Button,
    Buttons,
    Checklist,
    ContactCard,
    Detail,
    Item,
    Link,
    Notice,
    Quotation,
    Reply,
    Said,
    Sources,
    Step,
    StepBlock,
    Steps,
)
from channels.telegram.buttons import Press, pressable
from channels.telegram.drawing import Part, draw
from tests.channels.telegram.fake import links, seen

ID = "cAbCdEfGhIjKlMnOp"
WORDS = st.text(st.characters(exclude_categories=["Cc", "Cs", "Cf"]), min_size=1, max_size=80).filter(
    lambda text: text.strip() == text
)
# No marks of Markdown: what those become is told in test_markdown.
PLAIN = st.lists(st.sampled_from(["word", "слово", "كلمة", "词", "😀"]), min_size=1, max_size=900).map(" ".join)
LANGUAGES = st.sampled_from(["en", "hu", "ar", "zh-Hans"])
DETAILS = st.lists(st.builds(Detail, label=WORDS, values=st.lists(WORDS, max_size=3)), max_size=3)
URLS = st.sampled_from([None, "https://example.org/?a=1&b=2", "http://example.org/"])
ITEMS = st.lists(
    st.builds(
        Item, id=st.uuids().map(str), text=WORDS, ticked=st.booleans(), tick=st.just("/tick1"), untick=st.just("/tick0")
    ),
    max_size=12,
)
STEPS = st.lists(st.builds(StepBlock, title=WORDS, text=st.none() | PLAIN, details=DETAILS), max_size=5)
BLOCKS = st.one_of(
    st.builds(Said, language=LANGUAGES, text=WORDS),
    st.builds(Notice, language=LANGUAGES, title=WORDS, text=PLAIN),
    st.builds(Quotation, language=LANGUAGES, title=WORDS, markdown=PLAIN),
    st.builds(Steps, language=LANGUAGES, heading=WORDS, steps=STEPS),
    st.builds(Step, language=LANGUAGES, label=WORDS, title=WORDS, text=st.none() | PLAIN, details=DETAILS),
    st.builds(Checklist, language=LANGUAGES, heading=WORDS, items=ITEMS),
    st.builds(
        Sources,
        language=LANGUAGES,
        label=WORDS,
        sources=st.lists(st.builds(Link, title=WORDS, url=URLS), max_size=3),
        checked=WORDS,
    ),
    st.builds(
        ContactCard, language=LANGUAGES, name=WORDS, purpose=WORDS, phones=DETAILS, details=DETAILS, website=URLS
    ),
    st.builds(
        Buttons,
        language=LANGUAGES,
        buttons=st.lists(st.builds(Button, language=LANGUAGES, title=WORDS, payload=WORDS), max_size=12),
    ),
)
REPLIES = st.builds(Reply, outcome=st.none(), blocks=st.lists(BLOCKS, max_size=8), person=st.none() | WORDS)


def drawn(*blocks: Any, person: str | None = None, ticked: dict[str, bool] | None = None) -> list[Part]:
    reply = Reply(outcome=None, blocks=list(blocks), person=person)
    return draw(reply, conversation_id=ID, event=17, ticked=ticked)


def said(text: str = "Hello.") -> Said:
    return Said(language="en", text=text)


def buttons(*titles: str) -> Buttons:
    return Buttons(language="en", buttons=[Button(language="en", title=t, payload=f"/{t}") for t in titles])


def papers(*texts: str) -> Checklist:
    items = [Item(id=text, text=text, ticked=False, tick=f"/tick {text}", untick=f"/untick {text}") for text in texts]
    return Checklist(language="en", heading="What to bring", items=items)


def titles(part: Part) -> list[list[str]]:
    return [[key.title for key in row] for row in part.rows]


def words(block: Any) -> list[str]:
    """Every text of a block that a person must see."""
    found: list[str] = []
    for name, value in block.model_dump().items():
        if name not in ("type", "language", "buttons", "items", "url", "website"):
            found += _leaves(value)
    return found + [item.text for item in getattr(block, "items", [])]


def _leaves(value: Any) -> list[str]:
    match value:
        case str():
            return [value]
        case dict():
            return [leaf for name, inner in value.items() if name != "url" for leaf in _leaves(inner)]
        case list():
            return [leaf for inner in value for leaf in _leaves(inner)]
    return []


def bare(text: str) -> str:
    return "".join(c for c in "".join(text.split()) if c not in "\u2066\u2069")


@given(REPLIES)
def test_every_message_is_one_that_telegram_takes(reply: Reply) -> None:
    for part in draw(reply, conversation_id=ID, event=2**31 - 1):
        assert seen(part.html).strip()
        assert len(part.html.encode("utf-16-le")) // 2 <= 4096
        keys = [key for row in part.rows for key in row]
        assert len(keys) <= 100
        assert all(len(key.data.encode()) <= 64 and key.title.strip() for key in keys)


@given(REPLIES)
def test_nothing_of_a_reply_is_lost(reply: Reply) -> None:
    text = bare("".join(seen(part.html) for part in draw(reply, conversation_id=ID, event=1)))
    assert bare(reply.person or "") in text
    for block in reply.blocks:
        for word in words(block):
            assert bare(word) in text


@given(REPLIES)
def test_every_button_leads_back_to_what_it_sends(reply: Reply) -> None:
    parts = draw(reply, conversation_id=ID, event=1)
    sent = [Press.read(key.data) for part in parts for row in part.rows for key in row]
    payloads = sorted(press.payload(reply) or "" for press in sent if press)
    wanted = [p.payload for p in pressable(reply)]
    assert payloads == sorted(wanted)


def test_blocks_are_messages_up_to_their_buttons() -> None:
    first, second = drawn(said("Here it is."), buttons("More"), said("Did this help?"), buttons("Yes", "No"))
    assert (first.html, titles(first)) == ("Here it is.", [["More"]])
    assert (second.html, titles(second)) == ("Did this help?", [["Yes", "No"]])


def test_buttons_that_follow_each_other_stand_under_one_message() -> None:
    (part,) = drawn(said("What is it about?"), buttons("Health"), buttons("Talk to a person"))
    assert titles(part) == [["Health", "Talk to a person"]]


def test_long_titles_stand_in_the_text_too() -> None:
    long = "What you need to know about the residence permit for studies"
    (part,) = drawn(said("Is it one of these?"), buttons(long, "None of these"))
    assert part.html == f"Is it one of these?\n\n1. {long}\n2. None of these"
    assert titles(part) == [[f"1. {long}"], ["2. None of these"]]


def test_one_long_title_needs_no_number() -> None:
    long = "What you need to know about the residence permit for studies"
    (part,) = drawn(said("Perhaps this:"), buttons(long))
    assert (part.html, titles(part)) == (f"Perhaps this:\n\n{long}", [[long]])


def test_what_is_to_tick_stands_in_the_text_and_on_buttons() -> None:
    (part,) = drawn(papers("Passport", "Photo"), buttons("Next step"), ticked={"Photo": True})
    assert part.html == "<b>What to bring</b>\n☐ Passport\n☑ Photo"
    assert titles(part) == [["☐ Passport"], ["☑ Photo"], ["Next step"]]
    assert part.boxes
    reply = Reply(outcome=None, blocks=[papers("Passport", "Photo"), buttons("Next step")])
    pressed = [Press.read(key.data) for row in part.rows for key in row]
    assert [p.payload(reply) for p in pressed if p] == ["/tick Passport", "/untick Photo", "/Next step"]


def test_the_papers_of_several_lists_have_numbers_because_they_may_be_the_same() -> None:
    (part,) = drawn(papers("Passport", "Photo"), papers("Passport"))
    assert seen(part.html).splitlines()[1:3] == ["☐ 1. Passport", "☐ 2. Photo"]
    assert titles(part) == [["☐ 1. Passport"], ["☐ 2. Photo"], ["☐ 3. Passport"]]


def test_an_old_box_does_what_it_said_whatever_the_state_is_now() -> None:
    (part,) = drawn(papers("Passport"))
    press = Press.read(part.rows[0][0].data)
    assert press is not None
    for ticked in (True, False):
        now = papers("Passport").model_copy(
            update={"items": [papers("Passport").items[0].model_copy(update={"ticked": ticked})]}
        )
        assert press.payload(Reply(outcome=None, blocks=[now])) == "/tick Passport"


def test_a_long_checklist_is_cut_at_the_same_places_when_something_is_ticked() -> None:
    texts = [f"Paper number {number}: {'x' * 90}" for number in range(60)]
    before, after = drawn(papers(*texts)), drawn(papers(*texts), ticked=dict.fromkeys(texts, True))
    assert len(before) > 1
    assert [part.html.replace("☐", "☑") for part in before] == [part.html for part in after]
    assert all(part.boxes for part in before)


def test_a_person_is_named() -> None:
    (part,) = drawn(said("I can help you."), person="Anna <3")
    assert part.html == "<b>👤 Anna &lt;3</b>\n\nI can help you."


def test_sources_are_links_and_the_day_is_told() -> None:
    block = Sources(
        language="en",
        label="Source",
        sources=[Link(title="Law & order", url="https://example.org/?a=1&b=2"), Link(title="Leaflet", url=None)],
        checked="Text checked on 22 November 2026.",
    )
    (part,) = drawn(block)
    assert seen(part.html) == "Source:\n• Law & order\n• Leaflet\nText checked on 22 November 2026."
    assert links(part.html) == ["https://example.org/?a=1&b=2"]


def contact(language: str) -> ContactCard:
    return ContactCard(
        language=language,
        name="Help line",
        purpose="Answers questions",
        phones=[Detail(label="+36 1 234 5678", values=["free"])],
        details=[Detail(label="Opening hours", values=["Mon 8–16", "Tue 8–12"])],
        website="https://example.org/help",
    )


def test_a_contact_shows_its_number_as_it_is_dialled() -> None:
    (part,) = drawn(contact("en"))
    assert seen(part.html) == (
        "Help line\nAnswers questions\n📞 +36 1 234 5678 · free\nexample.org/help\nOpening hours: Mon 8–16; Tue 8–12"
    )
    assert links(part.html) == ["https://example.org/help"]


def test_a_number_keeps_its_order_in_a_text_from_right_to_left() -> None:
    assert "\u2066+36 1 234 5678\u2069" in drawn(contact("ar"))[0].html


def test_steps_without_texts_are_a_short_list() -> None:
    steps = [StepBlock(title=title, text=None, details=[]) for title in ("Fill in", "Take it there")]
    (part,) = drawn(Steps(language="en", heading="2 steps", steps=steps))
    assert part.html == "<b>2 steps</b>\n1. <b>Fill in</b>\n2. <b>Take it there</b>"


def test_a_reply_without_anything_is_no_message() -> None:
    assert drawn() == []
    assert drawn(said("")) == []


def test_buttons_without_a_text_get_one_because_telegram_wants_it() -> None:
    (part,) = drawn(buttons("Yes"))
    assert part.html == "…"


@pytest.mark.parametrize(
    "data", ["", "x", f"{ID}:1", f"{ID}:1:x", f"{ID}:1:2:3:4", f"{ID}:-1:2", f"{ID}:1:²", f"{ID}:{'9' * 40}:1", None]
)
def test_data_that_is_not_ours_is_no_press(data: str | None) -> None:
    assert Press.read(data) is None


@given(st.text(max_size=70))
def test_whatever_comes_as_data_breaks_nothing(data: str) -> None:
    press = Press.read(data)
    assert press is None or press.payload(Reply(outcome=None, blocks=[buttons("Yes")])) in (None, "/Yes")


def test_a_button_that_the_reply_does_not_have_sends_nothing() -> None:
    reply = Reply(outcome=None, blocks=[buttons("Yes")])
    assert Press(ID, 17, 0).payload(reply) == "/Yes"
    assert Press(ID, 17, 1).payload(reply) is None
