import re
from datetime import timedelta

import pyotp
import pytest

from channels.console.areas.audit import ACTIONS, SHOWN
from tests.channels.console.conftest import PASSWORD, House, Newsroom, Visitor, words, write
from tests.channels.console.test_needs import asked, gap_of

# What a new article, topic, notice or contact needs.
NEW = {
    "id": "new",
    "title": "New",
    "name": "New",
    "name__en": "New",
    "purpose__en": "Helps",
    "topics__0": "health",
    "sources__0__title": "Leaflet",
    "valid_from__day": "2026-12-24",
    "texts__en__title": "New",
    "texts__en__text": "New.",
}


@pytest.fixture
def root(house: House) -> Visitor:
    house.add("root", "admin")
    visitor = house.visitor("root")
    visitor.get("/account")
    return visitor


def rows(page: str) -> list[list[str]]:
    cells = [re.findall(r"<td>(.*?)</td>", row, re.S) for row in re.findall(r"<tr>(.*?)</tr>", page, re.S)]
    return [[re.sub(r"<[^>]+>", "", cell) for cell in row] for row in cells if row]


def test_who_changed_what_is_told_newest_first_in_the_sites_time(house: House, root: Visitor) -> None:
    anna = house.add("anna")
    root.send(f"/staff/{anna.id}/close")
    when = "Nov 22, 2026, 1:00:00\u202fPM"
    assert rows(root.get("/audit").text) == [
        [when, "root", "Account closed", "anna"],
        [when, "(test)", "Account made, as editor", "anna"],
        [when, "(test)", "Account made, as admin", "root"],
    ]


def test_everything_that_is_recorded_has_a_sentence(house: House, root: Visitor, newsroom: Newsroom) -> None:
    anna = house.add("anna", "counsellor")
    for role in ("editor", "counsellor", "admin"):
        root.send(f"/staff/{anna.id}/role", role=role)
    root.send(f"/staff/{anna.id}/codes")
    secret = house.call(house.accounts.codes.begin, anna.id, PASSWORD)
    house.call(house.accounts.codes.confirm, anna.id, pyotp.TOTP(secret).at(house.now()))
    root.send(f"/staff/{anna.id}/codes")
    for act in ("close", "open"):
        root.send(f"/staff/{anna.id}/{act}")
    root.send(f"/staff/{anna.id}/password", password="another long sentence")
    root.send("/account", name="Root", language="en")
    house.add("piri", "editor")
    text = "/content/health-card/en"
    for act, title, over in (("save", "A", "1"), ("minor", "A", "2"), ("major", "B", "2")):
        root.get(text)
        root.send(text, title=title, over=over, act=act)
    root.send(f"{text}/revisions/1", over="3")
    asked(newsroom)
    key = gap_of(root.get("/needs").text).removeprefix("/needs/")
    taken = {f"take-{key}": "on", f"text-{key}": "Where?", "article": "tax-card"}
    root.send(f"/needs/{key}", **taken, act="aside")
    root.send("/needs/aside", key=key)
    root.send(f"/needs/{key}", **taken, act="answer")
    for path in ("/add-article", "/add-topic", "/add-notice", "/add-contact"):
        write(root, path, **NEW)
    write(root, "/content/health-card/facts", as_of="2026")
    write(root, "/content/health-card/asked/hu", questions="Hol a kártya?")
    for path in (
        "/content/health-card/withdraw",
        "/content/health-card/put-back",
        "/notices/office-closed/end",
        "/notices/new/delete",
        "/contacts/new/remove",
        "/topics/new/move",
        "/topics/new/remove",
    ):
        root.send(path)
    root.send("/try/kept", question="card", article="health-card", said="en")
    root.send("/quality/1/drop")
    write(root, text, "review", title="C")
    root.send(f"{text}/give-back", remark="Which one?")
    write(root, text, "plan-major", title="C", plan__day="2026-12-24")
    house.goes_on(timedelta(days=40))
    house.call(newsroom.editors.tick)
    root = house.visitor("root")
    write(root, text, "plan-major", title="D", plan__day="2027-12-24")
    root.send(f"{text}/unplan")
    told = {row[2] for row in rows(root.get("/audit").text)}
    assert told == set(ACTIONS.values())


def test_older_changes_are_read_on(house: House, root: Visitor) -> None:
    anna = house.add("anna")
    for _ in range(SHOWN):
        house.call(lambda: house.accounts.open(anna.id, by="root"))
    first = root.get("/audit").text
    assert len(rows(first)) == SHOWN
    older = re.search(r'href="/console(/audit\?before=\d+)"', first)
    assert older is not None
    rest = root.get(older[1])
    assert [row[2] for row in rows(rest.text)] == ["Account made, as editor", "Account made, as admin"]
    assert "Older changes" not in words(rest)


@pytest.mark.parametrize("before", ["0", "x", "-1", str(10**30)])
def test_a_place_that_cannot_be_is_no_page(root: Visitor, before: str) -> None:
    assert root.get(f"/audit?before={before}").status_code == 404


def test_before_everything_there_is_nothing(root: Visitor) -> None:
    assert "Nothing was changed yet." in words(root.get("/audit?before=1"))
