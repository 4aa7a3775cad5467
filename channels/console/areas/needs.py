"""What people asked and could not get, gathered by meaning, and what editors do about it."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from pydantic import TypeAdapter, ValidationError

from bot.editing.keeping import Keeping
from bot.editing.work import Editing
from bot.needs.work import Needs, UnknownQuestionError
from channels.console.areas import Area, Page
from channels.console.areas.content_facts import show_asked, told_linked
from channels.console.forms import Form, Posted
from channels.console.frame import ROOT
from channels.console.gate import CurrentEditing, CurrentKeeping, CurrentNeeds, Editor, MissingError, SignedIn
from channels.console.pages import go, page, say, texts_of
from channels.console.texts import sentence
from knowledge_base.documents import Line
from knowledge_base.editing.manuscript import UnknownTextError

PATH = "/needs"
ASIDE = f"{PATH}/aside"
# How many gaps are shown: the others can wait until these are filled.
SHOWN = 20
REASONS = {
    "no_answer": sentence("no answer was found"),
    "none_of_these": sentence("none of the choices was right"),
    "did_not_help": sentence("the answer did not help"),
}
LINE: TypeAdapter[str] = TypeAdapter(Line)
router = APIRouter(prefix=PATH)
Key = Annotated[str, Path(pattern=r"^[0-9a-f]{18}$")]


@router.get("")
async def show(request: Request, at: Editor, needs: CurrentNeeds) -> Response:
    gaps = await needs.gaps(at.member.language, SHOWN + 1)
    aside = await needs.aside()
    return page(
        request,
        "needs.html",
        gaps=gaps[:SHOWN],
        begun=await needs.waiting.begun(gap for gap, _ in gaps[:SHOWN]),
        more=len(gaps) > SHOWN,
        most=needs.most,
        aside=len(aside),
    )


@router.get("/aside")
async def show_aside(request: Request, at: Editor, needs: CurrentNeeds) -> Response:
    return page(request, "needs_aside.html", questions=await needs.aside())


@router.post("/aside")
async def take_up(request: Request, at: Editor, needs: CurrentNeeds, form: Posted) -> Response:
    if await needs.settle([form["key"]], None, by=at.member.login):
        say(request, texts_of(request).gettext("The question is among the others again."))
    return go(ASIDE)


@router.get("/{key}")
async def show_gap(request: Request, at: Editor, needs: CurrentNeeds, key: Key) -> Response:
    return await _shown(request, at, needs, key, Form())


@router.post("/{key}")
async def settle(
    request: Request,
    at: Editor,
    needs: CurrentNeeds,
    editing: CurrentEditing,
    keeping: CurrentKeeping,
    key: Key,
    form: Posted,
) -> Response:
    """What was ticked is answered by the chosen article, waits for a draft or for a new article, or is set aside."""
    texts = texts_of(request)
    chosen = {name.removeprefix("take-") for name in form.values if name.startswith("take-")}
    if not chosen:
        form.wrong["chosen"] = texts.gettext("Please tick a question first.")
        return await _shown(request, at, needs, key, form, 422)
    if form["act"] == "aside":
        count = await needs.settle(chosen, "aside", by=at.member.login)
        told = texts.ngettext("{count} question was set aside.", "{count} questions were set aside.", count)
        say(request, told.format(count=texts.number(count)))
        return go(PATH)
    written = {one: form[f"text-{one}"].strip() for one in chosen}
    for one, text in written.items():
        try:
            LINE.validate_python(text)
        except ValidationError:
            form.wrong[f"text-{one}"] = texts.gettext("Please write one line of at most 1000 characters.")
    if form.wrong:
        return await _shown(request, at, needs, key, form, 422)
    if form["act"] == "begin":
        return await _begun(request, at, needs, editing, keeping, key, written)
    if form["act"] == "wait":
        try:
            linked = await needs.waiting.link(form["draft"], written, by=at.member.login, moved=True)
        except UnknownTextError:
            form.wrong["draft"] = texts.gettext("Please choose one of these.")
            return await _shown(request, at, needs, key, form, 422)
        say(request, told_linked(request, linked))
        return go(PATH)
    try:
        tell = bool(form["tell"])
        answered = await needs.answered(form["article"], written, by=at.member.login, tell=tell)
    except UnknownTextError:
        form.wrong["article"] = texts.gettext("Please choose one of these.")
        return await _shown(request, at, needs, key, form, 422)
    except UnknownQuestionError:
        return _overtaken(request)
    told = texts.ngettext(
        "{count} question leads to the article from now on.",
        "{count} questions lead to the article from now on.",
        answered.questions,
    ).format(count=texts.number(answered.questions))
    if tell:
        heard = texts.ngettext(
            "{count} conversation has got the answer.",
            "{count} conversations have got the answer.",
            answered.told,
        )
        told += " " + heard.format(count=texts.number(answered.told))
    say(request, told)
    return go(PATH)


async def _begun(
    request: Request,
    at: SignedIn,
    needs: Needs,
    editing: Editing,
    keeping: Keeping,
    key: str,
    written: Mapping[str, str],
) -> Response:
    """The form for an article that will answer what was ticked, by the question that names the gap, or the first."""
    try:
        gap, _ = await needs.gap(key, at.member.language)
    except UnknownQuestionError:
        return _overtaken(request)
    taken = [one for one, _ in gap.said if one.key in written]
    if not taken:
        return _overtaken(request)
    named = next((one for one in taken if one.text == gap.named_by.text), taken[0])
    title, language = written[named.key], named.language
    return await show_asked(request, at, editing, keeping, written, title=title, language=language)


def _overtaken(request: Request) -> Response:
    told = texts_of(request).gettext("A colleague has settled one of these questions meanwhile, or it was deleted.")
    say(request, told)
    return go(PATH)


async def _shown(request: Request, at: Editor, needs: Needs, key: str, form: Form, status: int = 200) -> Response:
    try:
        gap, nearest = await needs.gap(key, at.member.language)
    except UnknownQuestionError as error:
        raise MissingError from error
    near = {one.article for one in nearest}
    return page(
        request,
        "needs_gap.html",
        status,
        form=form,
        sent=request.method == "POST",
        key=key,
        gap=gap,
        nearest=nearest,
        begun=await needs.waiting.begun([gap]),
        drafts=await needs.waiting.unpublished(),
        others=[one for one in needs.articles(at.member.language) if one.article not in near],
        reasons=REASONS,
        recent=needs.recent_days,
    )


AREA = Area(
    router,
    (
        Page(
            ROOT + PATH,
            sentence("What is missing"),
            sentence("What people asked and found no answer to, gathered by meaning."),
            "editor",
        ),
    ),
)
