"""`kalauz ask`: one question from the terminal."""

import re
from typing import Annotated

import typer

from channels.cli.output import assembly, bad_use, print_json, run


def ask(
    text: Annotated[str, typer.Argument(help="The question, in any language.")],
    language: Annotated[str | None, typer.Option(help="Answer in this language.")] = None,
    country: Annotated[str | None, typer.Option(help="Only this country, such as HU.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the object of POST /api/v1/ask.")] = False,
) -> None:
    """Answer one question. Status 1 if there is no answer.

    Example: kalauz ask "How do I get a TAJ card?"
    """
    from bot.blocks import answer_blocks, contact_cards, notice_blocks
    from bot.replies import Reply, Said
    from bot.texts import Texts
    from channels.service import now
    from retrieval.question import QuestionError
    from retrieval.shown import Answer

    check_language(language)
    if country is not None and not re.fullmatch("[A-Z]{2}", country):
        bad_use(f"{country!r} is not a country code such as HU")

    async def work() -> Answer:
        program = assembly()
        try:
            await program.follow()
            assert program.asking is not None  # noqa: S101
            return program.asking.ask(text, now=now(), language=language, country=country)
        finally:
            await program.close()

    try:
        answer = run(work())
    except QuestionError as error:
        bad_use(str(error))
    texts = Texts(answer.language.code)
    if json:
        print_json(answer.model_dump(mode="json"))
    elif answer.answer is not None:
        blocks = [*notice_blocks(answer.notices), *answer_blocks(answer.answer, texts, whole=True)]
        blocks += contact_cards(answer.contacts, texts, now())
        typer.echo(Reply(outcome="answer", blocks=blocks).plain_text())
    elif answer.outcome == "choices":
        typer.echo(texts.gettext("I am not sure what you mean. Is it one of these?"))
        for choice in answer.choices:
            typer.echo(f"- {choice.title} ({choice.article})")
    else:
        said = texts.gettext("I have no reviewed answer to this, and I do not want to guess.")
        blocks = [Said(language=texts.language, text=said), *contact_cards(answer.contacts, texts, now())]
        typer.echo(Reply(outcome="no_answer", blocks=blocks).plain_text())
    if answer.outcome != "answer":
        raise typer.Exit(1)


def check_language(tag: str | None) -> None:
    from knowledge_base.languages import TAG

    if tag is not None and not TAG.fullmatch(tag):
        bad_use(f"{tag!r} is not a language tag such as hu or zh-Hans")
