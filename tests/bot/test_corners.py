"""Corners of the conversation, each found broken once."""

import contextlib
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import callbacks
from bot.engine import Engine
from bot.limits import Limits, Rate, network_of
from bot.messages import Incoming, LimitError
from bot.needs import questions
from bot.replies import Buttons
from bot.state import State, Walk
from bot.tables import ConversationRow
from bot.vault import Vault
from knowledge_base.documents import Content
from retrieval.answers import Answers
from retrieval.language import LanguageDetector
from retrieval.library import Library
from tests import builders
from tests.bot.conftest import VAULT, clock, engine_over
from tests.bot.test_callbacks import FIELDS, NAME, Person, calling_answers, press, requests  # noqa: F401
from tests.bot.test_engine import begin, say
from tests.bot.test_follow_ups import CARD, READING, meant
from tests.bot.test_limits import MINUTE, Clock, Phone
from tests.bot.test_procedure import STEPS, Walker, procedure, publishing
from tests.bot.test_state import ANYTHING
from tests.conftest import NOW


@pytest.fixture
def engine(database, calling_answers):  # noqa: F811
    return engine_over(database, calling_answers)


async def test_a_yes_after_nothing_was_deleted_deletes_nothing(database, starter_answers):
    person = await Person.of(engine_over(database, starter_answers))
    assert (await person.say("/delete", '/delete{"sure": false}')).text == "Nothing was deleted."
    assert not (await person.say("yes")).reply.ended


@pytest.mark.parametrize("text", ["no", "yes"])
async def test_yes_and_no_to_who_asks_say_nothing_of_ones_citizenship(starter_answers, text):
    state = State(language="en", asked="how to register my address", last_action="action_which_case")
    assert "audience" not in meant(text, state, starter_answers)[1]


async def test_a_forms_button_pressed_twice_is_answered(engine):
    person = await Person.of(engine)
    languages = await person.say("/callback", *FIELDS[:3])
    await person.say(press(languages, "English"))
    await person.say(press(languages, "English"))


async def test_a_request_closed_while_the_form_is_filled_in_again_loses_no_field(engine, database):
    person = await Person.of(engine)
    await person.ask()
    await person.say("/callback", "Ali")
    async with database.transaction() as session:
        await callbacks.close(session, person.id, NOW)
    await person.say(*FIELDS[1:])
    assert [request.name for request in await requests(database)] == ["Ali"]


async def test_a_request_closed_before_the_last_field_does_not_break_the_form(engine, database):
    person = await Person.of(engine)
    await person.ask()
    await person.say("/callback", *FIELDS[:3])
    async with database.transaction() as session:
        await callbacks.close(session, person.id, NOW)
    await person.say(FIELDS[3])


@pytest.mark.parametrize("text", ["/human", "/delete", "/stop"])
async def test_a_changed_key_leaves_the_way_out_of_a_form(engine, database, calling_answers, text):  # noqa: F811
    person = await Person.of(engine)
    await person.say("/callback", NAME)
    person._engine = Engine(database, calling_answers, clock(), Vault("another key"))
    await person.say(text)


async def test_what_is_written_to_a_person_in_the_middle_of_a_form_can_be_read(engine, database):
    started = await begin(engine)
    await say(engine, started, "/callback")
    async with database.transaction() as session:
        (await session.get_one(ConversationRow, started.conversation_id)).owner = "anna"
    assert (await say(engine, started, "Dear Anna, my visa ends today"))[0].text == "Dear Anna, my visa ends today"


async def test_yes_to_delete_in_a_form_is_not_a_name(database, starter_answers):
    person = await Person.of(engine_over(database, starter_answers))
    assert (await person.say("/callback", "/delete", "yes")).reply.ended


async def test_a_contact_that_is_a_link_is_not_kept_in_an_event(engine):
    person = await Person.of(engine)
    await person.say("/callback", NAME, "www.facebook.com/fatima")
    assert "fatima" not in repr(await person.read())


async def test_one_persons_refused_messages_do_not_refuse_the_others_of_a_shelter(database, answers):
    limits = Limits((Rate(2, MINUTE),), (Rate(8, MINUTE),))
    engine = Engine(database, answers, Clock(), VAULT, limits=limits)
    flooding, other = await Phone.of(engine, network="192.0.2.1"), await Phone.of(engine, network="192.0.2.1")
    for _ in range(10):
        with contextlib.suppress(LimitError):
            await flooding.send()
    assert (await other.send())[-1].sender == "bot"


def test_ipv4_addresses_written_as_ipv6_are_networks_of_their_own():
    assert network_of("::ffff:192.0.2.1") != network_of("::ffff:198.51.100.7")


async def test_a_walk_beyond_a_shorter_revision_goes_on_at_its_last_step(database, answers):
    walker = await Walker.of(engine_over(database, publishing(answers, procedure(STEPS))), database)
    await walker.say('/step{"id": "tax-card", "at": 3}')
    walker.engine = engine_over(database, publishing(answers, procedure(STEPS[:2])))
    await walker.say("/start")
    await walker.press("Go on: Tax card, step 2")
    assert walker.step == "Pay"


