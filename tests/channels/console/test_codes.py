"""Codes at the sign-in, over HTTP without a script."""

import re
from dataclasses import replace
from datetime import timedelta

import pyotp
import pytest
from httpx2 import Response

from bot.staff.locks import FAILURES
from channels.console.frame import ROOT
from channels.console.sessions import CODE_WAIT
from tests.channels.console.conftest import PASSWORD, House, Visitor, words

WINDOW = timedelta(seconds=30)


class Anna:
    """An editor who uses codes, with her telephone."""

    def __init__(self, house: House) -> None:
        self.house = house
        house.add("anna")
        self.visitor = house.visitor("anna")
        self.visitor.get("/account")
        page = self.visitor.send("/account/codes", mine=PASSWORD)
        found = re.search(r'<p class="code" dir="ltr">([A-Z2-7 ]+)</p>', page.text)
        assert found is not None
        assert "<svg" in page.text
        self.maker = pyotp.TOTP(found[1].replace(" ", ""))
        self.confirmed = self.visitor.send("/account/codes/confirm", code=self.code())
        self.recovery = re.findall(r"<li>([a-z2-9-]{23})</li>", self.confirmed.text)
        house.goes_on(WINDOW)

    def code(self) -> str:
        return self.maker.at(self.house.now())

    def half(self, **fields: str) -> tuple[Visitor, Response]:
        """Somebody who has typed her password."""
        visitor = self.house.visitor()
        return visitor, visitor.sign_in("anna", **fields)


@pytest.fixture
def anna(house: House) -> Anna:
    return Anna(house)


def test_a_password_alone_signs_nobody_in(anna: Anna) -> None:
    visitor, page = anna.half()
    assert page.status_code == 200
    assert "Six digits from the app on your telephone" in words(page)
    assert not visitor.is_signed_in()


def test_the_code_leads_where_somebody_wanted_to_go(anna: Anna) -> None:
    visitor, page = anna.half(wanted="/content")
    assert 'name="wanted" value="/content"' in page.text
    response = visitor.send("/sign-in/code", code=anna.code(), wanted="/content")
    assert (response.status_code, response.headers["location"]) == (303, f"{ROOT}/content")
    assert visitor.is_signed_in()


def test_a_code_signs_in_once(anna: Anna) -> None:
    code = anna.code()
    for expected in (303, 422):
        visitor, _ = anna.half()
        assert visitor.send("/sign-in/code", code=code).status_code == expected
    assert not visitor.is_signed_in()


def test_a_code_for_a_lost_telephone_signs_in(anna: Anna) -> None:
    visitor, _ = anna.half()
    assert visitor.send("/sign-in/code", code=anna.recovery[0]).status_code == 303
    assert "7 codes for a lost telephone are left." in words(visitor.get("/account"))


def test_wrong_codes_are_told_and_lock_the_account(anna: Anna) -> None:
    visitor, _ = anna.half()
    for _ in range(FAILURES):
        page = visitor.send("/sign-in/code", code="000")
        assert page.status_code == 422
        assert "This is not the code that your telephone shows now" in words(page)
    page = visitor.send("/sign-in/code", code=anna.code())
    assert page.status_code == 429
    assert "Too many wrong codes. Please try again at" in words(page)


def test_the_code_is_not_waited_for_for_ever(anna: Anna) -> None:
    visitor, _ = anna.half()
    anna.house.goes_on(CODE_WAIT)
    assert visitor.send("/sign-in/code", code=anna.code()).headers["location"] == f"{ROOT}/sign-in"
    assert "That took too long." in words(visitor.get("/sign-in"))
    assert not visitor.is_signed_in()


def test_without_a_password_before_it_a_code_is_nothing(anna: Anna) -> None:
    visitor = anna.house.visitor()
    visitor.get("/sign-in")
    assert visitor.send("/sign-in/code", code=anna.code()).status_code == 303
    assert not visitor.is_signed_in()


def test_a_password_that_was_changed_meanwhile_counts_no_more(anna: Anna) -> None:
    visitor, _ = anna.half()
    accounts, id = anna.house.accounts, anna.house.member("anna").id
    anna.house.call(lambda: accounts.set_password(id, "another long one", by="root"))
    assert visitor.send("/sign-in/code", code=anna.code()).headers["location"] == f"{ROOT}/sign-in"
    assert not visitor.is_signed_in()


