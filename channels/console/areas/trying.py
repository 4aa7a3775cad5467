"""Try it: what the bot would say to a question, and why. Nobody's conversation, and nothing of it is counted."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import TypeAdapter, ValidationError

from bot.editing.trying import Trial, Trying
from bot.replies import Block, Buttons
from channels.console.areas import Area, Page
from channels.console.forms import Form, Posted
from channels.console.frame import ROOT
from channels.console.gate import CurrentEditing, CurrentKeeping, CurrentTrying, Editor, MissingError
from channels.console.pages import page, say, texts_of
from channels.console.texts import sentence
from knowledge_base.documents import Identifier, Line
from knowledge_base.editing.manuscript import UnknownTextError
from knowledge_base.languages import endonym
from retrieval.question import MAX_CHARACTERS, QuestionError

PATH = "/try"
LINE: TypeAdapter[str] = TypeAdapter(Line)
ID: TypeAdapter[str] = TypeAdapter(Identifier)
# What a kind of message is called, by the beginning of its name.
KINDS = {
    "urgent": sentence("danger"),
    "human": sentence("a wish for a person"),
    "vague": sentence("a message that does not say what it is about"),
    "ask-": sentence("a question that only the talk before it explains"),
    "go-": sentence("a word for moving on in the steps"),
    "stop": sentence("a word for moving on in the steps"),
    "resume": sentence("a word for moving on in the steps"),
    "yes": sentence("yes or no"),
    "no": sentence("yes or no"),
    "am-": sentence("something that people say of themselves"),
    "question": sentence("a question"),
}
SMALL_TALK = sentence("a greeting, thanks or other small talk")
# What the bot does, by the intent of the message.
DONE = {
    "answer": sentence("It answers with an article."),
    "choices": sentence("It is not sure, and offers articles to choose from."),
    "no_answer": sentence("It says that it has no answer."),
    "which_case": sentence(
        "It first asks who the answer is for, because the nearest articles hold for different people."
    ),
    "urgent": sentence("It shows whom to call at once."),
    "human": sentence("It leads to a person."),
    "vague": sentence("It asks what it is about."),
    "smalltalk": sentence("It answers in a few words."),
}
OTHER = sentence("It does what a button or a command of the chat does.")
BANDS = {
    "answer": sentence("enough for an answer"),
    "choices": sentence("enough to be offered"),
    "no_answer": sentence("too little"),
}
EVIDENCE = {
    "dense": sentence("Meaning: the nearest passage"),
    "dense_support": sentence("Meaning: the three nearest passages"),
    "ngram": sentence("Parts of words: the nearest passage"),
    "ngram_support": sentence("Parts of words: the three nearest passages"),
    "transformer": sentence("Whole sentences: the nearest passage"),
    "transformer_support": sentence("Whole sentences: the three nearest passages"),
    "passage_words": sentence("Same words: the nearest passage"),
    "document_words": sentence("Same words: the whole text"),
}
router = APIRouter(prefix=PATH)


@router.get("")
async def show(request: Request, at: Editor, editing: CurrentEditing) -> Response:
    return _page(request, editing.languages, Form(), None)


@router.post("")
async def try_out(
    request: Request, at: Editor, editing: CurrentEditing, trying: CurrentTrying, form: Posted
) -> Response:
    return await _tried(request, editing.languages, trying, form)


async def known_article(form: Posted, editing: CurrentEditing) -> str:
    """The article that is meant. Raises MissingError."""
    try:
        return (await editing.article(ID.validate_python(form["article"]))).id
    except (ValidationError, UnknownTextError) as error:
        raise MissingError from error


Meant = Annotated[str, Depends(known_article)]


# What follows shows the same question again, and does not send the browser to a page: an address would put people's
# words into its history and into logs. Sent twice, each changes nothing more.
@router.post("/asked")
async def add_to_asked(
    request: Request,
    at: Editor,
    article: Meant,
    editing: CurrentEditing,
    keeping: CurrentKeeping,
    trying: CurrentTrying,
    form: Posted,
) -> Response:
    """This is how people ask for the article."""
    _ = texts_of(request).gettext
    language = _language(form["said"], editing.languages)
    try:
        question = LINE.validate_python(" ".join(form["question"].split()))
    except ValidationError:
        form.wrong["question"] = _("It is too long to be kept, or has a character that cannot be shown.")
        return _page(request, editing.languages, form, None, 422)
    await keeping.change_asked(article, language, added=[question], removed=[], by=at.member.login)
    told = _("From now on this is one of the ways to ask for the article in {language}. Try it again in a moment.")
    say(request, told.format(language=endonym(language)))
    return await _tried(request, editing.languages, trying, form)


@router.post("/kept")
async def keep_as_test(
    request: Request, at: Editor, article: Meant, editing: CurrentEditing, trying: CurrentTrying, form: Posted
) -> Response:
    _ = texts_of(request).gettext
    language = _language(form["said"], editing.languages)
    try:
        await trying.keep(form["question"], language, article, by=at.member.login)
    except QuestionError as error:
        return _refused(request, editing.languages, form, error)
    say(request, _("It is kept as a test: whether this article answers it stands under Quality from now on."))
    return await _tried(request, editing.languages, trying, form)


async def _tried(request: Request, languages: list[str], trying: Trying, form: Form) -> Response:
    chosen = form["language"] if form["language"] in languages else None
    try:
        trial = await trying.try_out(form["question"], chosen)
    except QuestionError as error:
        return _refused(request, languages, form, error)
    return _page(request, languages, form, trial)


def _refused(request: Request, languages: list[str], form: Form, error: QuestionError) -> Response:
    texts = texts_of(request)
    told = {
        "empty": texts.gettext("Please write something here."),
        "too_long": texts.gettext("Please write 1 to {count} characters.").format(count=texts.number(MAX_CHARACTERS)),
    }
    form.wrong["question"] = told.get(error.code) or texts.gettext("It has a character that cannot be shown.")
    return _page(request, languages, form, None, 422)


def _page(request: Request, languages: list[str], form: Form, trial: Trial | None, status: int = 200) -> Response:
    return page(
        request,
        "try.html",
        status,
        form=form,
        languages=languages,
        most=MAX_CHARACTERS,
        trial=trial,
        said_back=_drawn(trial) if trial else [],
        kinds=[(_kind(kind), kind, share) for kind, share in trial.kinds] if trial else [],
        done=DONE.get(trial.intent, OTHER) if trial else "",
        kept_in=_language(trial.language, languages) if trial else "",
        bands=BANDS,
        evidence=EVIDENCE,
    )


def _drawn(trial: Trial) -> list[dict[str, Any]]:
    """The replies as the widget draws them, piece by piece; nothing can be pressed, so buttons are only named."""
    # Jinja's templates of the widget are not needed before somebody tries something.
    from channels.web.drawing import drawn

    def piece(block: Block) -> dict[str, Any]:
        if isinstance(block, Buttons):
            return {"html": "", "buttons": block.buttons}
        return {"html": drawn([block]), "buttons": []}

    return [piece(block) for reply in trial.replies for block in reply.blocks]


def _kind(kind: str) -> str:
    return next((named for start, named in KINDS.items() if kind.startswith(start)), SMALL_TALK)


def _language(tag: str, languages: list[str]) -> str:
    """The language that a question is kept in: its own, if the site serves it."""
    return tag if tag in languages else languages[0]


AREA = Area(
    router,
    (
        Page(
            ROOT + PATH,
            sentence("Try it"),
            sentence("Ask as a migrant would, and see why the bot says that."),
            "editor",
        ),
    ),
)
