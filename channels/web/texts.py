"""The widget's sentences by the names under which its modules ask for them."""

from bot.texts import Texts


def widget_texts(texts: Texts) -> dict[str, str]:
    _ = texts.gettext
    return {
        "title": _("Kalauz: answers for newcomers"),
        "conversation": _("Conversation"),
        "question": _("Your question"),
        "placeholder": _("Write your question here"),
        "send": _("Send"),
        "sending": _("Sending…"),
        "failed": _("Not sent."),
        "retry": _("Try again"),
        "loading": _("One moment, the answers are being loaded…"),
        "offline": _("No connection. Your message is kept."),
        "refused": _("This message could not be taken."),
        "too_long": _("This message is too long. Please write at most 2000 characters."),
        "person": _("Talk to a person"),
        "language": _("Change the language"),
        "erase": _("Delete this conversation"),
        "erase_sure": _("Delete everything you wrote here?"),
        "you": _("You"),
        "no_script": _("This page needs JavaScript."),
    }
