import asyncio
from datetime import datetime, timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import delete, select

from bot.staff.accounts import Accounts
from bot.staff.locks import FAILURES, LONGEST_LOCK, SHORTEST_LOCK, lock_after
from bot.staff.member import (
    LONGEST_NAME,
    LONGEST_PASSWORD,
    BadLoginError,
    BadNameError,
    BadPasswordError,
    LastAdminError,
    LockedError,
    Member,
    Role,
    UnknownStaffError,
    WrongPasswordError,
)
from bot.staff.passwords import Passwords
from bot.staff.tables import StaffRow
from knowledge_base.database import Database
from tests import builders
from tests.conftest import NOW
from tests.databases import all_of

PASSWORD = "a plain long sentence"


class Clock:
    """A time that stands until it is moved."""

    def __init__(self) -> None:
        self.time = NOW

    def __call__(self) -> datetime:
        return self.time

    def goes_on(self, by: timedelta) -> None:
        self.time += by


class CountedPasswords(Passwords):
    """Remembers whether each comparison was with the hash of an account."""

    def __init__(self) -> None:
        super().__init__(builders.CHEAP)
        self.compared: list[bool] = []

    async def fits(self, password: str, stored: str | None) -> bool:
        self.compared.append(stored is not None)
        return await super().fits(password, stored)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def passwords() -> CountedPasswords:
    return CountedPasswords()


@pytest.fixture
def accounts(database: Database, clock: Clock, passwords: CountedPasswords) -> Accounts:
    return Accounts(database, clock, passwords)


async def added(accounts: Accounts, login: str = "anna", role: Role = "editor") -> Member:
    return await accounts.add(login, name=login.title(), role=role, password=PASSWORD, by="root")


async def fail(accounts: Accounts, times: int, login: str = "anna") -> None:
    for _ in range(times):
        with pytest.raises(WrongPasswordError):
            await accounts.authenticate(login, "something else")


async def locked_until(accounts: Accounts, login: str = "anna") -> datetime:
    with pytest.raises(LockedError) as error:
        await accounts.authenticate(login, PASSWORD)
    return error.value.until


async def recorded(accounts: Accounts) -> list[tuple[str, str, str]]:
    """Oldest first."""
    return [(change.login, change.action, change.subject) for change in reversed(await accounts.changes())]


class TestAdding:
    async def test_a_member_is_found_by_id_and_by_login(self, accounts: Accounts) -> None:
        member = await accounts.add(
            "anna.k", name=" Anna ", role="counsellor", password=PASSWORD, language="hu", by="root"
        )
        assert (member.name, member.role, member.language, member.active) == ("Anna", "counsellor", "hu", True)
        assert member.created_at == NOW
        assert await accounts.by_id(member.id) == await accounts.by_login("anna.k") == member

    async def test_everybody_is_listed_by_login(self, accounts: Accounts) -> None:
        for login in ("piroska", "anna"):
            await added(accounts, login)
        assert [member.login for member in await accounts.everybody()] == ["anna", "piroska"]

    @pytest.mark.parametrize("login", ["", "a", "Anna", "anna k", "anna\n", "ánna", "a" * 41, "anna'; --"])
    async def test_what_cannot_be_a_login_is_refused(self, accounts: Accounts, login: str) -> None:
        with pytest.raises(BadLoginError):
            await added(accounts, login)
        assert await accounts.everybody() == []

    async def test_a_login_is_given_once(self, accounts: Accounts) -> None:
        await added(accounts)
        with pytest.raises(BadLoginError, match="already"):
            await added(accounts, role="admin")
        assert [member.role for member in await accounts.everybody()] == ["editor"]
        assert len(await recorded(accounts)) == 1

    @pytest.mark.parametrize("name", ["", "  ", "A\nB", "A\u202eB", "x" * (LONGEST_NAME + 1)])
    async def test_a_name_that_cannot_be_shown_is_refused(self, accounts: Accounts, name: str) -> None:
        with pytest.raises(BadNameError):
            await accounts.add("anna", name=name, role="editor", password=PASSWORD, by="root")

    @pytest.mark.parametrize("password", ["", "eleven char", "x" * (LONGEST_PASSWORD + 1)])
    async def test_a_password_too_short_or_too_long_is_refused(self, accounts: Accounts, password: str) -> None:
        with pytest.raises(BadPasswordError):
            await accounts.add("anna", name="Anna", role="editor", password=password, by="root")

    async def test_an_account_that_there_is_not_is_told_so(self, accounts: Accounts) -> None:
        with pytest.raises(UnknownStaffError, match="'anna'"):
            await accounts.by_login("anna")
        with pytest.raises(UnknownStaffError, match="7"):
            await accounts.close(7, by="root")


