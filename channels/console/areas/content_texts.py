"""One text of an article: writing it beside its source, publishing it, and its revisions."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import ValidationError

from bot.editing.work import Editing, Taken
from channels.console.areas import Area
from channels.console.areas.content import PATH, Known, title_of
from channels.console.checking import LEVELS, told
from channels.console.entries import CHARACTER
from channels.console.foresight import Foresight, foreseen
from channels.console.forms import Form, Posted
from channels.console.gate import CurrentEditing, Editor, MissingError, SignedIn, console, needs, zone_of
from channels.console.pages import go, page, say, texts_of
from channels.console.planning import ACTS, FAULTS, PLAN_FAULTS, of_languages, time_planned, told_time
from channels.console.taking import losses
from channels.console.writing import (
    SOURCE,
    TITLES,
    arranged,
    filled,
    manuscript_of,
    newest,
    number_in,
    opened,
    pieces,
    put_together,
    source_in,
    source_of,
)
from knowledge_base.documents import Article, Revision
from knowledge_base.editing.differences import Differences, Part, differences, words_between
from knowledge_base.editing.fields import Fields
from knowledge_base.editing.manuscript import ConflictError, Manuscript, Saved, UnknownTextError, UnpublishableError
from knowledge_base.languages import endonym, is_right_to_left, primary
from knowledge_base.markdown import CONTROL_CHARACTER

router = APIRouter(prefix=f"{PATH}/{{article}}/{{language}}")
# In characters.
MOST_REMARK = 1000
Number = Annotated[int, Path(ge=1, lt=2**31)]


async def known_language(
    known: Known, language: Annotated[str, Path(pattern=r"^[A-Za-z-]{2,12}$")], editing: CurrentEditing
) -> str:
    """One that the article has, or that the site serves. Raises MissingError."""
    if language not in known.translations and language not in editing.languages:
        raise MissingError
    return language


Language = Annotated[str, Depends(known_language)]


@router.get("")
async def show(request: Request, at: Editor, editing: CurrentEditing, known: Known, language: Language) -> Response:
    return await _shown(request, at, editing, known, language, opened(known, language))


@router.post("")
async def write(
    request: Request, at: Editor, editing: CurrentEditing, known: Known, language: Language, form: Posted
) -> Response:
    """Save or publish what was written; or only show it again, with room for more or in another order."""
    values = arranged(form.values, form["act"])
    if values is not None:
        return await _shown(request, at, editing, known, language, Form(values))
    return await _kept(request, at, editing, known, language, form)


@router.post("/unplan")
async def unplan(request: Request, at: Editor, editing: CurrentEditing, known: Known, language: Language) -> Response:
    _ = texts_of(request).gettext
    was_planned = await editing.unplan(known.id, language, by=at.member.login)
    told = _("It is not planned any more, and stays a draft."), _("Nothing was planned.")
    say(request, told[0] if was_planned else told[1])
    return go(f"{PATH}/{known.id}/{language}")


@router.post("/give-back")
async def give_back(
    request: Request, at: Editor, editing: CurrentEditing, known: Known, language: Language, form: Posted
) -> Response:
    """Tell who asked for a review what to do about the draft; without a word nobody would know."""
    _ = texts_of(request).gettext
    remark = form["remark"].replace("\r\n", "\n").strip()
    if not 0 < len(remark) <= MOST_REMARK or CONTROL_CHARACTER.search(remark):
        say(request, _("Please write 1 to {count} characters.").format(count=MOST_REMARK))
        return go(f"{PATH}/{known.id}/{language}")
    was_asked = await editing.give_back(known.id, language, remark, by=at.member.login)
    say(request, _("It was given back.") if was_asked else _("Nobody waits for a review of this any more."))
    return go(f"{PATH}/{known.id}/{language}")


@router.post("/preview")
async def preview(
    request: Request, at: Editor, editing: CurrentEditing, known: Known, language: Language, form: Posted
) -> Response:
    """The piece of the page that shows what a migrant will read."""
    shown = _previewed(request, editing, known, language, form)
    return page(request, "content_preview.html", preview=shown)


@router.post("/check")
async def check(
    request: Request, at: Editor, editing: CurrentEditing, known: Known, language: Language, form: Posted
) -> Response:
    """The piece of the page that says what is worth a look."""
    looked = await _looked(request, editing, known, language, form)
    return page(request, "content_check.html", article=known, language=language, **looked)


async def show_taken_text(
    request: Request, at: SignedIn, editing: Editing, known: Article, language: str, taken: Taken
) -> Response:
    """The editor with what was read of somebody else's page or file, in place of the title and sections."""
    texts = texts_of(request)
    about = losses(taken, texts)
    if taken.language and primary(taken.language) != primary(language):
        seen = texts.gettext("It seems to be written in another language: {language}.")
        about.append(seen.format(language=endonym(taken.language)))
    form = filled(opened(known, language), taken)
    return await _shown(request, at, editing, known, language, form, taken=about)


