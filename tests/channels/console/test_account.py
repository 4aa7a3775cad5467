import re

import pytest

from bot.staff.locks import FAILURES
from bot.staff.member import LONGEST_NAME
from channels.console.frame import ROOT
from tests.channels.console.conftest import PASSWORD, House, Visitor, words

NEW = "another long sentence"


@pytest.fixture
def anna(house: House) -> Visitor:
    house.add("anna")
    visitor = house.visitor("anna")
    visitor.get("/account")
    return visitor


def test_the_page_shows_what_the_account_holds(anna: Visitor) -> None:
    page = anna.get("/account").text
    assert re.search(r'id="name"[^>]*value="Anna"', page)
    assert re.search(r'<option value="en" lang="en" selected>English</option>', page)
    assert re.search(r'<option value="hu" lang="hu">magyar</option>', page)


def test_a_new_language_counts_from_the_next_page_on(house: House, anna: Visitor) -> None:
    response = anna.send("/account", name=" Anna K. ", language="hu")
    assert (response.status_code, response.headers["location"]) == (303, f"{ROOT}/account")
    assert "A fiókja módosult." in words(anna.get("/account"))
    member = house.member("anna")
    assert (member.name, member.language) == ("Anna K.", "hu")


@pytest.mark.parametrize(
    ("fields", "wrong", "sentence"),
    [
        ({"name": " ", "language": "hu"}, "name", f"Please write 1 to {LONGEST_NAME} characters."),
        ({"name": "x" * 61, "language": "hu"}, "name", f"Please write 1 to {LONGEST_NAME} characters."),
        ({"name": "Anna", "language": "xx"}, "language", "Please choose one of these."),
        ({"name": "Anna"}, "language", "Please choose one of these."),
    ],
)
def test_what_is_wrong_is_told_beside_its_field_and_nothing_is_changed(
    house: House, anna: Visitor, fields: dict[str, str], wrong: str, sentence: str
) -> None:
    before = house.member("anna")
    response = anna.send("/account", **fields)
    assert response.status_code == 422
    assert f'<p class="wrong" id="{wrong}-wrong">{sentence}</p>' in response.text
    assert f'value="{fields["name"]}"' in response.text
    assert house.member("anna") == before


def test_what_was_typed_is_never_markup(anna: Visitor) -> None:
    response = anna.send("/account", name='"><script>alert(1)</script>', language="xx")
    assert "<script>alert" not in response.text
    assert anna.send("/account", name="<b>Anna</b>", language="en").status_code == 303
    assert "<b>" not in anna.get("/").text


def test_a_new_password_signs_out_everywhere_but_here(house: House, anna: Visitor) -> None:
    other = house.visitor("anna")
    response = anna.send("/account/password", old=PASSWORD, new=NEW, again=NEW)
    assert response.status_code == 303
    assert "Everywhere else you are signed out." in words(anna.get("/account"))
    assert not other.is_signed_in()
    assert house.visitor().sign_in("anna").status_code == 422
    assert house.visitor().sign_in("anna", NEW).status_code == 303


@pytest.mark.parametrize(
    ("old", "new", "again", "wrong", "sentence"),
    [
        (PASSWORD, NEW, NEW + "x", "again", "These are two different passwords."),
        (PASSWORD, "short", "short", "new", "Please take at least 12 characters; a sentence is a good password."),
        ("not the password", NEW, NEW, "old", "This is not your password."),
    ],
)
def test_a_password_that_cannot_be_taken_is_told_and_not_shown(
    house: House, anna: Visitor, old: str, new: str, again: str, wrong: str, sentence: str
) -> None:
    response = anna.send("/account/password", old=old, new=new, again=again)
    assert response.status_code == 422
    assert f'<p class="wrong" id="{wrong}-wrong">{sentence}</p>' in response.text
    for password in (old, new, again):
        assert password not in response.text
    assert anna.is_signed_in()
    assert house.visitor().sign_in("anna").status_code == 303


def test_guessing_the_old_password_locks_the_account(anna: Visitor) -> None:
    for _ in range(FAILURES):
        assert anna.send("/account/password", old="not the password", new=NEW, again=NEW).status_code == 422
    response = anna.send("/account/password", old=PASSWORD, new=NEW, again=NEW)
    assert response.status_code == 422
    assert "Too many wrong passwords. Please try again at 1:01\u202fPM." in response.text
