from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.vault import SealedError, Vault

KEY, OLD, OTHER = "a key for the tests", "an older key", "somebody else's key"
FIELDS = st.dictionaries(st.text(max_size=10), st.none() | st.text() | st.integers() | st.booleans(), max_size=5)
NAME = "Fatima Al-Sayed"


@given(values=FIELDS)
def test_what_is_sealed_is_opened_as_it_was(values: dict[str, Any]) -> None:
    assert Vault(KEY).open(Vault(KEY).seal(values)) == values


def test_sealed_data_does_not_show_what_it_holds_nor_that_it_is_the_same() -> None:
    first, second = Vault(KEY).seal({"name": NAME}), Vault(KEY).seal({"name": NAME})
    assert first != second
    assert NAME.encode() not in first


@pytest.mark.parametrize("keys", [(OTHER,), (OTHER, OLD), (KEY + " ",), (KEY.upper(),)])
def test_another_key_does_not_open_it(keys: tuple[str, ...]) -> None:
    sealed = Vault(KEY).seal({"name": NAME})
    with pytest.raises(SealedError, match="KALAUZ_SECRET_KEY"):
        Vault(*keys).open(sealed)


def test_after_a_change_of_keys_the_old_one_still_opens() -> None:
    assert Vault(KEY, OLD).open(Vault(OLD).seal({"name": NAME})) == {"name": NAME}


def test_after_a_change_of_keys_the_new_one_seals() -> None:
    sealed = Vault(KEY, OLD).seal({"name": NAME})
    assert Vault(KEY).open(sealed) == {"name": NAME}
    with pytest.raises(SealedError):
        Vault(OLD).open(sealed)


@given(values=FIELDS, data=st.data())
def test_a_changed_letter_is_noticed(values: dict[str, Any], data: st.DataObject) -> None:
    sealed = Vault(KEY).seal(values)
    # Of the last letters some bits are padding.
    place = data.draw(st.integers(0, len(sealed) - 5))
    changed = bytearray(sealed)
    changed[place] = ord("A" if sealed[place] != ord("A") else "B")
    with pytest.raises(SealedError):
        Vault(KEY).open(bytes(changed))


@given(noise=st.binary() | st.text(max_size=40).map(str.encode))
def test_noise_is_not_opened(noise: bytes) -> None:
    with pytest.raises(SealedError):
        Vault(KEY).open(noise)
