import asyncio

from bot.engine import Engine
from bot.messages import Incoming, UnknownConversationError
from bot.news import ANY, News, waited
from tests.bot.test_engine import GIBBERISH, begin

LIMIT_S = 20.0


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
    cursor = started.messages[-1].number
    waiting = asyncio.create_task(
        engine.next_messages(started.conversation_id, started.token, after=cursor, limit_s=LIMIT_S)
    )
    said = await engine.receive(started.conversation_id, started.token, Incoming(GIBBERISH, "message-1"))
    assert await waiting == said


async def test_who_waits_in_vain_gets_nothing(engine: Engine) -> None:
    started = await begin(engine)
    cursor = started.messages[-1].number
    assert await engine.next_messages(started.conversation_id, started.token, after=cursor, limit_s=0) == []


async def test_who_waits_learns_that_the_conversation_was_erased(engine: Engine) -> None:
    started = await begin(engine)
    cursor = started.messages[-1].number
    waiting = asyncio.create_task(
        engine.next_messages(started.conversation_id, started.token, after=cursor, limit_s=LIMIT_S)
    )
    await engine.erase(started.conversation_id, started.token)
    outcome = (await asyncio.gather(waiting, return_exceptions=True))[0]
    assert isinstance(outcome, UnknownConversationError)
