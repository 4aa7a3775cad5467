import asyncio
from contextlib import aclosing

import pytest

from bot.engine import Engine
from bot.messages import Fresh, Incoming, LimitError, Started, UnknownConversationError, WrongTokenError
from bot.news import ANY, ANY_TYPING, News, Typing, waited
from knowledge_base.coordination import coordination
from knowledge_base.database import Database
from tests.bot.handoff.conftest import hired
from tests.bot.test_engine import GIBBERISH, begin
from tests.databases import new_database

LIMIT_S = 20.0


async def next_news(engine: Engine, started: Started, look_s: float = LIMIT_S) -> Fresh:
    """What comes next for who has all that the bot greeted with."""
    after = started.messages[-1].number
    async with aclosing(engine.follow(started.conversation_id, started.token, after=after, look_s=look_s)) as news:
        there = await anext(news)
        return there if there.messages else await anext(news)


async def test_who_listens_to_a_conversation_hears_of_it_alone() -> None:
    news = News()
    with news.listening("one") as one, news.listening("two") as two, news.listening(ANY) as every:
        news.tell("one")
        assert await waited(one, LIMIT_S)
        assert await waited(every, LIMIT_S)
        assert not await waited(two, 0)


async def test_news_is_heard_once() -> None:
    news = News()
    with news.listening("one") as one:
        news.tell("one")
        assert await waited(one, LIMIT_S)
        assert not await waited(one, 0)


async def test_who_has_gone_is_forgotten() -> None:
    news = News()
    with news.listening("one"):
        pass
    assert not news._waiting


async def test_who_waits_gets_the_next_message_when_it_is_stored(engine: Engine) -> None:
    started = await begin(engine)
    waiting = asyncio.create_task(next_news(engine, started))
    said = await engine.receive(started.conversation_id, started.token, Incoming(GIBBERISH, "message-1"))
    assert await waiting == Fresh(said)


async def test_who_waits_in_vain_gets_nothing(engine: Engine) -> None:
    started = await begin(engine)
    assert await next_news(engine, started, look_s=0) == Fresh([])


async def test_who_waits_learns_that_the_conversation_was_erased(engine: Engine) -> None:
    started = await begin(engine)
    waiting = asyncio.create_task(next_news(engine, started))
    await engine.erase(started.conversation_id, started.token)
    outcome = (await asyncio.gather(waiting, return_exceptions=True))[0]
    assert isinstance(outcome, UnknownConversationError)


async def test_who_types_is_heard_of_apart_from_what_is_stored() -> None:
    news = News()
    with news.listening("one", ANY) as one, news.listening(ANY) as every, news.listening(ANY_TYPING) as typing:
        news.types("one", 1)
        news.types("one")
        news.types("two", 1)
        news.tell("two")
        assert one.heard() == (True, {Typing("one", 1), Typing("one", None)})
        assert every.heard() == (True, set())
        assert typing.heard() == (False, {Typing("one", 1), Typing("one", None), Typing("two", 1)})
        assert one.heard() == (False, set())


async def test_who_listens_hears_that_a_person_types_and_not_that_they_type_themselves(
    engine: Engine, database: Database
) -> None:
    anna = await hired(database, "Anna")
    started = await begin(engine)
    after = started.messages[-1].number
    async with aclosing(engine.follow(started.conversation_id, started.token, after=after, look_s=LIMIT_S)) as news:
        assert await anext(news) == Fresh([])
        for by, heard in ((anna.id, "Anna"), (None, None)):
            engine._news.types(started.conversation_id, by)
            assert await anext(news) == Fresh([], heard)


async def test_what_was_stored_without_news_is_found_at_the_next_look(engine: Engine) -> None:
    started = await begin(engine)
    after = started.messages[-1].number
    async with aclosing(engine.follow(started.conversation_id, started.token, after=after, look_s=0.05)) as news:
        assert await anext(news) == Fresh([])
        stranger = Engine(engine._database, engine._answers, engine._clock, engine._vault)
        said = await stranger.receive(started.conversation_id, started.token, Incoming(GIBBERISH, "message-1"))
        assert said in [(await anext(news)).messages for _ in range(2)]


async def test_what_follows_is_told_once(engine: Engine) -> None:
    started = await begin(engine)
    async with aclosing(engine.follow(started.conversation_id, started.token, after=0, look_s=0)) as news:
        assert await anext(news) == Fresh(started.messages)
        assert await anext(news) == Fresh([])


async def test_only_who_has_the_token_types_and_not_without_end(engine: Engine) -> None:
    started = await begin(engine)
    with pytest.raises(WrongTokenError):
        await engine.types(started.conversation_id, "x")
    with pytest.raises(UnknownConversationError):
        await engine.types("unknown", started.token)
    often = (engine.types(started.conversation_id, started.token) for _ in range(60))
    told = await asyncio.gather(*often, return_exceptions=True)
    assert {type(one) for one in told} == {type(None), LimitError}


async def test_news_reach_another_process_and_hold_no_name() -> None:
    async with new_database("postgresql") as database:
        lines = [coordination(database), coordination(database)]
        told: list[str] = []
        lines[1].listen(told.append)
        here, there = (News(line) for line in lines)
        tasks = [asyncio.create_task(line.run()) for line in lines]
        for line in lines:
            # Both are connected.
            await line.lead(str(id(line)))
        with there.listening("one") as one, there.listening(ANY) as every, here.listening("one") as own:
            here.tell("one")
            assert await waited(one, LIMIT_S)
            assert one.heard() == (True, set())
            assert await waited(every, LIMIT_S)
            here.types("one", 7)
            here.types("one")
            while not one.heard()[1] >= {Typing("one", None)}:
                assert await waited(one, LIMIT_S)
            assert own.heard() == (True, {Typing("one", 7), Typing("one", None)})
        assert told == ["stored one", "typing one 7", "typing one "]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
