"""What the content is made of, as plain validated data, the same in files, database and API."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Final, Literal, Self, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from knowledge_base.languages import TAG
from knowledge_base.markdown import CONTROL_CHARACTER, body_problems

LINE_BREAK = re.compile(r"[\n\u2028\u2029]")
PLACEHOLDER = re.compile(r"\{\w*\}")


class Document(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


def _is_one_line(text: str) -> str:
    if LINE_BREAK.search(text) or CONTROL_CHARACTER.search(text):
        raise ValueError("has a line break or a control character")
    return text


def _is_language(tag: str) -> str:
    if not TAG.fullmatch(tag):
        raise ValueError(f"{tag!r} is not a language tag such as hu, sr-Latn or zh-Hans")
    return tag


def _is_time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError(f"{name!r} is not a time zone such as Europe/Budapest") from None
    return name


def _is_clock(text: str) -> str:
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d|24:00", text, re.ASCII):
        raise ValueError(f"{text!r} is not a time such as 08:00 or 24:00")
    return text


def _is_local_time(text: str) -> str:
    to_local_time(text)
    return text


def to_local_time(text: str) -> datetime:
    """`2026-06-06T00:00` as a naive datetime; `T24:00` is the end of that day."""
    if not re.fullmatch(r"[12]\d{3}-\d\d-\d\dT\d\d:\d\d", text, re.ASCII):
        raise ValueError(f"{text!r} is not a local time such as 2026-06-06T00:00")
    if text.endswith("T24:00"):
        return datetime.fromisoformat(text[:10]) + timedelta(days=1)
    return datetime.fromisoformat(text)


def _is_day(value: object) -> object:
    if type(value) is date or (isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII)):
        return value
    raise ValueError(f"{value!r} is not a day such as 2026-11-22")


def _is_web_address(text: str) -> str:
    if not re.fullmatch(r"https?://[^\s<>\"]+", text):
        raise ValueError(f"{text!r} is not a web address that starts with https:// or http://")
    return text


def _without_problems(body: str) -> str:
    problems = body_problems(body)
    if problems:
        raise ValueError("; ".join(f"line {line} of the body: {reason}" for line, reason in problems))
    return body


Line = Annotated[str, StringConstraints(min_length=1, max_length=1000), AfterValidator(_is_one_line)]
Title = Annotated[str, StringConstraints(min_length=1, max_length=120), AfterValidator(_is_one_line)]
Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
Language = Annotated[str, AfterValidator(_is_language)]
TimeZone = Annotated[str, AfterValidator(_is_time_zone)]
Clock = Annotated[str, AfterValidator(_is_clock)]
LocalTime = Annotated[str, AfterValidator(_is_local_time)]
CalendarDay = Annotated[date, BeforeValidator(_is_day)]
RevisionNumber = Annotated[int, Field(ge=1, le=1_000_000_000)]
WebAddress = Annotated[str, AfterValidator(_is_web_address)]
Body = Annotated[str, StringConstraints(max_length=50_000), AfterValidator(_without_problems)]
Texts = dict[Language, Line]

Kind = Literal["faq", "procedure", "directory"]
Audience = Literal["third-country", "eea", "asylum", "temporary-protection", "all"]
Phase = Literal["before-arrival", "living-here", "return"]
Purpose = Literal["work", "study", "family"]
Urgency = Literal["violence", "trafficking", "suicide", "deportation", "child", "medical"]
Confidence = Literal["high", "medium", "low"]
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: Final[tuple[Day, ...]] = get_args(Day)


class Source(Document):
    title: Line
    url: WebAddress | None = None


class Checked(Document):
    """How sure we are of a fact, and what an editor must still confirm."""

    sources: list[Source] = Field(min_length=1)
    as_of: Line | None = None
    confidence: Confidence
    volatile: bool = False
    verify: Line | None = None


class ArticleFacts(Checked):
    """What is true of an article in every language; without a `purpose` of stay it is for every one."""

    kind: Kind
    country: Country
    topics: list[Identifier] = Field(min_length=1)
    audience: list[Audience] = Field(min_length=1)
    purpose: list[Purpose] = []
    phase: Phase = "living-here"
    history: bool = False
    contacts: list[Identifier] = []


class Step(Document):
    title: Line
    text: Line | None = None
    papers: list[Line] = []
    place: Line | None = None
    fee: Line | None = None
    deadline: Line | None = None


class Text(Document):
    """What one translation says."""

    title: Title
    questions: list[Line] = []
    search_questions: list[Line] = []
    steps: list[Step] = []
    body: Body = ""


class Revision(Document):
    """A saved state of a translation.

    `number` None is the next one. `last_major` is the number of the newest major revision up to
    this one; equal to `number` where this one is major. `renders` is the source's revision number.
    """

    text: Text
    reviewed: CalendarDay
    number: RevisionNumber | None = None
    last_major: RevisionNumber | None = None
    renders: RevisionNumber | None = None

    @model_validator(mode="after")
    def _numbers_agree(self) -> Self:
        if self.last_major is not None and (self.number is None or self.last_major > self.number):
            raise ValueError("last_major needs a revision that is not smaller")
        return self


class Translation(Document):
    """The published revision of an article in one language, and a newer draft."""

    published: Revision | None = None
    draft: Revision | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.published is None and self.draft is None:
            raise ValueError("neither published nor a draft")
        return self


class Article(Document):
    id: Identifier
    facts: ArticleFacts
    source_language: Language
    translations: dict[Language, Translation]
    # How people ask for it, in any language, translated or not: searched, never shown.
    asked: dict[Language, list[Line]] = {}

    @model_validator(mode="after")
    def _has_its_source(self) -> Self:
        if self.source_language not in self.translations:
            raise ValueError(f"there is no text in the source language {self.source_language}")
        return self


class Phone(Document):
    number: Line
    note: Texts = {}


class Hours(Document):
    """Local opening hours on some days; two entries for a day are a split shift."""

    days: list[Day] = Field(min_length=1)
    opens: Clock
    closes: Clock

    @model_validator(mode="after")
    def _opens_before_it_closes(self) -> Self:
        if self.opens >= self.closes:
            raise ValueError(f"opens {self.opens} is not before closes {self.closes}")
        return self


class Contact(Checked):
    id: Identifier
    name: Line
    country: Country
    run_by: Line | None = None
    topics: list[Identifier] = Field(min_length=1)
    purpose: Texts = Field(min_length=1)
    languages: list[Language] = []
    phones: list[Phone] = []
    email: Line | None = None
    website: WebAddress | None = None
    address: Line | None = None
    hours: list[Hours] = []
    always_open: bool = False
    hours_note: Texts = {}
    crisis: bool = False


class NoticeText(Document):
    title: Title
    text: Line


class Notice(Document):
    id: Identifier
    valid_from: LocalTime
    valid_until: LocalTime | None = None
    time_zone: TimeZone
    countries: list[Country] = Field(min_length=1)
    topics: list[Identifier] = Field(min_length=1)
    sources: list[Source] = []
    texts: dict[Language, NoticeText] = Field(min_length=1)

    @model_validator(mode="after")
    def _starts_before_it_ends(self) -> Self:
        if self.valid_until is not None and to_local_time(self.valid_from) >= to_local_time(self.valid_until):
            raise ValueError(f"valid_from {self.valid_from} is not before valid_until {self.valid_until}")
        if self.valid_until is None and any("{valid_until}" in t.text for t in self.texts.values()):
            raise ValueError("a text says {valid_until}, but the notice has none")
        for text in self.texts.values():
            for found in PLACEHOLDER.findall(text.text):
                if found not in ("{valid_from}", "{valid_until}"):
                    raise ValueError(f"a text says {found}; there are {{valid_from}} and {{valid_until}}")
            if PLACEHOLDER.search(text.title):
                raise ValueError("a title cannot say a date")
        return self

    def is_live(self, now: datetime) -> bool:
        """Whether the notice is in force at the aware time `now`."""
        if now < self._in_utc(self.valid_from):
            return False
        return self.valid_until is None or now < self._in_utc(self.valid_until)

    def _in_utc(self, local_time: str) -> datetime:
        # Two times in one zone would be compared by the clock on the wall, which goes back in autumn.
        return to_local_time(local_time).replace(tzinfo=ZoneInfo(self.time_zone)).astimezone(UTC)


class DeskRules(Document):
    """How long somebody waits before the case is put before everybody who is there, before a counsellor who does not
    answer loses it, and before nobody will come.
    """

    offer_to_all_minutes: int = Field(default=5, ge=1, le=1440)
    release_after_minutes: int = Field(default=30, ge=1, le=1440)
    expire_after_hours: int = Field(default=72, ge=1, le=720)


class Site(Document):
    id: Identifier
    name: Texts = Field(min_length=1)
    countries: list[Country] = Field(min_length=1)
    languages: list[Language] = Field(min_length=1)
    default_language: Language
    time_zone: TimeZone
    hotline: Identifier
    crisis: list[Identifier] = Field(min_length=1)
    urgent: dict[Urgency, list[Identifier]] = {}
    callbacks: bool = False
    # Somebody else than who wrote a text publishes it.
    second_reader: bool = False
    # Whose name and address the privacy notice gives.
    responsible: Identifier | None = None
    # A conversation is erased when nothing was written in it for so long.
    retention_days: int = Field(default=180, ge=1, le=3650)
    desk: DeskRules = DeskRules()

    @property
    def contacts(self) -> list[Identifier]:
        """Every contact that the site names."""
        named = [self.hotline, *self.crisis, *(i for ids in self.urgent.values() for i in ids)]
        return list(dict.fromkeys([*named, *([self.responsible] if self.responsible else [])]))

    def crisis_contacts(self, urgency: str | None) -> list[Identifier]:
        """Whom to call at once; `crisis` where nothing is said of this kind of urgency."""
        found = next((contacts for kind, contacts in self.urgent.items() if kind == urgency), [])
        return found or self.crisis

    @model_validator(mode="after")
    def _speaks_its_default(self) -> Self:
        if self.default_language not in self.languages:
            raise ValueError(f"default_language {self.default_language} is not one of languages")
        return self


class Topic(Document):
    """`person`: with every answer on it, or on a topic below it, a person is offered."""

    id: Identifier
    parent: Identifier | None = None
    name: Texts = Field(min_length=1)
    person: bool = False


class Content(Document):
    """Everything a content folder or a database holds."""

    topics: list[Topic] = []
    articles: list[Article] = []
    notices: list[Notice] = []
    contacts: list[Contact] = []
    sites: list[Site] = []
