import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.staff.locks import FAILURES
from channels.console.areas.sign_in import SIGN_INS
from channels.console.frame import ROOT
from channels.console.sessions import COOKIE, IDLE, LONGEST, RENEWED, SKEW
from tests.channels.console.conftest import PASSWORD, House, words

TOO_MANY = SIGN_INS[0].messages


def test_without_an_account_the_page_says_which_command_makes_one(house: House) -> None:
    assert "kalauz user add NAME --role admin" in words(house.visitor().get("/sign-in"))
    house.add("anna")
    assert "kalauz user" not in words(house.visitor().get("/sign-in"))


def test_a_right_password_leads_to_the_start(house: House) -> None:
    house.add("anna")
    visitor = house.visitor()
    response = visitor.sign_in(" Anna ")
    assert (response.status_code, response.headers["location"]) == (303, f"{ROOT}/")
    assert "Welcome, Anna" in words(visitor.get("/"))


def test_whoever_wanted_a_page_comes_to_it_after_the_sign_in(house: House) -> None:
    house.add("root", "admin")
    visitor = house.visitor()
    sent_away = visitor.get("/staff/add")
    assert sent_away.headers["location"] == f"{ROOT}/sign-in?wanted=/staff/add"
    assert 'name="wanted" value="/staff/add"' in visitor.get("/sign-in?wanted=/staff/add").text
    assert visitor.sign_in("root", wanted="/staff/add").headers["location"] == f"{ROOT}/staff/add"


@pytest.mark.parametrize(
    "wanted", ["//evil.example", "https://evil.example", "/\\evil.example", "/@evil", "/a\nb", "\0"]
)
def test_nobody_is_sent_anywhere_else(house: House, wanted: str) -> None:
    house.add("anna")
    assert house.visitor().sign_in("anna", wanted=wanted).headers["location"] == f"{ROOT}/"


@pytest.mark.parametrize("login", ["anna", "nobody", "<b>anna</b>", "\0"])
def test_a_wrong_password_says_the_same_for_every_login_and_keeps_what_was_typed(house: House, login: str) -> None:
    house.add("anna")
    response = house.visitor().sign_in(login, "not the password")
    assert response.status_code == 422
    assert "This name and this password do not belong together." in words(response)
    assert "not the password" not in response.text
    assert re.search(r'id="password"[^>]*aria-describedby="password-wrong"[^>]*aria-invalid="true"', response.text)
    assert "<b>" not in response.text
    if login == "anna":
        assert re.search(r'id="login"[^>]*value="anna"', response.text)


@pytest.mark.parametrize(
    ("language", "zone", "sentence"),
    [
        ("hu", "Europe/Budapest", "Túl sok hibás jelszó. Kérjük, próbálja újra ekkor: 13:01."),
        ("en", "Europe/Budapest", "Please try again at 1:01\u202fPM."),
        ("en", None, "Please try again at 12:01 UTC."),
    ],
)
@pytest.mark.parametrize("login", ["anna", "nobody"])
def test_a_locked_login_is_told_until_when(
    house: House, login: str, language: str, zone: str | None, sentence: str
) -> None:
    house.add("anna")
    house.service.time_zone = ZoneInfo(zone) if zone else None
    visitor = house.visitor(**{"Accept-Language": language})
    for _ in range(FAILURES):
        assert visitor.sign_in(login, "not the password").status_code == 422
    locked = visitor.sign_in(login)
    assert locked.status_code == 429
    assert sentence in locked.text
    house.goes_on(timedelta(minutes=1))
    assert visitor.sign_in("anna").status_code == 303


def test_one_network_cannot_try_many_names(house: House) -> None:
    house.add("anna")
    visitor = house.visitor()
    visitor.get("/sign-in")
    statuses = [visitor.send("/sign-in", login=f"name{n}", password="x").status_code for n in range(TOO_MANY)]
    assert set(statuses) == {422}
    assert visitor.sign_in("anna").status_code == 429
    house.goes_on(SIGN_INS[0].window)
    assert visitor.sign_in("anna").status_code == 303


def test_a_closed_account_cannot_sign_in(house: House) -> None:
    member = house.add("anna")
    house.call(lambda: house.accounts.close(member.id, by="root"))
    assert house.visitor().sign_in("anna").status_code == 422


