import re
from datetime import timedelta

import pytest

from bot.handoff.delivery import Reached
from tests.channels.console.conftest import House, Office, Visitor, words

FIELDS = ("Fatima", "+36 30 123 4567", '/field{"value": "morning"}', '/field{"value": "en"}')


def case_of(visitor: Visitor) -> str:
    """The path of the only case at the desk."""
    (found,) = set(re.findall(r'href="/console(/desk/\d+)"', visitor.get("/desk").text))
    return str(found)


def client_id(visitor: Visitor, path: str) -> str:
    found = re.search(r'name="client_id" value="(\w+)"', visitor.get(path).text)
    assert found is not None
    return found[1]


def test_an_empty_desk_says_that_nobody_waits(office: Office) -> None:
    assert "Nobody waits." in words(office.counsellor("anna").get("/desk"))


def test_a_counsellor_sees_who_waits_takes_the_case_and_answers(office: Office) -> None:
    anna = office.counsellor("anna")
    migrant = office.migrant("How do I get a health card?")
    office.house.goes_on(timedelta(minutes=3))
    seen = words(anna.get("/desk"))
    assert "Waiting (1) English · Health" in seen
    assert "asked for a person · website · waits for 3 minutes" in seen
    path = case_of(anna)
    page = words(anna.get(path))
    assert "How do I get a health card?" in page
    assert "Nearest article: Health card" in page
    assert anna.send(f"{path}/accept").headers["location"] == f"/console{path}"
    sent = client_id(anna, path)
    for _ in range(2):
        assert anna.send(f"{path}/reply", text="Good morning <b>", client_id=sent).status_code == 303
    assert office.says(migrant)[-1] == "person: Good morning <b>"
    assert office.says(migrant).count("person: Good morning <b>") == 1
    assert "&lt;b&gt;" in anna.get(path).text
    anna.send(f"{path}/close", outcome="solved")
    assert "Nobody waits." in words(anna.get("/desk"))
    assert "Take it up again" in words(anna.get(path))


def test_the_nearest_article_is_sent_with_a_click(office: Office) -> None:
    anna = office.counsellor("anna")
    migrant = office.migrant("How do I get a health card?")
    path = case_of(anna)
    assert "Send this article" not in words(anna.get(path)), "who has not taken the case sends nothing"
    anna.send(f"{path}/accept")
    page = anna.get(path).text
    fields = dict(re.findall(r'name="(article|client_id)" value="([^"]+)"', page)[:2])
    assert fields["article"] == "health-card"
    assert anna.send(f"{path}/article", **fields).headers["location"] == f"/console{path}"
    said = office.says(migrant)[-1]
    assert said.startswith("person: ")
    assert "The office gives you a health card." in said
    assert "Office closed" in said, "what holds at the moment comes with it"
    assert anna.send(f"{path}/article", article="none", client_id="x").status_code == 404
    anna.send(f"{path}/release")
    anna.send(f"{path}/article", **{**fields, "client_id": "y"})
    assert "This cannot be done any more" in words(anna.get(path))


def test_labels_stand_in_the_list_and_can_be_taken_off(office: Office) -> None:
    anna = office.counsellor("anna")
    office.migrant()
    path = case_of(anna)
    anna.get(path)
    assert anna.send(f"{path}/label", label="<b>housing").status_code == 303
    assert '<bdi class="label">&lt;b&gt;housing</bdi>' in anna.get("/desk").text
    wrong = anna.send(f"{path}/label", label="x" * 31)
    assert wrong.status_code == 422
    assert "Please write 1 to 30 characters." in words(wrong)
    assert anna.send(f"{path}/unlabel", label="housing\0").status_code == 303
    anna.send(f"{path}/unlabel", label="<b>housing")
    assert "housing</bdi>" not in anna.get("/desk").text


def test_a_label_of_another_case_is_suggested(office: Office) -> None:
    anna = office.counsellor("anna")
    office.migrant()
    path = case_of(anna)
    office.migrant()
    anna.get(path)
    anna.send(f"{path}/label", label="housing")
    assert '<option value="housing">' not in anna.get(path).text
    assert '<option value="housing">' in anna.get("/desk/2" if path == "/desk/1" else "/desk/1").text


def test_with_htmx_an_answer_brings_an_empty_form_and_a_wrong_one_what_was_typed(office: Office) -> None:
    anna = office.counsellor("anna")
    office.migrant()
    path = case_of(anna)
    anna.get(path)
    anna.send(f"{path}/accept")
    first = client_id(anna, path)
    form = {"csrf": anna.token, "client_id": first}
    taken = anna.request("POST", f"{path}/reply", data={**form, "text": "Hello"}, headers={"HX-Request": "true"})
    assert taken.status_code == 200
    assert "Hello" not in taken.text
    assert first not in taken.text
    long = "x" * 2001
    wrong = anna.request("POST", f"{path}/reply", data={**form, "text": long}, headers={"HX-Request": "true"})
    assert long in wrong.text
    assert "Please write 1 to 2000 characters." in words(wrong)
    assert first in wrong.text