@router.get("/revisions")
async def show_history(
    request: Request, at: Editor, editing: CurrentEditing, known: Known, language: Language
) -> Response:
    history = await editing.history(known.id, language)
    return page(request, "content_revisions.html", history=history, **_about(request, known, language))


@router.get("/revisions/{number}")
async def show_revision(
    request: Request,
    at: Editor,
    editing: CurrentEditing,
    known: Known,
    language: Language,
    number: Number,
    since: Annotated[int | None, Query(ge=1, lt=2**31)] = None,
) -> Response:
    """A revision with what is new in it since another, the one before it if none is named."""
    history = await editing.history(known.id, language)
    one = _of_number(history, number)
    if one is None:
        raise MissingError
    earlier = [saved for saved in history if (saved.revision.number or 0) < number]
    before = _of_number(history, since) if since else (earlier[0] if earlier else None)
    return page(
        request,
        "content_revision.html",
        one=one,
        before=before,
        earlier=earlier,
        is_newest=one is history[0],
        over=history[0].revision.number,
        **_compared(differences(before.revision.text if before else None, one.revision.text)),
        **_about(request, known, language),
    )


@router.post("/revisions/{number}")
async def revert(
    request: Request,
    at: Editor,
    editing: CurrentEditing,
    known: Known,
    language: Language,
    number: Number,
    form: Posted,
) -> Response:
    """Make a draft of an old revision."""
    _ = texts_of(request).gettext
    path = f"{PATH}/{known.id}/{language}"
    try:
        await editing.revert(known.id, language, number, over=number_in(form["over"]), by=at.member.login)
    except UnknownTextError as error:
        raise MissingError from error
    except ConflictError:
        say(request, _("A colleague has saved a newer text meanwhile. Please look at it first."))
        return go(f"{path}/revisions")
    say(request, _("The old text is a draft now. It is not published yet."))
    return go(path)


async def _kept(
    request: Request, at: SignedIn, editing: Editing, known: Article, language: str, form: Form
) -> Response:
    _, by, act = texts_of(request).gettext, at.member.login, form["act"]
    manuscript = manuscript_of(form, newest(known, language), console(request).now().date(), _)
    when = time_planned(request, form) if act in ACTS else None
    if manuscript is None or form.wrong:
        return await _shown(request, at, editing, known, language, form, status=422)
    try:
        source = source_in(form)
    except ValidationError:
        form.wrong["act"] = _(CHARACTER)
        return await _shown(request, at, editing, known, language, form, status=422)
    try:
        if when is not None:
            plan = await editing.plan(known.id, language, manuscript, major=ACTS[act], at=when, by=by, source=source)
            say(
                request,
                told_time(request, when)
                if plan
                else _("Migrants read exactly this already: there is nothing to plan."),
            )
            return go(f"{PATH}/{known.id}/{language}")
        if act == "review":
            asked = await editing.ask_review(known.id, language, manuscript, by=by, source=source)
            told = _("The draft was saved. Your colleagues see that it waits for a review.")
            say(request, told if asked else _("Migrants read exactly this already: there is nothing to review."))
            return go(f"{PATH}/{known.id}/{language}")
        if act in ("major", "minor"):
            await editing.publish(known.id, language, manuscript, major=act == "major", by=by, source=source)
            say(request, _("It is published: migrants read it within a second."))
            return go(f"{PATH}/{known.id}")
        await editing.save(known.id, language, manuscript, by=by, source=source)
    except ConflictError as error:
        both, theirs = put_together(error)
        both.values = {**both.values, **{key: form[key] for key in SOURCE if form[key]}}
        fresh = await editing.article(known.id)
        return await _shown(request, at, editing, fresh, language, both, status=409, theirs=theirs)
    except UnpublishableError as error:
        form.wrong["act"] = _(FAULTS[error.fault])
        return await _shown(request, at, editing, known, language, form, status=422)
    except UnknownTextError as error:
        raise MissingError from error
    say(request, _("The draft was saved."))
    plan = of_languages(await editing.plans(known.id)).get(language)
    if plan is not None and plan.fault is not None:
        say(request, _(PLAN_FAULTS[plan.fault]))
    return go(f"{PATH}/{known.id}/{language}")


