"""Who may see what: dependencies that give a page its signed-in member, or refuse."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Protocol
from zoneinfo import ZoneInfo

from fastapi import Depends, Request

from bot.editing.keeping import Keeping
from bot.editing.trying import Trying
from bot.editing.work import Editing, Exchanging
from bot.handoff.inbox import Counselling
from bot.limits import Limits
from bot.needs.work import Needs
from bot.staff.member import Member, Role, Staff, UnknownStaffError
from channels.api.problems import NotReadyError
from channels.console.forms import fields
from channels.console.sessions import Session, Sessions
from knowledge_base.exchange.copies import LARGEST

# Methods that change nothing.
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
FIELDS_BESIDE_A_FILE = 10


class SignedOutError(RuntimeError):
    """Nobody is signed in, or not any more."""


class ForbiddenError(RuntimeError):
    """The page is for another role."""


class NoCodesError(RuntimeError):
    """Everybody here signs in with codes, and this member does not yet."""


class MissingError(RuntimeError):
    """There is no such page."""


class ForeignFormError(RuntimeError):
    """What was sent is not from a form of this session."""


class Serving(Protocol):
    """What the console needs of the service; see `channels.service.Service`."""

    @property
    def staff(self) -> Staff | None: ...

    @property
    def desk(self) -> Counselling | None: ...

    @property
    def editing(self) -> Editing | None: ...

    @property
    def needs(self) -> Needs | None: ...

    @property
    def exchange(self) -> Exchanging | None: ...

    @property
    def time_zone(self) -> ZoneInfo | None: ...

    @property
    def ending(self) -> asyncio.Event: ...


@dataclass(frozen=True, slots=True)
class Console:
    """What the console works with: `service` is asked at each request, for it starts after the app is made.

    With `asks_codes` nobody works without codes at the sign-in.
    """

    service: Callable[[], Serving]
    sessions: Sessions
    sign_ins: Limits
    now: Callable[[], datetime]
    asks_codes: bool


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A member at a page, in a session; `ending` is set when the server stops."""

    member: Member
    session: Session
    staff: Staff
    now: Callable[[], datetime]
    ending: asyncio.Event

    async def is_over(self) -> bool:
        """Whether what goes on after a page has to end: the session is over, the role has changed, the server stops."""
        if self.ending.is_set() or self.now() >= self.session.ends_at:
            return True
        try:
            member = await self.staff.by_id(self.member.id)
        except UnknownStaffError:
            return True
        return not self.session.is_of(member) or member.role != self.member.role


def console(request: Request) -> Console:
    found: Console = request.app.state.console
    return found


def zone_of(request: Request) -> ZoneInfo:
    """The site's; UTC while the site is not known."""
    return console(request).service().time_zone or ZoneInfo("UTC")


def staff(request: Request) -> Staff:
    """Raises NotReadyError while the program is still loading."""
    found = console(request).service().staff
    if found is None:
        raise NotReadyError
    return found


def desk(request: Request) -> Counselling:
    """Raises NotReadyError while the content is still loading."""
    found = console(request).service().desk
    if found is None:
        raise NotReadyError
    return found


def editing(request: Request) -> Editing:
    """Raises NotReadyError while the content is still loading."""
    found = console(request).service().editing
    if found is None:
        raise NotReadyError
    return found


def needs(request: Request) -> Needs:
    """Raises NotReadyError while the content is still loading."""
    found = console(request).service().needs
    if found is None:
        raise NotReadyError
    return found


def keeping(request: Request) -> Keeping:
    """Raises NotReadyError while the content is still loading."""
    return editing(request).keeping


def trying(request: Request) -> Trying:
    """Raises NotReadyError while the content is still loading."""
    return editing(request).trying


def exchange(request: Request) -> Exchanging:
    """Raises NotReadyError while the program is still loading."""
    found = console(request).service().exchange
    if found is None:
        raise NotReadyError
    return found


async def signed_in(request: Request, staff: Annotated[Staff, Depends(staff)]) -> SignedIn:
    """Raises SignedOutError."""
    session: Session = request.state.session
    try:
        member = await staff.by_id(session.member or 0)
    except UnknownStaffError as error:
        raise SignedOutError from error
    if not session.is_of(member):
        raise SignedOutError
    # What every page shows around itself.
    request.state.member = member
    own = console(request)
    return SignedIn(member, session, staff, own.now, own.service().ending)


def at_work(request: Request, at: Annotated[SignedIn, Depends(signed_in)]) -> SignedIn:
    """Raises NoCodesError."""
    if console(request).asks_codes and not at.member.uses_codes:
        raise NoCodesError
    return at


def requires(role: Role) -> Callable[[SignedIn], SignedIn]:
    """A dependency that refuses members without the role; it raises ForbiddenError."""

    def checked(at: Annotated[SignedIn, Depends(at_work)]) -> SignedIn:
        if not at.member.may(role):
            raise ForbiddenError
        return at

    return checked


async def own_form(request: Request) -> None:
    """Raises ForeignFormError for a change that no form of this session asked for; htmx sends the token as a header."""
    if request.method in SAFE:
        return
    token = request.headers.get("x-csrf-token") or (await fields(request)).get("csrf")
    if not console(request).sessions.is_token(token, request.state.session):
        raise ForeignFormError


async def own_form_with_file(request: Request, at: Annotated[SignedIn, Depends(signed_in)]) -> AsyncIterator[None]:
    """The same for a form that may hold a file: nobody sends one who is not signed in."""
    if request.method not in SAFE:
        await request.form(max_files=1, max_fields=FIELDS_BESIDE_A_FILE, max_part_size=LARGEST)
    try:
        await own_form(request)
        yield
    finally:
        # The file, too.
        await request.close()


CurrentConsole = Annotated[Console, Depends(console)]
CurrentStaff = Annotated[Staff, Depends(staff)]
CurrentDesk = Annotated[Counselling, Depends(desk)]
CurrentEditing = Annotated[Editing, Depends(editing)]
CurrentNeeds = Annotated[Needs, Depends(needs)]
CurrentKeeping = Annotated[Keeping, Depends(keeping)]
CurrentTrying = Annotated[Trying, Depends(trying)]
CurrentExchange = Annotated[Exchanging, Depends(exchange)]
Anyone = Annotated[SignedIn, Depends(signed_in)]
AtWork = Annotated[SignedIn, Depends(at_work)]
Counsellor = Annotated[SignedIn, Depends(requires("counsellor"))]
Editor = Annotated[SignedIn, Depends(requires("editor"))]
Admin = Annotated[SignedIn, Depends(requires("admin"))]
