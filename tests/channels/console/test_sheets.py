"""Documents as forms: nothing is lost on the way there and back, whoever else writes."""

from hypothesis import given
from hypothesis import strategies as st

from bot.editing.keeping import Options
from bot.texts import Texts
from channels.console.areas.contacts import contact_sheet
from channels.console.areas.notices import notice_sheet
from channels.console.forms import Form
from channels.console.texts import CONSOLE
from knowledge_base.documents import Contact, Notice, Topic
from tests.knowledge_base import strategies

TOPICS = ["health", "work", "law"]
OPTIONS = Options([Topic(id=id, name={"en": id}) for id in TOPICS], [], ["HU", "NO"])
SITE = ["en", "hu", "no", "sr-Latn", "zh-Hans", "ar", "uk"]
TEXTS = Texts("en", CONSOLE)
contacts = strategies.contacts("help-line", TOPICS)
notices = strategies.notices("closed", TOPICS)


def said(text: str) -> str:
    return text


@given(contacts)
def test_a_contact_survives_its_form(contact: Contact) -> None:
    topics = list(dict.fromkeys(contact.topics))
    known = contact.model_copy(update={"topics": topics, "languages": list(dict.fromkeys(contact.languages))})
    sheet = contact_sheet(known, OPTIONS, SITE, "Europe/Budapest", TEXTS)
    form = sheet.opened(known)
    assert sheet.seen(form) == known
    assert sheet.read(form, said) == known
    assert form.wrong == {}


@given(notices)
def test_a_notice_survives_its_form(notice: Notice) -> None:
    known = notice.model_copy(update={"topics": list(dict.fromkeys(notice.topics))})
    sheet = notice_sheet(known, OPTIONS, SITE, "Europe/Budapest", TEXTS)
    form = sheet.opened(known)
    assert sheet.read(form, said) == known
    assert form.wrong == {}


@given(contacts, contacts)
def test_who_alone_changed_a_contact_has_it_as_written(base: Contact, changed: Contact) -> None:
    sheet = contact_sheet(base, OPTIONS, SITE, "Europe/Budapest", TEXTS)
    for mine, theirs in ((changed, base), (base, changed), (changed, changed)):
        form = Form({**sheet.written(mine), "over": base.model_dump_json()})
        both, disputed = sheet.put_together(form, theirs)
        kept = {key: value for key, value in both.values.items() if value and key != "over"}
        assert kept == {key: value for key, value in sheet.written(changed).items() if value}
        assert disputed == {}
        assert sheet.seen(both) == theirs


@given(contacts, contacts, contacts)
def test_what_the_other_changed_is_in_the_form_or_told_beside_it(base: Contact, mine: Contact, theirs: Contact) -> None:
    sheet = contact_sheet(base, OPTIONS, SITE, "Europe/Budapest", TEXTS)
    form = Form({**sheet.written(mine), "over": base.model_dump_json()})
    both, disputed = sheet.put_together(form, theirs)
    old, own, other = (sheet.written(one) for one in (base, mine, theirs))
    for key in {**old, **own, **other}:
        values = [one.get(key, "") for one in (old, own, other)]
        told = any(key == unit or key.startswith(f"{unit}-") for unit in disputed)
        assert both[key] in values
        assert told or both[key] == (values[2] if values[1] == values[0] else values[1])


boxes = st.sampled_from(
    [
        *("name", "id", "kind", "country", "topics-0", "topics-7", "topics-999", "phones-0-number", "phones-3-note-hu"),
        *("hours-mon", "hours-x", "purpose-en", "purpose-xx", "sources-0-title", "sources-0-url", "sources-88-url"),
        *("languages-hu", "confidence", "website", "over", "act", "valid_from-day", "valid_from-time", "texts-en-text"),
        *("texts-en-title", "valid_until-day", "valid_until-time", "countries-HU"),
    ]
)
values = st.text(max_size=20) | st.sampled_from(
    ["2026-11-22", "24:00", "8-12", "HU", "health", "https://example.org", "high", "on", "{valid_until}", "{}", "null"]
)


@given(st.dictionaries(boxes, values))
def test_anything_that_is_sent_makes_a_document_or_says_which_boxes_are_wrong(sent: dict[str, str]) -> None:
    for sheet in (
        contact_sheet(None, OPTIONS, SITE, "Europe/Budapest", TEXTS),
        notice_sheet(None, OPTIONS, SITE, "Europe/Budapest", TEXTS),
    ):
        form = Form(sent)
        document = sheet.read(form, said)
        assert (document is None) == bool(form.wrong)
        if document is not None:
            assert sheet.read(sheet.opened(document), said) == document
