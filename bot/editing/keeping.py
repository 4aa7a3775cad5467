"""What editors do with what stands beside the texts: facts, notices, contacts, topics, how people ask."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.replies import Block
from knowledge_base.documents import Article, ArticleFacts, Contact, Notice, Topic
from knowledge_base.editing.manuscript import Manuscript


@dataclass(frozen=True, slots=True)
class Options:
    """What a form has to choose from: the topics in order, the contacts, the countries of the site and others."""

    topics: Sequence[Topic]
    contacts: Sequence[Contact]
    countries: Sequence[str]


class Keeping(Protocol):
    """See `bot.editing.keepers.Keepers`.

    `by` is the login of who does it, for the record of changes. `over` is the document as the editor saw it, None for
    a new one. What there is not raises `knowledge_base.editing.manuscript.UnknownTextError`; a change raises
    OvertakenError where somebody else has changed it meanwhile, TakenError for a new one whose id there is already,
    and DanglingError where it names a topic or contact that is gone.
    """

    @property
    def languages(self) -> list[str]: ...

    @property
    def time_zone(self) -> str: ...

    async def options(self) -> Options: ...

    async def begin_article(
        self, article_id: str, facts: ArticleFacts, language: str, manuscript: Manuscript, *, by: str
    ) -> Article: ...

    async def article_ids(self) -> Collection[str]: ...

    async def change_facts(
        self, article_id: str, facts: ArticleFacts, *, over: ArticleFacts | None, by: str
    ) -> bool: ...

    async def withdrawn(self, article_id: str) -> Mapping[str, int]: ...

    async def withdraw(self, article_id: str, language: str | None = None, *, by: str) -> Collection[str]: ...

    async def put_back(self, article_id: str, language: str | None = None, *, by: str) -> Collection[str]: ...

    async def change_asked(
        self, article_id: str, language: str, *, added: Collection[str], removed: Collection[str], by: str
    ) -> bool: ...

    async def notices(self) -> Sequence[Notice]: ...

    async def notice(self, notice_id: str) -> Notice: ...

    async def keep_notice(self, notice: Notice, *, over: Notice | None, by: str) -> bool: ...

    async def end_notice(self, notice_id: str, *, by: str) -> bool: ...

    async def drop_notice(self, notice_id: str, *, by: str) -> bool: ...

    def preview_notice(self, notice: Notice) -> Mapping[str, Sequence[Block]]: ...

    async def contacts(self) -> Sequence[Contact]: ...

    async def contact(self, contact_id: str) -> Contact: ...

    async def keep_contact(self, contact: Contact, *, over: Contact | None, by: str) -> bool: ...

    def preview_contact(self, contact: Contact, reader: str) -> Sequence[Block]: ...

    async def topics(self) -> Sequence[Topic]: ...

    async def keep_topic(self, topic: Topic, *, over: Topic | None, by: str) -> bool: ...

    async def move_topic(self, topic_id: str, steps: int, *, by: str) -> bool: ...

    async def remove_topic(self, topic_id: str, *, by: str) -> None: ...
