"""Codes at the sign-in: what is taken, what is not, and how fast they can be guessed."""

from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select

from bot.staff.accounts import Accounts
from bot.staff.codes import DRIFT, RECOVERY_CODES, WINDOW_S, address
from bot.staff.locks import FAILURES, SHORTEST_LOCK
from bot.staff.member import LockedError, Member, WrongCodeError, WrongPasswordError
from bot.staff.tables import AuditRow, RecoveryCodeRow, StaffRow
from bot.vault import Vault
from knowledge_base.database import Database
from tests import builders
from tests.bot.staff.test_accounts import PASSWORD, Clock

WINDOW = timedelta(seconds=WINDOW_S)


class Phone:
    """Makes the codes that an app would show."""

    def __init__(self, secret: str, clock: Clock) -> None:
        self._maker = pyotp.TOTP(secret)
        self._clock = clock

    def code(self, windows: int = 0) -> str:
        return self._maker.at(self._clock() + windows * WINDOW)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def accounts(database: Database, clock: Clock) -> Accounts:
    return Accounts(database, clock, builders.passwords(), vault=Vault("a key"))


@pytest.fixture
async def anna(accounts: Accounts) -> Member:
    return await accounts.add("anna", name="Anna", role="editor", password=PASSWORD, by="(test)")


async def set_up(accounts: Accounts, anna: Member, clock: Clock) -> tuple[Phone, list[str]]:
    """With a telephone; a window later, so that its next code is another one."""
    phone = Phone(await accounts.codes.begin(anna.id, PASSWORD), clock)
    member, recovery = await accounts.codes.confirm(anna.id, phone.code())
    assert member.uses_codes
    clock.goes_on(WINDOW)
    return phone, recovery


async def guess(accounts: Accounts, anna: Member, times: int) -> None:
    for _ in range(times):
        with pytest.raises(WrongCodeError):
            await accounts.codes.check(anna.id, "x")


async def test_nothing_asks_for_a_code_before_one_was_typed(accounts: Accounts, anna: Member, clock: Clock) -> None:
    secret = await accounts.codes.begin(anna.id, PASSWORD)
    assert await accounts.codes.begun(anna.id) == secret
    with pytest.raises(WrongCodeError):
        await accounts.codes.confirm(anna.id, "12345")
    assert not (await accounts.by_id(anna.id)).uses_codes
    await accounts.codes.confirm(anna.id, Phone(secret, clock).code())
    assert await accounts.codes.begun(anna.id) is None


async def test_setting_it_up_takes_the_password(accounts: Accounts, anna: Member) -> None:
    with pytest.raises(WrongPasswordError):
        await accounts.codes.begin(anna.id, "not the password")


async def test_the_code_that_set_it_up_signs_nobody_in(accounts: Accounts, anna: Member, clock: Clock) -> None:
    phone = Phone(await accounts.codes.begin(anna.id, PASSWORD), clock)
    await accounts.codes.confirm(anna.id, phone.code())
    with pytest.raises(WrongCodeError):
        await accounts.codes.check(anna.id, phone.code())


async def test_a_code_is_taken_once(accounts: Accounts, anna: Member, clock: Clock) -> None:
    phone, _ = await set_up(accounts, anna, clock)
    assert (await accounts.codes.check(anna.id, phone.code())).login == "anna"
    with pytest.raises(WrongCodeError):
        await accounts.codes.check(anna.id, phone.code())
    # Nor one from before it.
    with pytest.raises(WrongCodeError):
        await accounts.codes.check(anna.id, phone.code(-1))
    assert await accounts.codes.check(anna.id, phone.code(1))


@pytest.mark.parametrize("off", [-DRIFT, 0, DRIFT])
async def test_a_clock_that_is_a_little_wrong_does_not_matter(
    accounts: Accounts, anna: Member, clock: Clock, off: int
) -> None:
    phone, _ = await set_up(accounts, anna, clock)
    clock.goes_on(10 * WINDOW)
    assert await accounts.codes.check(anna.id, phone.code(off))


@pytest.mark.parametrize("off", [-DRIFT - 1, DRIFT + 1])
async def test_an_old_code_is_none(accounts: Accounts, anna: Member, clock: Clock, off: int) -> None:
    phone, _ = await set_up(accounts, anna, clock)
    clock.goes_on(10 * WINDOW)
    with pytest.raises(WrongCodeError):
        await accounts.codes.check(anna.id, phone.code(off))


async def test_a_code_may_be_typed_in_any_digits_and_with_spaces(
    accounts: Accounts, anna: Member, clock: Clock
) -> None:
    phone, _ = await set_up(accounts, anna, clock)
    persian = phone.code().translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"))
    assert await accounts.codes.check(anna.id, f" {persian[:3]} {persian[3:]}")


