"""A publication that is planned: its boxes in an editor's form (`plan-day`, `plan-time`), and what is told of it."""

from collections.abc import Sequence
from datetime import UTC, datetime

from fastapi import Request

from bot.editing.planning import Plan
from channels.console.entries import Moment
from channels.console.forms import Form
from channels.console.gate import console, zone_of
from channels.console.pages import texts_of
from channels.console.texts import sentence
from knowledge_base.documents import to_local_time

# Why a text cannot be published.
FAULTS = {
    "no_steps": sentence("A procedure needs a step before it can be published."),
    "steps": sentence("Only a procedure has steps: please take them out before you publish."),
    "step_count": sentence("It does not have as many steps as the source text that it renders."),
    "own_words": sentence("Here a colleague publishes what you wrote: please ask for a review."),
}
# Why it is not published as planned.
PLAN_FAULTS = {**FAULTS, "changed": sentence("The draft was changed after it was planned: please plan it again.")}
# The buttons that plan, and whether a major change.
ACTS = {"plan-major": True, "plan-minor": False}


def of_languages(plans: Sequence[Plan]) -> dict[str, Plan]:
    """The plans of one article, by language."""
    return {plan.language: plan for plan in plans}


def time_planned(request: Request, form: Form) -> datetime | None:
    """The aware time in the form's boxes, by the site's clocks; what is none, or is over, is told."""
    _ = texts_of(request).gettext

    def say(box: str, told: str, **places: str) -> None:
        form.wrong[box] = _(told).format(**places)

    moment = Moment("plan", "")
    try:
        local = to_local_time(moment.read(form.values, None, say) or "")
        at = local.replace(tzinfo=zone_of(request)).astimezone(UTC)
    except (ValueError, OverflowError):
        if not form.wrong:
            form.wrong["plan-day"] = _(moment.fault)
        return None
    if at <= console(request).now():
        form.wrong["plan-day"] = _("Please choose a time to come.")
    return at


def told_time(request: Request, at: datetime) -> str:
    texts = texts_of(request)
    return texts.gettext("It will be published: {time}.").format(time=texts.day_and_time(at, zone_of(request)))