def test_setting_it_up_keeps_this_session_and_ends_the_others(house: House) -> None:
    house.add("anna")
    other = house.visitor("anna")
    anna = house.visitor("anna")
    anna.get("/account")
    page = anna.send("/account/codes", mine=PASSWORD)
    secret = re.findall(r'<p class="code" dir="ltr">([A-Z2-7 ]+)</p>', page.text)[0].replace(" ", "")
    wrong = anna.send("/account/codes/confirm", code="000")
    assert wrong.status_code == 422
    assert secret in wrong.text.replace(" ", "")
    done = anna.send("/account/codes/confirm", code=pyotp.TOTP(secret).at(house.now()))
    assert "From now on you are asked for a code when you sign in." in words(done)
    assert anna.is_signed_in()
    assert not other.is_signed_in()
    # Sent twice, or after a step back in the browser: the codes are not shown again.
    assert anna.send("/account/codes/confirm", code="000").headers["location"] == f"{ROOT}/account"


def test_setting_it_up_takes_the_password(house: House) -> None:
    house.add("anna")
    anna = house.visitor("anna")
    anna.get("/account")
    page = anna.send("/account/codes", mine="not the password")
    assert page.status_code == 422
    assert "This is not your password." in words(page)
    assert "<svg" not in page.text


def test_a_member_stops_it_with_the_password(anna: Anna) -> None:
    anna.visitor.get("/account")
    assert anna.visitor.send("/account/codes/stop", mine="wrong").status_code == 422
    assert anna.visitor.send("/account/codes/stop", mine=PASSWORD).status_code == 303
    assert anna.house.visitor("anna").is_signed_in()


def test_an_admin_removes_it_from_a_colleague_and_not_so_from_themself(anna: Anna) -> None:
    anna.house.add("root", "admin")
    root, id = anna.house.visitor("root"), anna.house.member("anna").id
    assert "signs in with a password and a code from a telephone" in words(root.get(f"/staff/{id}"))
    assert root.send(f"/staff/{id}/codes").status_code == 303
    assert "From now on the password alone signs Anna in." in words(root.get(f"/staff/{id}"))
    assert anna.house.visitor("anna").is_signed_in()
    own = anna.house.member("root").id
    assert root.send(f"/staff/{own}/codes").headers["location"] == f"{ROOT}/account"


@pytest.fixture
def strict(house: House) -> House:
    """A console where nobody works without codes."""
    house.app.state.console = replace(house.app.state.console, asks_codes=True)
    return house


def test_a_site_may_ask_codes_of_everybody(strict: House) -> None:
    strict.add("anna", "admin")
    anna = strict.visitor("anna")
    closed = [page.path.removeprefix(ROOT) for page in strict.app.state.pages if page.path != f"{ROOT}/account"]
    assert len(closed) > 10
    for path in ["/", *closed]:
        assert anna.get(path).headers["location"] == f"{ROOT}/account", path
    assert "Here everybody signs in with a code from their telephone." in words(anna.get("/account"))
    assert anna.send("/staff/add", login="bela", name="Bela", role="admin").headers["location"] == f"{ROOT}/account"
    piece = anna.get("/content", headers={"HX-Request": "true"})
    assert (piece.status_code, piece.headers["hx-redirect"]) == (401, f"{ROOT}/account")
    assert anna.get("/desk/stream", headers={"Accept": "text/event-stream"}).status_code == 401


def test_whoever_has_set_them_up_goes_on_at_once(strict: House) -> None:
    anna = Anna(strict)
    assert "Here everybody signs in" not in words(anna.visitor.get("/account"))
    assert anna.visitor.get("/content").status_code == 503
    anna.visitor.get("/account")
    anna.visitor.send("/account/codes/stop", mine=PASSWORD)
    assert anna.visitor.get("/content").headers["location"] == f"{ROOT}/account"
    assert anna.visitor.send("/sign-out").headers["location"] == f"{ROOT}/sign-in"