@pytest.mark.parametrize("code", ["", "0", "½²", "1" * 100_000, "\0", "\ud800", "x" * 100_000])
async def test_whatever_is_typed_is_no_error_of_ours(accounts: Accounts, anna: Member, clock: Clock, code: str) -> None:
    await set_up(accounts, anna, clock)
    with pytest.raises(WrongCodeError):
        await accounts.codes.check(anna.id, code)


async def test_wrong_codes_lock_the_account_like_wrong_passwords(
    accounts: Accounts, anna: Member, clock: Clock
) -> None:
    phone, _ = await set_up(accounts, anna, clock)
    await guess(accounts, anna, FAILURES)
    with pytest.raises(LockedError):
        await accounts.codes.check(anna.id, phone.code())
    with pytest.raises(LockedError):
        await accounts.authenticate("anna", PASSWORD)
    clock.goes_on(SHORTEST_LOCK)
    assert await accounts.codes.check(anna.id, phone.code())
    await guess(accounts, anna, FAILURES - 1)


async def test_a_right_password_buys_no_further_guess(accounts: Accounts, anna: Member, clock: Clock) -> None:
    await set_up(accounts, anna, clock)
    for _ in range(FAILURES):
        await accounts.authenticate("anna", PASSWORD)
        await guess(accounts, anna, 1)
    with pytest.raises(LockedError):
        await accounts.authenticate("anna", PASSWORD)


async def test_right_passwords_alone_lock_nothing(accounts: Accounts, anna: Member, clock: Clock) -> None:
    await set_up(accounts, anna, clock)
    for _ in range(3 * FAILURES):
        assert (await accounts.authenticate("anna", PASSWORD)).uses_codes


async def test_a_code_for_a_lost_telephone_works_once(accounts: Accounts, anna: Member, clock: Clock) -> None:
    _, recovery = await set_up(accounts, anna, clock)
    assert len(set(recovery)) == await accounts.codes.left(anna.id) == RECOVERY_CODES
    assert await accounts.codes.check(anna.id, f" {recovery[0].upper()} ")
    assert await accounts.codes.left(anna.id) == RECOVERY_CODES - 1
    with pytest.raises(WrongCodeError):
        await accounts.codes.check(anna.id, recovery[0])


async def test_nobodys_codes_are_in_the_database(
    accounts: Accounts, anna: Member, clock: Clock, database: Database
) -> None:
    secret = await accounts.codes.begin(anna.id, PASSWORD)
    _, recovery = await accounts.codes.confirm(anna.id, Phone(secret, clock).code())
    async with database.reading() as session:
        row = (await session.scalars(select(StaffRow))).one()
        hashes = (await session.scalars(select(RecoveryCodeRow.code_hash))).all()
    assert secret.encode() not in (row.code_secret or b"")
    assert not set(recovery) & set(hashes)


async def test_with_another_key_only_the_codes_for_a_lost_telephone_are_left(
    accounts: Accounts, anna: Member, clock: Clock, database: Database
) -> None:
    phone, recovery = await set_up(accounts, anna, clock)
    other = Accounts(database, clock, builders.passwords(), vault=Vault("another key"))
    with pytest.raises(WrongCodeError):
        await other.codes.check(anna.id, phone.code())
    assert await other.codes.check(anna.id, recovery[0])


async def test_once_removed_the_password_is_enough_and_old_codes_are_gone(
    accounts: Accounts, anna: Member, clock: Clock, database: Database
) -> None:
    phone, recovery = await set_up(accounts, anna, clock)
    with pytest.raises(WrongPasswordError):
        await accounts.codes.stop(anna.id, "not the password")
    assert not (await accounts.codes.stop(anna.id, PASSWORD)).uses_codes
    await accounts.codes.remove(anna.id, by="root")
    for code in (phone.code(), recovery[0]):
        with pytest.raises(WrongCodeError):
            await accounts.codes.check(anna.id, code)
    async with database.reading() as session:
        rows = (await session.scalars(select(AuditRow).order_by(AuditRow.id))).all()
        assert [(row.login, row.action) for row in rows][1:] == [("anna", "codes on"), ("anna", "codes off")]


async def test_setting_it_up_signs_out_everywhere(accounts: Accounts, anna: Member, clock: Clock) -> None:
    await set_up(accounts, anna, clock)
    assert (await accounts.by_id(anna.id)).epoch == anna.epoch + 1


async def test_a_closed_account_takes_no_code(accounts: Accounts, anna: Member, clock: Clock) -> None:
    phone, _ = await set_up(accounts, anna, clock)
    await accounts.close(anna.id, by="root")
    with pytest.raises(WrongCodeError):
        await accounts.codes.check(anna.id, phone.code())


def test_the_address_names_the_account_and_the_program() -> None:
    assert address("A" * 32, "anna") == f"otpauth://totp/Kalauz:anna?secret={'A' * 32}&issuer=Kalauz"