def test_who_comes_second_is_told_who_has_it_and_loses_no_words(office: Office) -> None:
    anna, bela = office.counsellor("anna"), office.counsellor("bela")
    office.migrant()
    path = case_of(anna)
    bela.get(path)
    anna.get(path)
    anna.send(f"{path}/accept")
    bela.send(f"{path}/accept")
    assert "A colleague has this conversation now." in words(bela.get(path))
    refused = bela.send(f"{path}/reply", text="Let me", client_id="b1")
    assert refused.status_code == 422
    assert "Let me" not in refused.text, "who does not have the case has no form"
    bela.send(f"{path}/take-over")
    assert bela.send(f"{path}/reply", text="Now me", client_id="b1").status_code == 303
    kept = anna.request(
        "POST",
        f"{path}/reply",
        data={"csrf": anna.token, "text": "My words", "client_id": "a1"},
        headers={"HX-Request": "true"},
    )
    assert "My words" in kept.text
    assert "A colleague has this conversation now." in words(kept)


def test_a_case_goes_to_a_colleague_back_to_all_and_to_the_assistant(office: Office) -> None:
    anna, bela = office.counsellor("anna"), office.counsellor("bela")
    migrant = office.migrant()
    path = case_of(anna)
    anna.get(path)
    anna.send(f"{path}/give", to=str(office.house.member("bela").id))
    assert "With colleagues (1)" in words(anna.get("/desk"))
    bela.get(path)
    bela.send(f"{path}/release")
    assert "Waiting (1)" in words(anna.get("/desk"))
    anna.send(f"{path}/accept")
    anna.send(f"{path}/return")
    assert office.says(migrant)[-1].startswith("bot: Anna has left the conversation.")


@pytest.mark.parametrize("to", ["", "0", "999", "x", "9" * 30])
def test_a_colleague_that_there_is_not_is_refused(office: Office, to: str) -> None:
    anna = office.counsellor("anna")
    office.migrant()
    path = case_of(anna)
    anna.get(path)
    assert anna.send(f"{path}/give", to=to).status_code == 404


def test_a_case_cannot_go_to_somebody_who_cannot_open_it(office: Office) -> None:
    anna = office.counsellor("anna")
    office.house.add("eva", "editor")
    office.migrant()
    path = case_of(anna)
    anna.get(path)
    assert anna.send(f"{path}/give", to=str(office.house.member("eva").id)).status_code == 404
    assert "Waiting (1)" in words(anna.get("/desk"))


def test_notes_stay_among_colleagues(office: Office) -> None:
    anna, bela = office.counsellor("anna"), office.counsellor("bela")
    migrant = office.migrant()
    path = case_of(anna)
    anna.get(path)
    anna.send(f"{path}/note", note="She <i>also</i> speaks French")
    assert "She &lt;i&gt;also&lt;/i&gt; speaks French" in bela.get(path).text
    assert "French" not in "".join(office.says(migrant))
    assert anna.send(f"{path}/note", note=" ").status_code == 422


def test_who_wants_to_be_called_back_stands_there_with_the_number(office: Office) -> None:
    anna = office.counsellor("anna")
    migrant = office.migrant()
    office.house.call(migrant.say, "/callback", *FIELDS)
    assert "To be called back (1)" in words(anna.get("/desk"))
    assert "+36 30 123 4567" in words(anna.get(case_of(anna)))


def test_a_conversation_that_was_deleted_is_gone_without_a_trace(office: Office) -> None:
    anna = office.counsellor("anna")
    migrant = office.migrant()
    path = case_of(anna)
    anna.get(path)
    office.house.call(migrant.erase)
    assert anna.get(path).status_code == 404
    assert anna.send(f"{path}/accept").status_code == 404
    assert "Nobody waits." in words(anna.get("/desk"))


def test_an_answer_on_the_website_says_whether_the_browser_has_it(office: Office) -> None:
    anna = office.counsellor("anna")
    migrant = office.migrant()
    path = case_of(anna)
    anna.get(path)
    anna.send(f"{path}/accept")
    anna.send(f"{path}/reply", text="Good morning", client_id="a1")
    assert "· sent, not known whether it arrived" in words(anna.get(f"{path}/talk"))
    started = migrant.started
    for after, state in ((0, "sent, not arrived yet"), (office.house.call(migrant.last).number, "seen by the browser")):
        office.house.call(
            lambda after=after: office.engine.messages(started.conversation_id, started.token, after=after)
        )
        assert f"· {state}" in words(anna.get(f"{path}/talk"))


