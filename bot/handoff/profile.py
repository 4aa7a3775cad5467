"""Whom a counsellor can help, and when, as they or an admin set it."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from knowledge_base.documents import CalendarDay, Clock, Country, Document, Hours, Identifier, Language

Shift = tuple[Clock, Clock]


class Profile(Document):
    """`weekly` hours are by the clock of the site; on the days of `exceptions` other hours hold, none where empty."""

    languages: Annotated[list[Language], Field(min_length=1)]
    topics: list[Identifier] = Field(default_factory=list)
    countries: list[Country] = Field(default_factory=list)
    weekly: list[Hours] = Field(default_factory=list)
    exceptions: dict[CalendarDay, list[Shift]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _shifts_begin_before_they_end(self) -> Self:
        for day, shifts in self.exceptions.items():
            for begins, ends in shifts:
                if begins >= ends:
                    raise ValueError(f"{day}: {begins} is not before {ends}")
        return self