async def _shown(
    request: Request,
    at: SignedIn,
    editing: Editing,
    known: Article,
    language: str,
    form: Form,
    *,
    status: int = 200,
    theirs: Fields | None = None,
    taken: Sequence[str] = (),
) -> Response:
    """The editor; `theirs` is what a colleague wrote where the form holds one's own words, `taken` what is told of a
    page or file that was read into it.
    """
    source = source_of(known, language)
    rendered = await _rendered(editing, known, form) if source else None
    beside = differences(rendered.text if rendered else None, source.text) if source else None
    disputed = {key: words_between(form[key], said) for key, said in (theirs or {}).items()}
    return page(
        request,
        "content_text.html",
        status,
        form=form,
        sent=request.method == "POST",
        pieces=pieces(form.values, steps=known.facts.kind == "procedure"),
        titles=TITLES,
        source=source,
        rendered=rendered,
        beside=beside,
        conflict=theirs is not None,
        taken=taken,
        disputed=disputed,
        leftover={key: parts for key, parts in disputed.items() if key not in form.values},
        preview=_previewed(request, editing, known, language, Form(form.values)),
        **await _looked(request, editing, known, language, Form(form.values)),
        newest=newest(known, language),
        second_reader=editing.second_reader,
        needs_reader=await editing.needs_reader(known.id, language, by=at.member.login),
        has_stood=await _has_stood(editing, known, language),
        plan=of_languages(await editing.plans(known.id)).get(language),
        review=next((one for one in await editing.reviews(known.id) if one.language == language), None),
        most_remark=MOST_REMARK,
        waiting=await needs(request).waiting.people(known.id),
        plan_faults=PLAN_FAULTS,
        **_about(request, known, language),
    )


async def _has_stood(editing: Editing, known: Article, language: str) -> bool:
    """Whether migrants read it, or did until it was withdrawn: what follows can be a minor change."""
    translation = known.translations.get(language)
    is_published = translation is not None and translation.published is not None
    return is_published or language in await editing.keeping.withdrawn(known.id)


async def _rendered(editing: Editing, known: Article, form: Form) -> Revision | None:
    """The source's revision that the translation renders so far."""
    try:
        return await editing.revision(known.id, known.source_language, number_in(form["renders"]))
    except UnknownTextError:
        return None


def _previewed(request: Request, editing: Editing, known: Article, language: str, form: Form) -> Foresight | None:
    """The text as it will be read; None where it cannot be read yet."""
    manuscript = _written(request, known, language, form)
    return foreseen(editing.preview(known, language, manuscript), language) if manuscript else None


async def _looked(request: Request, editing: Editing, known: Article, language: str, form: Form) -> dict[str, Any]:
    _ = texts_of(request).gettext
    found = await editing.checks.of(known, language, _written(request, known, language, form))
    findings = [line for finding in found.findings for line in told(finding, _)]
    return {"check": found, "findings": findings, "levels": LEVELS}


def _written(request: Request, known: Article, language: str, form: Form) -> Manuscript | None:
    today = console(request).now().date()
    return manuscript_of(form, newest(known, language), today, texts_of(request).gettext)


def _about(request: Request, known: Article, language: str) -> dict[str, Any]:
    return {
        "article": known,
        "title": title_of(known),
        "language": language,
        "written": "rtl" if is_right_to_left(language) else "ltr",
        "here": f"{PATH}/{known.id}/{language}",
        "zone": zone_of(request),
    }


def _compared(found: Differences) -> dict[str, Any]:
    shown: dict[str, list[Part]] = {key: parts for key, parts in found.fields.items() if parts}
    return {"shown": shown, "gone": found.gone, "changed": found.changed}


def _of_number(history: Any, number: int) -> Saved | None:
    return next((saved for saved in history if saved.revision.number == number), None)


AREA = Area(router)