async def test_next_where_a_procedure_was_not_begun_begins_with_the_first_step(database, starter_answers):
    person = await Person.of(engine_over(database, starter_answers))
    assert "Step 1 of 4" in (await person.say("How do I get a TAJ card?", "next")).text


async def test_yes_after_the_last_step_is_a_vote(starter_answers):
    from dataclasses import replace

    assert meant("yes", replace(READING, last_action="action_step"), starter_answers)[0] == "helped"


async def test_a_vote_is_of_a_text_that_there_is(engine, database):
    from tests.bot.test_records import counts

    started = await begin(engine)
    for n, about in enumerate(("health-card/en/77", "health-card/I am Fatima", "health-card")):
        await say(engine, started, f'/helped{{"about": "{about}", "yes": true}}', f"vote-{n}")
    assert await counts(database) == {}


@pytest.mark.parametrize(
    ("texts", "title"),
    [
        (('/step{"id": "tax-card", "at": 0}', "/start"), "Go on: Tax card, step 1"),
        (('/step{"id": "tax-card", "at": 1}',), "Done"),
        (("/callback",), "Cancel"),
    ],
)
async def test_a_button_reads_as_its_title(engine, texts, title):
    started = await begin(engine)
    for text in texts:
        reply = (await say(engine, started, text))[-1].reply
    payload = next(b.payload for x in reply.blocks if isinstance(x, Buttons) for b in x.buttons if b.title == title)
    assert (await say(engine, started, payload, "pressed"))[0].text == title


@given(slots=st.dictionaries(st.sampled_from(["misses", "voted", "walk", "language"]), ANYTHING))
def test_any_slots_of_a_rasa_assistant_are_read(slots):
    state = State.of(slots)
    assert isinstance(state.misses, int)
    assert all(isinstance(key, str) for key in state.voted)


def test_a_place_without_end_is_no_walk():
    assert Walk.of_slot({"article": "tax-card", "at": float("inf"), "ticked": []}) is None


async def test_a_site_that_calls_nobody_back_takes_no_requests(database, answers):
    silent = Answers(answers.library, answers.calibration, answers.detector, builders.site(callbacks=False))
    person = await Person.of(engine_over(database, silent))
    assert not (await person.say("/callback")).text.startswith("What may we call you?")


async def test_stopping_a_procedure_that_was_withdrawn_offers_no_empty_row(database, answers):
    walker = await Walker.of(engine_over(database, publishing(answers, procedure(STEPS))), database)
    await walker.say('/step{"id": "tax-card", "at": 1}')
    walker.engine = engine_over(database, publishing(answers))
    reply = (await walker.say("/stop")).reply
    assert all(block.buttons for block in reply.blocks if isinstance(block, Buttons))


async def test_the_time_of_a_refusal_is_one_at_which_it_goes_on(database, answers):

    times = Clock(NOW + timedelta(seconds=30))
    phone = await Phone.of(
        Engine(database, answers, times, VAULT, limits=Limits((Rate(1, MINUTE),), (Rate(99, MINUTE),)))
    )
    await phone.send()
    with pytest.raises(LimitError) as refused:
        await phone.send()
    assert "1:02" in refused.value.sentence


async def test_ticking_a_paper_of_another_procedure_keeps_the_place_in_the_first(database, starter_answers):
    walker = await Walker.of(engine_over(database, starter_answers), database)
    await walker.say(f'/step{{"id": "{CARD}", "at": 2}}')
    await walker.say('/papers{"id": "driving-licence-exchange"}')
    await walker.say("/start")
    assert any("(TAJ), step 3" in title for title in walker.buttons)


async def test_a_case_without_an_answer_keeps_the_question_not_the_button(database, encoder):
    def of(id, audience):
        text = builders.text("Health card", "The office gives you a health card.")
        return builders.article(id, facts=builders.facts(audience=[audience]), en=builders.revision(text))

    content: Content = builders.content(of("a", "eea"), of("b", "third-country"))
    site = builders.site()
    answers = Answers(Library(content, encoder), builders.calibration(), LanguageDetector(site.languages), site)
    engine = engine_over(database, answers)
    started = await begin(engine)
    assert "Which of these is true for you?" in (await say(engine, started, "card football tonight stadium"))[-1].text
    assert (await say(engine, started, '/case{"audience": "asylum"}'))[-1].reply.outcome == "no_answer"
    async with database.reading() as session:
        assert [q.text for q in await questions.unanswered(session)] == ["card football tonight stadium"]


async def test_a_tick_of_no_paper_does_not_read_as_one(answers):
    from bot.button_titles import UNKNOWN, title_of

    entities = {"id": "tax-card", "step": 0, "paper": -1}
    assert title_of("tick", entities, State(language="en"), answers) == UNKNOWN


async def test_a_typed_field_command_is_no_name(engine, database):
    person = await Person.of(engine)
    assert not (await person.say("/callback", "/field")).text.startswith("At which phone number")


async def test_a_forms_button_after_the_form_is_answered(engine):
    """Two tabs: the form's button in one, the end of the form in the other."""
    started = await begin(engine)
    await say(engine, started, "/callback")
    await say(engine, started, "/stop")
    await engine.receive(started.conversation_id, started.token, Incoming('/field{"value": "any"}', "late"))