@pytest.mark.parametrize(("scheme", "secure"), [("http", False), ("https", True)])
def test_the_cookie_is_out_of_reach_of_scripts_and_of_other_sites(house: House, scheme: str, secure: bool) -> None:
    house.add("anna")
    visitor = house.visitor()
    visitor.get("/sign-in")
    response = house.client.post(
        f"{scheme}://testserver{ROOT}/sign-in",
        data={"csrf": visitor.token, "login": "anna", "password": PASSWORD},
        headers={"Cookie": f"{COOKIE}={visitor.cookie}"},
        follow_redirects=False,
    )
    attributes = response.headers["set-cookie"].split("; ")[1:]
    assert set(attributes) == {"Path=/console", "HttpOnly", "SameSite=Lax", *(["Secure"] if secure else [])}


def test_a_cookie_from_before_the_sign_in_is_not_signed_in_by_it(house: House) -> None:
    house.add("anna")
    visitor = house.visitor()
    visitor.get("/sign-in")
    before, token = visitor.cookie, visitor.token
    visitor.sign_in("anna")
    other = house.visitor()
    other.cookie = before
    assert not other.is_signed_in()
    visitor.token = token
    assert visitor.send("/account", name="Eve", language="en").status_code == 403


def test_a_session_ends_when_it_is_not_used(house: House) -> None:
    house.add("anna")
    visitor = house.visitor("anna")
    for _ in range(3):
        house.goes_on(IDLE - timedelta(seconds=1))
        assert visitor.is_signed_in()
    house.goes_on(IDLE)
    sent_away = visitor.get("/account")
    assert sent_away.headers["location"] == f"{ROOT}/sign-in?wanted=/account"


def test_a_session_ends_however_much_it_is_used(house: House) -> None:
    house.add("anna")
    visitor = house.visitor("anna")
    used = timedelta(0)
    while used + IDLE / 2 < LONGEST:
        used += IDLE / 2
        house.goes_on(IDLE / 2)
        assert visitor.is_signed_in()
    house.goes_on(LONGEST - used)
    assert not visitor.is_signed_in()


def test_the_cookie_is_written_again_only_now_and_then(house: House) -> None:
    house.add("anna")
    visitor = house.visitor("anna")
    visitor.get("/")
    assert "set-cookie" not in visitor.get("/").headers
    house.goes_on(RENEWED)
    assert "set-cookie" in visitor.get("/").headers


@pytest.mark.parametrize("end", ["close", "set_password", "sign_out"])
def test_what_ends_the_sessions_of_an_account_ends_them_at_the_next_request(house: House, end: str) -> None:
    member = house.add("anna")
    visitors = [house.visitor("anna") for _ in range(2)]
    if end == "close":
        house.call(lambda: house.accounts.close(member.id, by="root"))
    elif end == "set_password":
        house.call(lambda: house.accounts.set_password(member.id, PASSWORD, by="root"))
    else:
        visitors[0].get("/")
        assert visitors[0].send("/sign-out").headers["location"] == f"{ROOT}/sign-in"
        assert "You are signed out." in words(visitors[0].get("/sign-in"))
    assert [visitor.is_signed_in() for visitor in visitors] == [False, False]
    assert "Your session has ended." in words(visitors[1].get("/sign-in"))


@pytest.mark.parametrize("cookie", ["", "e30.x", "é", "." * 5000, "{signed}", "{signed}." + "A" * 43, "x{whole}"])
def test_a_cookie_that_we_did_not_sign_signs_nobody_in(house: House, cookie: str) -> None:
    house.add("anna")
    visitor = house.visitor("anna")
    whole = visitor.cookie
    visitor.cookie = cookie.format(whole=whole, signed=whole.rsplit(".", 1)[0])
    assert not visitor.is_signed_in()
    visitor.cookie = whole
    assert visitor.is_signed_in()


def test_a_session_of_a_clock_that_went_wrong_ends_when_it_is_set_right(house: House) -> None:
    house.add("anna")
    visitor = house.visitor("anna")
    house.goes_on(-SKEW)
    assert visitor.is_signed_in()
    house.goes_on(-timedelta(days=365))
    assert not visitor.is_signed_in()
    assert visitor.sign_in("anna").status_code == 303


def test_what_was_to_be_told_is_told_once(house: House) -> None:
    house.add("anna")
    visitor = house.visitor("anna")
    visitor.get("/account")
    assert visitor.send("/account", name="Anna K.", language="en").status_code == 303
    assert "Your account was changed." in words(visitor.get("/account"))
    assert "Your account was changed." not in words(visitor.get("/account"))


def test_what_a_page_fetches_by_itself_does_not_keep_the_session(house: House) -> None:
    house.add("anna")
    visitor = house.visitor("anna")
    for _ in range(3):
        house.goes_on(IDLE / 4)
        response = visitor.get("/account", headers={"X-Unattended": "true"})
        assert response.status_code == 200
        assert "set-cookie" not in response.headers
    house.goes_on(IDLE / 4)
    assert not visitor.is_signed_in()
