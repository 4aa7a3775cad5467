"""Two editors do anything in any order: no saved word is lost, and what is published is what somebody published."""

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge_base.database import Database
from knowledge_base.editing import articles, drafts
from knowledge_base.editing.manuscript import ConflictError, Manuscript
from knowledge_base.status import translation_state
from tests import builders
from tests.builders import REVIEWED
from tests.databases import new_database
from tests.knowledge_base.stored import stored, take_in

moves = st.tuples(
    st.sampled_from(["anna", "bela"]),
    st.sampled_from(["look", "save", "publish major", "publish minor", "revert", "withdraw", "put back"]),
    st.sampled_from("abc"),
)


class Office:
    """What the editors saw, and what must be true of the database."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.seen = {"anna": 1, "bela": 1}
        self.saved = {"Health card"}
        self.newest = 1
        # What is published, or was until it was withdrawn.
        self.standing = builders.revision(number=1, last_major=1)
        self.is_published = True

    async def move(self, who: str, act: str, title: str) -> None:
        """Do it; it is refused if and only if there is something newer than what the editor saw."""
        if act == "look":
            self.seen[who] = self.newest
            return
        if act in ("withdraw", "put back"):
            await self.show(act == "put back")
            return
        before = (await stored(self.database))[1]
        try:
            async with self.database.transaction() as session:
                if act == "save":
                    own = Manuscript(builders.text(title), self.seen[who], REVIEWED)
                    done = await drafts.save(session, "health-card", "en", own)
                elif act == "revert":
                    done = await drafts.revert(session, "health-card", "en", 1, over=self.seen[who])
                else:
                    major = act == "publish major"
                    done = await drafts.publish(session, "health-card", "en", self.seen[who], major=major)
        except ConflictError as error:
            refused, done = True, error.theirs
        else:
            refused = False
        after = (await stored(self.database))[1]
        if refused:
            assert self.seen[who] < self.newest == done.number
            assert after == before
            return
        if act.startswith("publish"):
            if done != self.standing:
                is_major = done.last_major == done.number
                assert is_major == (act == "publish major")
                assert is_major or done.last_major == self.standing.last_major
            assert (after > before) == (done != self.standing or not self.is_published)
            self.standing, self.is_published = done, True
        else:
            assert after == before
            self.saved.add(done.text.title)
        self.newest = self.seen[who] = done.number or 0

    async def show(self, shown: bool) -> None:
        """Withdraw the text, or put it back: told if and only if it was not so before."""
        before = (await stored(self.database))[1]
        async with self.database.transaction() as session:
            act = articles.put_back if shown else articles.withdraw
            found = await act(session, "health-card", "en")
        assert found == ({"en": self.standing.number} if shown != self.is_published else {})
        assert (await stored(self.database))[1] == before + len(found)
        self.is_published = shown

    async def check(self) -> None:
        async with self.database.reading() as session:
            history = await drafts.history(session, "health-card", "en")
            article = await drafts.article(session, "health-card")
        assert [one.revision.number for one in history] == list(range(self.newest, 0, -1))
        assert {one.revision.text.title for one in history} == self.saved
        shown = [one.revision for one in history if one.published]
        assert shown == ([self.standing] if self.is_published else [])
        outdated = self.is_published and (self.standing.last_major or 1) > 1
        assert (translation_state(article, "hu") == "outdated") == outdated


@settings(max_examples=40)
@given(st.lists(moves, max_size=10))
def test_whatever_two_editors_do(steps: list[tuple[str, str, str]]) -> None:
    async def work() -> None:
        async with new_database("sqlite") as database:
            hungarian = builders.revision(builders.text("Kártya"), renders=1)
            await take_in(database, builders.content(builders.article(en=builders.revision(), hu=hungarian)))
            office = Office(database)
            for step in steps:
                await office.move(*step)
                await office.check()

    asyncio.run(work())
