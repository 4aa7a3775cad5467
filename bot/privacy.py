"""What people are told of what is kept of them: in the conversation, and on a page that is there before it."""

from bot.texts import Texts
from retrieval.shown import ShownPrivacy


def kept(texts: Texts, privacy: ShownPrivacy) -> list[str]:
    """What is kept, who reads it, and for how long."""
    _ = texts.gettext
    said = [
        _("You need no account and no name here. What you write is kept with this conversation, "
          "so that it goes on where you left it and editors can see which answers are missing.")
    ]  # fmt: skip
    if privacy.callbacks:
        said.append(
            _("Only if you ask to be called back, I ask for a name and a number. "
              "They are kept apart from the conversation, encrypted.")
        )  # fmt: skip
    said.append(_("If you ask for a person, that person reads this conversation."))
    ends = _("If nothing more is written here and no person is dealing with it, everything is deleted after: {time}")
    said.append(ends.format(time=texts.days(privacy.retention_days)))
    said.append(_("You can delete everything at any time."))
    return said


def also(texts: Texts) -> list[str]:
    """What nobody asks in a conversation and everybody must be able to read."""
    _ = texts.gettext
    return [
        _("Backups may hold for a while longer what was deleted."),
        _("If you think that your data is used wrongly, you can complain to the data protection authority."),
    ]


def responsible(texts: Texts) -> str:
    """Said before the contacts of those who are."""
    return texts.gettext(
        "These people are responsible for what is kept. Ask them if you want a copy of it, "
        "or want it corrected or deleted:"
    )
