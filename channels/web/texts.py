"""The widget's sentences by the names under which its modules ask for them."""

import functools

from bot.texts import Texts, languages


def widget_texts(texts: Texts) -> dict[str, str]:
    _ = texts.gettext
    return {
        "title": _("Kalauz: answers for newcomers"),
        "conversation": _("Conversation"),
        "question": _("Your question"),
        "placeholder": _("Write your question here"),
        "send": _("Send"),
        "sending": _("Sending…"),
        "sent": _("Sent"),
        "failed": _("Not sent."),
        "retry": _("Try again"),
        "loading": _("One moment, the answers are being loaded…"),
        "offline": _("No connection. Your message is kept."),
        "refused": _("This message could not be taken."),
        "too_long": _("This message is too long. Please write at most 2000 characters."),
        "person": _("Talk to a person"),
        "person_writes": _("A person writes: {name}"),
        "language": _("Change the language"),
        "size": _("Text size"),
        "aloud": _("Read aloud"),
        "dictate": _("Dictate"),
        "close": _("Close"),
        "look": _("Look for new messages"),
        "privacy": _(
            "You need no account and no name here. What you write is kept with this conversation, so that it goes on "
            "where you left it and editors can see which answers are missing."
        ),
        "privacy_delete": _("You can delete everything at any time."),
        "privacy_more": _("What is kept of this conversation"),
        "erase": _("Delete this conversation"),
        "erase_sure": _("Delete everything you wrote here?"),
        "erase_yes": _("Yes, delete everything"),
        "erase_no": _("No, keep it"),
        "erased": _("Everything that you wrote here is deleted."),
    }


@functools.cache
def launcher_words() -> dict[str, str]:
    """What the button of an embedded widget says, by language."""
    return {language: Texts(language).gettext("Your question") for language in sorted(languages())}
