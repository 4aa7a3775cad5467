"""`/privacy`: what is kept and who is responsible, in the reader's language, before anybody writes a word."""

from typing import Annotated

from fastapi import APIRouter, Header
from fastapi.responses import HTMLResponse

from bot import privacy
from bot.texts import Texts, languages
from channels import policies
from channels.api.ask import LanguageTag
from channels.api.dependencies import CurrentAnswers
from channels.service import now
from channels.web import accepted_language
from knowledge_base.languages import endonym

router = APIRouter(include_in_schema=False)


@router.get("/privacy")
async def show(
    answers: CurrentAnswers, accept_language: Annotated[str, Header()] = "en", language: LanguageTag | None = None
) -> HTMLResponse:
    # Jinja is not needed before somebody comes.
    from bot.blocks import contact_cards
    from channels.web.drawing import drawn, templates

    texts, at = Texts(language or accepted_language(accept_language)), now()
    terms = answers.privacy(texts.language, now=at)
    html = (
        templates()
        .get_template("privacy.html")
        .render(
            language=texts.language,
            title=texts.gettext("What is kept of this conversation"),
            kept=privacy.kept(texts, terms),
            responsible=privacy.responsible(texts),
            contacts=drawn(contact_cards(terms.responsible, texts, at)),
            also=privacy.also(texts),
            site=texts.gettext("Kalauz: answers for newcomers"),
            choose=texts.gettext("Change the language"),
            languages={tag: endonym(tag) for tag in sorted(languages(), key=endonym)},
        )
    )
    return HTMLResponse(html, headers={**policies.FORM, "Vary": "Accept-Language"})
