"""The console's areas: one module each, with its routes, over templates of its own."""

from dataclasses import dataclass

from fastapi import APIRouter

from bot.staff.member import Member, Role


@dataclass(frozen=True, slots=True)
class Page:
    """A page that is named in the navigation and at home; `title` and `about` are sentences, marked by `sentence`.

    Only members with `role` see it; None is everybody.
    """

    path: str
    title: str
    about: str
    role: Role | None = None

    def is_for(self, member: Member) -> bool:
        return self.role is None or member.may(self.role)


@dataclass(frozen=True, slots=True)
class Area:
    """Routes under `/console`, and those of its pages that are named elsewhere; whether its forms may hold a file."""

    router: APIRouter
    pages: tuple[Page, ...] = ()
    takes_files: bool = False
