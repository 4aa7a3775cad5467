"""`kalauz evaluate`: measure retrieval, questions, language detection and bitext."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from channels.cli.output import answer_is_no, assembly, bad_use, err, print_report, run, settings

if TYPE_CHECKING:
    from retrieval.encoder import Encoder

app = typer.Typer(help="Evaluation: retrieval, questions, language, bitext.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
EncoderName = Annotated[str | None, typer.Option(help="Folder of an encoder, or a sentence-transformers model.")]
Files = Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, help="Files in the contract's format.")]


class RetrieverName(StrEnum):
    hybrid = "hybrid"
    dense = "dense"
    lexical = "lexical"


def _encoder(name: str | None) -> "Encoder":
    from retrieval.encoder import DEFAULT, EncoderError, load_encoder

    try:
        return load_encoder(name or settings().encoder or DEFAULT)
    except EncoderError as error:
        answer_is_no(str(error))


@app.command()
def retrieval(
    folder: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="A BEIR-like folder.")],
    corpus_language: Annotated[str | None, typer.Option(help="Only pages in this language.")] = None,
    retriever: Annotated[RetrieverName, typer.Option(help="Which side of the search.")] = RetrieverName.hybrid,
    encoder: EncoderName = None,
    split: Annotated[str, typer.Option(help="The queries' split.")] = "dev",
    json: Json = False,
) -> None:
    """Page retrieval, for every question language and page language.

    Example: kalauz evaluate retrieval ../shared/benchmarks/omos-qa --split dev
    """
    from retrieval.evaluation.ranking import evaluate_ranking
    from retrieval.evaluation.report import BadEvaluationFileError

    try:
        report = evaluate_ranking(
            folder,
            _encoder(encoder),
            split=split,
            retriever=retriever.value,
            corpus_language=corpus_language,
            report_progress=lambda line: err.print(line),
        )
    except (BadEvaluationFileError, FileNotFoundError) as error:
        bad_use(str(error))
    print_report(report, as_json=json)


@app.command()
def questions(files: Files, json: Json = False) -> None:
    """Question sets against the content of the database.

    Example: kalauz evaluate questions tests/benchmarks/questions/*.tsv
    """
    from channels.service import now
    from retrieval.evaluation.questions import evaluate_questions
    from retrieval.evaluation.report import BadEvaluationFileError, Report

    async def work() -> Report:
        program = assembly()
        try:
            await program.follow()
            assert program.asking is not None  # noqa: S101
            return evaluate_questions(files, program.asking, now=now())
        finally:
            await program.close()

    try:
        report = run(work())
    except BadEvaluationFileError as error:
        bad_use(str(error))
    print_report(report, as_json=json)


@app.command()
def language(files: Files, json: Json = False) -> None:
    """Language detection among the languages of the starter site.

    Example: kalauz evaluate language my-sentences.tsv
    """
    from channels.cli.kb import starter_content
    from knowledge_base.files import read_site
    from retrieval.evaluation.language import evaluate_language
    from retrieval.evaluation.report import BadEvaluationFileError
    from retrieval.language import LanguageDetector

    site = read_site(starter_content() / "sites" / "hungary.yaml")
    try:
        report = evaluate_language(files, LanguageDetector(site.languages))
    except BadEvaluationFileError as error:
        bad_use(str(error))
    print_report(report, as_json=json)


@app.command()
def bitext(files: Files, encoder: EncoderName = None, json: Json = False) -> None:
    """Does a translation find its English sentence?

    Example: kalauz evaluate bitext ../shared/benchmarks/ntrex/hu.tsv.gz
    """
    from retrieval.evaluation.bitext import evaluate_bitext
    from retrieval.evaluation.report import BadEvaluationFileError

    try:
        report = evaluate_bitext(files, _encoder(encoder))
    except BadEvaluationFileError as error:
        bad_use(str(error))
    print_report(report, as_json=json)
