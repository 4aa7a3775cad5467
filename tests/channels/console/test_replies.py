import re

from httpx2 import Response

from tests.channels.console.conftest import Office, Visitor, words
from tests.channels.console.test_desk import case_of


def add(visitor: Visitor, **fields: str) -> Response:
    visitor.get("/replies/add")
    return visitor.send("/replies/add", **fields)


def offered(page: str) -> list[str]:
    """What can be put into the answer at a case."""
    return re.findall(r'data-insert="([^"]+)"', page)


def test_a_reply_is_added_changed_and_deleted(office: Office) -> None:
    anna = office.counsellor("anna")
    assert "There are none yet." in words(anna.get("/replies"))
    assert add(anna, language="en", title="Greeting", text="Good <b>day").headers["location"] == "/console/replies"
    page = anna.get("/replies")
    assert "The reply was saved." in words(page)
    assert "Good &lt;b&gt;day" in page.text
    assert 'value="Greeting"' in anna.get("/replies/1").text
    anna.send("/replies/1", language="uk", title="Hello", text="Добрий день")
    assert "українська Hello Добрий день" in words(anna.get("/replies"))
    anna.send("/replies/1/delete")
    page = anna.get("/replies")
    assert "The reply was deleted." in words(page)
    assert "Hello" not in page.text


def test_an_incomplete_reply_comes_back_with_what_was_typed(office: Office) -> None:
    anna = office.counsellor("anna")
    wrong = add(anna, language="xx", title="x" * 61, text=" ")
    assert wrong.status_code == 422
    assert "x" * 61 in wrong.text
    assert "Please choose one of these." in words(wrong)
    assert "Please write 1 to 60 characters." in words(wrong)
    assert "Please write 1 to 2000 characters." in words(wrong)
    assert "There are none yet." in words(anna.get("/replies"))


def test_a_colleague_deletes_what_is_just_being_changed(office: Office) -> None:
    anna, bela = office.counsellor("anna"), office.counsellor("bela")
    add(anna, language="en", title="Greeting", text="Good day")
    anna.get("/replies/1")
    bela.get("/replies/1")
    bela.send("/replies/1/delete")
    assert anna.send("/replies/1", language="en", title="Greeting", text="Hello").status_code == 404
    assert anna.send("/replies/1/delete").status_code == 303


def test_at_a_case_of_mine_those_in_its_language_are_offered(office: Office) -> None:
    anna = office.counsellor("anna")
    add(anna, language="en", title="Greeting", text="Good day")
    add(anna, language="uk", title="Greeting", text="Добрий день")
    office.migrant()
    path = case_of(anna)
    assert offered(anna.get(path).text) == []
    anna.send(f"{path}/accept")
    assert offered(anna.get(path).text) == ["Good day"]


def test_who_does_not_speak_the_language_is_offered_the_shared_one(office: Office) -> None:
    judit = office.counsellor("judit", "hu")
    add(judit, language="uk", title="Greeting", text="Добрий день")
    add(judit, language="hu", title="Greeting", text="Jó napot")
    office.migrant()
    path = case_of(judit)
    judit.get(path)
    judit.send(f"{path}/accept")
    assert offered(judit.get(path).text) == ["Jó napot"]


def test_an_admin_keeps_replies_and_an_editor_does_not_see_them(office: Office) -> None:
    office.house.add("vera", "admin")
    office.house.add("eva", "editor")
    vera, eva = office.house.visitor("vera"), office.house.visitor("eva")
    assert add(vera, language="en", title="Greeting", text="Good day").status_code == 303
    for path in ("/replies", "/replies/add", "/replies/1"):
        assert eva.get(path).status_code == 403
    assert eva.send("/replies/1/delete").status_code == 403
    assert vera.get("/replies/2").status_code == 404