class TestSigningIn:
    async def test_login_and_password_tell_who_it_is(self, accounts: Accounts) -> None:
        member = await added(accounts)
        assert await accounts.authenticate("anna", PASSWORD) == member

    async def test_an_unknown_login_costs_a_comparison_and_says_the_same(
        self, accounts: Accounts, passwords: CountedPasswords
    ) -> None:
        await added(accounts)
        errors = []
        for login in ("anna", "nobody"):
            with pytest.raises(WrongPasswordError) as error:
                await accounts.authenticate(login, "something else")
            errors.append(str(error.value))
        assert passwords.compared == [True, False]
        assert errors[0] == errors[1]

    async def test_a_closed_account_is_like_an_unknown_one(
        self, accounts: Accounts, passwords: CountedPasswords
    ) -> None:
        member = await added(accounts)
        await accounts.close(member.id, by="root")
        with pytest.raises(WrongPasswordError):
            await accounts.authenticate("anna", PASSWORD)
        assert passwords.compared == [False]

    @pytest.mark.parametrize("login", ["", "\0", "x" * 5000, "Anna", "\ud800"])
    async def test_what_is_no_login_is_nobodys(self, accounts: Accounts, login: str) -> None:
        await fail(accounts, FAILURES + 1, login)

    async def test_half_a_character_in_a_password_is_only_a_wrong_password(self, accounts: Accounts) -> None:
        await added(accounts)
        with pytest.raises(WrongPasswordError):
            await accounts.authenticate("anna", "\ud800")

    async def test_a_password_that_only_begins_rightly_is_wrong(self, accounts: Accounts) -> None:
        longest = "x" * LONGEST_PASSWORD
        await accounts.add("anna", name="Anna", role="editor", password=longest, by="root")
        with pytest.raises(WrongPasswordError):
            await accounts.authenticate("anna", longest + "x")
        assert (await accounts.authenticate("anna", longest)).login == "anna"

    async def test_a_cheap_hash_is_made_anew_at_the_next_sign_in(self, database: Database, clock: Clock) -> None:
        await added(Accounts(database, clock, Passwords(builders.CHEAP)))
        dearer = Passwords(PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
        accounts = Accounts(database, clock, dearer)
        await accounts.authenticate("anna", PASSWORD)
        # Now a hash of the dearer kind: nothing is left to renew, and the password still fits.
        async with database.reading() as session:
            stored = await session.scalar(select(StaffRow.password_hash))
        assert not dearer.is_outdated(str(stored))
        assert (await accounts.authenticate("anna", PASSWORD)).login == "anna"


class TestLocking:
    @pytest.mark.parametrize("login", ["anna", "nobody"])
    async def test_wrong_passwords_lock_a_login_whether_or_not_it_is_somebodys(
        self, accounts: Accounts, clock: Clock, login: str
    ) -> None:
        await added(accounts)
        await fail(accounts, FAILURES, login)
        assert await locked_until(accounts, login) == clock() + SHORTEST_LOCK

    async def test_each_further_wrong_password_doubles_the_lock(self, accounts: Accounts, clock: Clock) -> None:
        await added(accounts)
        await fail(accounts, FAILURES)
        for times in (1, 2, 4):
            until = await locked_until(accounts)
            assert until - clock() == SHORTEST_LOCK * times
            clock.goes_on(until - clock())
            await fail(accounts, 1)

    async def test_while_locked_the_password_is_not_looked_at(
        self, accounts: Accounts, passwords: CountedPasswords
    ) -> None:
        await added(accounts)
        await fail(accounts, FAILURES)
        before, until = len(passwords.compared), await locked_until(accounts)
        assert await locked_until(accounts) == until
        assert len(passwords.compared) == before

    async def test_a_right_password_begins_the_count_anew(self, accounts: Accounts) -> None:
        await added(accounts)
        for _ in range(2):
            await fail(accounts, FAILURES - 1)
            await accounts.authenticate("anna", PASSWORD)

    async def test_tries_at_once_all_count(self, accounts: Accounts) -> None:
        await added(accounts)
        tries = [accounts.authenticate("anna", f"wrong {number}") for number in range(FAILURES + 3)]
        results = await asyncio.gather(*tries, return_exceptions=True)
        assert sorted(type(result).__name__ for result in results) == [
            *["LockedError"] * 3,
            *["WrongPasswordError"] * FAILURES,
        ]

    def test_no_count_makes_a_lock_longer_than_the_longest(self) -> None:
        locks = [lock_after(failed) or timedelta(0) for failed in range(200)]
        assert locks == sorted(locks)
        assert (locks[FAILURES - 1], locks[FAILURES], locks[-1]) == (timedelta(0), SHORTEST_LOCK, LONGEST_LOCK)
        assert lock_after(10**9) == LONGEST_LOCK

    @pytest.mark.parametrize("act", ["set_password", "open"])
    async def test_an_admin_ends_a_lock(self, accounts: Accounts, act: str) -> None:
        member = await added(accounts)
        await fail(accounts, FAILURES)
        if act == "open":
            await accounts.open(member.id, by="root")
        else:
            await accounts.set_password(member.id, PASSWORD, by="root")
        assert (await accounts.authenticate("anna", PASSWORD)).login == "anna"


class TestSessions:
    async def test_closing_an_account_ends_its_sessions_and_opening_does_not_bring_them_back(
        self, accounts: Accounts
    ) -> None:
        before = await added(accounts)
        closed = await accounts.close(before.id, by="root")
        opened = await accounts.open(before.id, by="root")
        assert (closed.active, opened.active) == (False, True)
        assert before.epoch < closed.epoch == opened.epoch

    async def test_a_new_password_ends_the_sessions(self, accounts: Accounts) -> None:
        before = await added(accounts)
        changed = await accounts.change_password(before.id, PASSWORD, "another long sentence")
        assert changed.epoch > before.epoch
        await fail(accounts, 1)
        assert await accounts.authenticate("anna", "another long sentence") == changed

    async def test_a_name_a_language_and_a_role_leave_the_sessions(self, accounts: Accounts) -> None:
        before = await added(accounts)
        await accounts.introduce(before.id, name="Anna K.", language="hu", by="anna")
        after = await accounts.give_role(before.id, "counsellor", by="root")
        assert (after.name, after.language, after.role, after.epoch) == ("Anna K.", "hu", "counsellor", before.epoch)

    async def test_the_old_password_is_needed_for_a_new_one_and_a_wrong_one_counts(self, accounts: Accounts) -> None:
        member = await added(accounts)
        for _ in range(FAILURES):
            with pytest.raises(WrongPasswordError):
                await accounts.change_password(member.id, "something else", "another long sentence")
        with pytest.raises(LockedError):
            await accounts.change_password(member.id, PASSWORD, "another long sentence")

    async def test_a_bad_new_password_is_refused_before_the_old_one_is_tried(
        self, accounts: Accounts, passwords: CountedPasswords
    ) -> None:
        member = await added(accounts)
        with pytest.raises(BadPasswordError):
            await accounts.change_password(member.id, PASSWORD, "short")
        assert passwords.compared == []

    async def test_an_id_is_never_given_twice(self, accounts: Accounts, database: Database) -> None:
        first = await added(accounts)
        async with database.transaction() as session:
            await session.execute(delete(StaffRow))
        assert (await added(accounts)).id > first.id


class TestAdmins:
    async def test_the_last_admin_stays_one_and_stays_open(self, accounts: Accounts) -> None:
        admin = await added(accounts, "root", "admin")
        await added(accounts)
        with pytest.raises(LastAdminError):
            await accounts.close(admin.id, by="root")
        with pytest.raises(LastAdminError):
            await accounts.give_role(admin.id, "editor", by="root")
        assert await accounts.by_login("root") == admin
        assert [action for _, action, _ in await recorded(accounts)] == ["add admin", "add editor"]

    async def test_a_closed_admin_is_no_other_admin(self, accounts: Accounts) -> None:
        first, second = [await added(accounts, login, "admin") for login in ("root", "toor")]
        await accounts.close(second.id, by="root")
        with pytest.raises(LastAdminError):
            await accounts.close(first.id, by="root")
        # To close again what is closed changes nothing about that.
        await accounts.close(second.id, by="root")

    async def test_of_two_admins_who_close_each_other_at_once_one_stays(self, accounts: Accounts) -> None:
        first, second = [await added(accounts, login, "admin") for login in ("root", "toor")]
        tries = (accounts.close(first.id, by="toor"), accounts.close(second.id, by="root"))
        results = await asyncio.gather(*tries, return_exceptions=True)
        assert sorted(isinstance(result, LastAdminError) for result in results) == [False, True]
        assert sum(member.active for member in await accounts.everybody()) == 1

    @pytest.mark.parametrize(
        ("role", "may"),
        [("editor", {"editor"}), ("counsellor", {"counsellor"}), ("admin", {"editor", "counsellor", "admin"})],
    )
    async def test_an_admin_has_every_role(self, accounts: Accounts, role: Role, may: set[str]) -> None:
        member = await added(accounts, role=role)
        assert {other for other in ("editor", "counsellor", "admin") if member.may(other)} == may  # type: ignore[arg-type]


class TestRecord:
    async def test_who_changed_what_is_recorded(self, accounts: Accounts) -> None:
        member = await added(accounts)
        await accounts.introduce(member.id, name="Anna", language="hu", by="anna")
        await accounts.give_role(member.id, "admin", by="root")
        await accounts.change_password(member.id, PASSWORD, "another long sentence")
        await accounts.set_password(member.id, PASSWORD, by="root")
        await accounts.open(member.id, by="root")
        assert await recorded(accounts) == [
            ("root", "add editor", "anna"),
            ("anna", "introduce", "anna"),
            ("root", "role admin", "anna"),
            ("anna", "password", "anna"),
            ("root", "password", "anna"),
            ("root", "open", "anna"),
        ]

    async def test_the_record_is_read_on_from_where_it_was_left(self, accounts: Accounts, clock: Clock) -> None:
        for number in range(5):
            await added(accounts, f"anna{number}")
        newest = await accounts.changes(limit=2)
        rest = await accounts.changes(before=newest[-1].id)
        assert [change.subject for change in [*newest, *rest]] == ["anna4", "anna3", "anna2", "anna1", "anna0"]
        assert {change.at for change in rest} == {clock()}

    async def test_no_password_is_stored_or_recorded(self, accounts: Accounts, database: Database) -> None:
        member = await added(accounts)
        await accounts.change_password(member.id, PASSWORD, "another long sentence")
        stored = await all_of(database)
        assert b"anna" in stored
        assert PASSWORD.encode() not in stored
        assert b"another long sentence" not in stored