def test_who_cannot_be_reached_on_telegram_any_more_is_marked_in_the_list_and_at_the_case(office: Office) -> None:
    anna = office.counsellor("anna")
    migrant = office.migrant(channel="telegram")
    id = migrant.started.conversation_id
    path = case_of(anna)
    anna.get(path)
    anna.send(f"{path}/accept")
    lost = "cannot be reached on Telegram any more"
    office.telegram[id] = Reached(1000)
    for client_id in ("a1", "a2"):
        anna.send(f"{path}/reply", text=client_id, client_id=client_id)
    page = words(anna.get(path))
    assert page.count("· delivered") == 2
    assert lost not in page + words(anna.get("/desk"))
    second = office.house.call(migrant.last).number
    office.telegram[id] = Reached(second - 2, refused=frozenset({second - 1}), unreachable=True)
    page = words(anna.get(path))
    assert "· not delivered: it was refused" in page
    assert "· sent, not arrived yet" in page
    assert lost in page
    assert lost in words(anna.get("/desk"))


def test_who_has_the_case_and_types_is_seen_typing(office: Office) -> None:
    anna, bela = office.counsellor("anna"), office.counsellor("bela")
    migrant = office.migrant()
    path = case_of(anna)
    for visitor in (anna, bela):
        visitor.get(path)
    anna.send(f"{path}/accept")
    assert f'data-types="/console{path}/typing"' in anna.get(path).text
    with office.news.listening(migrant.started.conversation_id) as listener:
        for visitor in (bela, anna):
            answer = visitor.request("POST", f"{path}/typing", headers={"X-CSRF-Token": visitor.token})
            assert (answer.status_code, answer.content) == (204, b"")
        assert [one.by for one in listener.heard()[1]] == [office.house.member("anna").id]
    assert anna.request("POST", f"{path}/typing").status_code == 403
    office.house.call(migrant.erase)
    assert anna.request("POST", f"{path}/typing", headers={"X-CSRF-Token": anna.token}).status_code == 404


@pytest.mark.parametrize("path", ["/desk/0", "/desk/x", "/desk/99", "/desk/1/talk", "/desk/1/stream"])
def test_a_case_that_there_is_not(office: Office, path: str) -> None:
    assert office.counsellor("anna").get(path).status_code == 404


def test_editors_do_not_read_conversations(office: Office) -> None:
    office.house.add("eva", "editor")
    eva = office.house.visitor("eva")
    for path in ("/desk", "/desk/inbox", "/desk/stream", "/desk/1", "/hours"):
        assert eva.get(path).status_code == 403


def test_while_the_content_loads_the_desk_says_so(house: House) -> None:
    house.add("anna", "counsellor")
    assert house.visitor("anna").get("/desk").status_code == 503


def test_a_counsellor_sets_languages_and_hours(office: Office) -> None:
    anna = office.counsellor("anna")
    anna.get("/hours")
    hours = {"mon": "8-12, 13:00-16:30", "exceptions": "2026-12-24 9-10"}
    saved = anna.send("/hours", **{"language-uk": "on", "topic-health": "on", **hours})
    assert saved.status_code == 303
    page = anna.get("/hours").text
    assert 'value="08:00-12:00, 13:00-16:30"' in page
    assert "2026-12-24 09:00-10:00" in page
    assert re.search(r'name="language-uk" value="on" checked', page)
    assert not re.search(r'name="language-en" value="on" checked', page)
    assert re.search(r'name="topic-health" value="on" checked', page)


def test_hours_that_are_none_come_back_with_what_is_wrong(office: Office) -> None:
    anna = office.counsellor("anna")
    anna.get("/hours")
    wrong = anna.send("/hours", mon="mornings", tue="8-12", exceptions="tomorrow")
    assert wrong.status_code == 422
    assert "These are no hours: mornings." in words(wrong)
    assert "These are no hours: tomorrow." in words(wrong)
    assert "Please choose at least one." in words(wrong)
    assert 'value="8-12"' in wrong.text


def test_an_admin_sets_the_hours_of_a_colleague(office: Office) -> None:
    office.counsellor("anna")
    office.house.add("vera", "admin")
    vera, anna = office.house.visitor("vera"), office.house.member("anna")
    assert f"/console/hours/{anna.id}" in vera.get(f"/staff/{anna.id}").text
    vera.get(f"/hours/{anna.id}")
    assert vera.send(f"/hours/{anna.id}", **{"language-ar": "on"}).headers["location"] == f"/console/staff/{anna.id}"
    assert re.search(r'name="language-ar" value="on" checked', vera.get(f"/hours/{anna.id}").text)
    assert vera.get("/hours/999").status_code == 404
