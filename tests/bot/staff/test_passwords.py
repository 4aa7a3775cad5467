from typing import ClassVar

from argon2 import PasswordHasher

from bot.staff.member import SHORTEST_PASSWORD, checked_password
from bot.staff.passwords import ALPHABET, Passwords, generated
from tests import builders


async def test_a_hash_fits_its_own_password_only() -> None:
    passwords = Passwords(builders.CHEAP)
    stored = await passwords.hash("a plain long sentence")
    assert await passwords.fits("a plain long sentence", stored)
    assert not await passwords.fits("a plain long sentence ", stored)


async def test_nobodys_password_never_fits_nor_does_a_broken_hash() -> None:
    passwords = Passwords(builders.CHEAP)
    assert not await passwords.fits("", None)
    assert not await passwords.fits("a plain long sentence", "not a hash")


async def test_a_password_of_nobody_costs_what_one_of_somebody_costs() -> None:
    class Counting(PasswordHasher):
        """Notes the parameters of every hash that is compared."""

        seen: ClassVar[list[str]] = []

        def verify(self, hash: str | bytes, password: str | bytes) -> bool:
            self.seen.append(str(hash).rsplit("$", 2)[0])
            return super().verify(hash, password)

    passwords = Passwords(Counting(time_cost=1, memory_cost=8, parallelism=1))
    stored = await passwords.hash("a plain long sentence")
    for given in (stored, None):
        await passwords.fits("another sentence", given)
    assert len(Counting.seen) == 2
    assert len(set(Counting.seen)) == 1


async def test_a_password_in_any_script_is_one() -> None:
    passwords = Passwords(builders.CHEAP)
    stored = await passwords.hash("кодове слово 好 \ud800")
    assert await passwords.fits("кодове слово 好 \ud800", stored)


def test_a_generated_password_is_long_and_has_no_letter_that_is_mistaken_for_another() -> None:
    found = {generated() for _ in range(100)}
    assert len(found) == 100
    for password in found:
        assert checked_password(password) == password
        assert len(password) > SHORTEST_PASSWORD
        assert set(password) <= {*ALPHABET, "-"}
    assert not set(ALPHABET) & set("lio01")


def test_the_shipped_hash_is_argon2id_of_at_least_19_megabytes() -> None:
    hasher = PasswordHasher()
    assert hasher.hash("x").startswith("$argon2id$")
    assert hasher.memory_cost >= 19 * 1024
