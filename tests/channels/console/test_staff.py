import re

import pytest

from bot.staff.locks import FAILURES
from channels.console.frame import ROOT
from tests.channels.console.conftest import PASSWORD, House, Visitor, words

NEW = {"login": "anna", "name": "Anna", "role": "counsellor", "language": "hu", "password": "hand this to anna"}


@pytest.fixture
def root(house: House) -> Visitor:
    house.add("root", "admin")
    visitor = house.visitor("root")
    visitor.get("/account")
    return visitor


def suggested(page: str) -> str:
    found = re.search(r'id="password"[^>]*value="([^"]*)"', page)
    assert found is not None
    return found[1]


def test_a_colleague_is_added_and_can_sign_in(house: House, root: Visitor) -> None:
    response = root.send("/staff/add", **NEW)
    assert (response.status_code, response.headers["location"]) == (303, f"{ROOT}/staff")
    page = words(root.get("/staff"))
    assert "Anna can sign in now, as anna." in page
    assert "Anna anna Counsellor open" in page
    member = house.member("anna")
    assert (member.name, member.role, member.language) == ("Anna", "counsellor", "hu")
    assert house.visitor().sign_in("anna", NEW["password"]).status_code == 303


def test_each_form_suggests_another_good_password(house: House, root: Visitor) -> None:
    first, second = suggested(root.get("/staff/add").text), suggested(root.get("/staff/add").text)
    assert first != second
    assert root.send("/staff/add", **{**NEW, "password": first}).status_code == 303
    assert house.visitor().sign_in("anna", first).status_code == 303


@pytest.mark.parametrize(
    ("wrong", "value", "sentence"),
    [
        ("login", "root", "Somebody has this one already"),
        ("login", "Änna", "Somebody has this one already, or it has other characters"),
        ("name", "", "Please write 1 to 60 characters."),
        ("role", "king", "Please choose one of these."),
        ("role", "", "Please choose one of these."),
        ("language", "xx", "Please choose one of these."),
        ("password", "short", "Please take at least 12 characters"),
    ],
)
def test_what_is_wrong_is_told_and_what_was_typed_is_kept(
    house: House, root: Visitor, wrong: str, value: str, sentence: str
) -> None:
    response = root.send("/staff/add", **{**NEW, wrong: value})
    assert response.status_code == 422
    assert f'id="{wrong}-wrong">{sentence}' in response.text
    kept = {**NEW, wrong: value}
    assert f'value="{kept["login"]}"' in response.text
    if wrong != "role":
        assert re.search(r'value="counsellor" required checked', response.text)
    assert NEW["password"] not in response.text
    assert [member.login for member in house.call(house.accounts.everybody)] == ["root"]


def test_a_login_may_be_typed_with_capitals_and_space(house: House, root: Visitor) -> None:
    assert root.send("/staff/add", **{**NEW, "login": " Anna "}).status_code == 303
    assert house.member("anna").login == "anna"


def test_an_account_is_closed_and_opened_again(house: House, root: Visitor) -> None:
    anna = house.add("anna")
    visitor = house.visitor("anna")
    assert root.send(f"/staff/{anna.id}/close").status_code == 303
    page = words(root.get(f"/staff/{anna.id}"))
    assert "The account is closed. Anna is signed out everywhere." in page
    assert not visitor.is_signed_in()
    assert house.visitor().sign_in("anna").status_code == 422
    assert "Anna anna Editor closed" in words(root.get("/staff"))
    assert root.send(f"/staff/{anna.id}/open").status_code == 303
    assert "Anna can sign in again." in words(root.get(f"/staff/{anna.id}"))
    assert house.visitor().sign_in("anna").status_code == 303


def test_a_role_is_changed(house: House, root: Visitor) -> None:
    anna = house.add("anna")
    assert root.send(f"/staff/{anna.id}/role", role="counsellor").status_code == 303
    assert "The role was changed." in words(root.get(f"/staff/{anna.id}"))
    assert house.member("anna").role == "counsellor"
    assert root.send(f"/staff/{anna.id}/role", role="king").status_code == 422
    assert house.member("anna").role == "counsellor"


def test_a_colleague_gets_a_new_password(house: House, root: Visitor) -> None:
    anna = house.add("anna")
    visitor = house.visitor("anna")
    new = suggested(root.get(f"/staff/{anna.id}").text)
    assert root.send(f"/staff/{anna.id}/password", password="short").status_code == 422
    assert visitor.is_signed_in()
    assert root.send(f"/staff/{anna.id}/password", password=new).status_code == 303
    assert "Anna has a new password and is signed out everywhere." in words(root.get(f"/staff/{anna.id}"))
    assert not visitor.is_signed_in()
    assert house.visitor().sign_in("anna", PASSWORD).status_code == 422
    assert house.visitor().sign_in("anna", new).status_code == 303


def test_an_admins_own_password_is_changed_with_the_old_one_only(house: House, root: Visitor) -> None:
    own = house.member("root").id
    assert "Change your own password in your account." in words(root.get(f"/staff/{own}"))
    assert f"/staff/{own}/password" not in root.get(f"/staff/{own}").text
    response = root.send(f"/staff/{own}/password", password="another long sentence")
    assert response.headers["location"] == f"{ROOT}/account"
    assert house.visitor().sign_in("root").status_code == 303


@pytest.mark.parametrize(("act", "fields"), [("close", {}), ("role", {"role": "editor"})])
def test_the_last_admin_stays(house: House, root: Visitor, act: str, fields: dict[str, str]) -> None:
    own = house.member("root").id
    response = root.send(f"/staff/{own}/{act}", **fields)
    assert response.status_code == 422
    assert "There has to be another admin first" in words(response)
    assert root.is_signed_in()
    house.add("vera", "admin")
    assert root.send(f"/staff/{own}/{act}", **fields).status_code == 303
    assert root.get("/staff").status_code in (303, 403)


def test_a_sentence_keeps_a_name_apart_from_the_direction_of_its_words(house: House) -> None:
    house.add("root", "admin", "ar")
    root = house.visitor("root")
    root.get("/account")
    root.send("/staff/add", **NEW)
    assert "\u2068anna\u2069" in root.get("/staff").text


def test_an_admin_sees_a_lock_and_ends_it(house: House, root: Visitor) -> None:
    anna = house.add("anna")
    assert "Too many wrong passwords" not in words(root.get(f"/staff/{anna.id}"))
    for _ in range(FAILURES):
        house.visitor().sign_in("anna", "not the password")
    page = words(root.get(f"/staff/{anna.id}"))
    assert "The account takes none until 1:01 PM." in page
    assert "Let Anna try again now" in page
    assert root.send(f"/staff/{anna.id}/open").status_code == 303
    assert "Too many wrong passwords" not in words(root.get(f"/staff/{anna.id}"))
    assert house.visitor().sign_in("anna").status_code == 303
