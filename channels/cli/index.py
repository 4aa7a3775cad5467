"""`kalauz index`: build and describe the index."""

from typing import Annotated
from zipfile import BadZipFile

import typer

from channels.cli.output import answer_is_no, assembly, err, print_json, progress_bar, run, settings

app = typer.Typer(help="The search index: build, info.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def build(json: Json = False) -> None:
    """Encode every passage that is new, and fit the confidence to the content.

    Example: kalauz index build
    """
    from channels.service import Served
    from retrieval.confidence import Calibration

    async def work() -> tuple[Served, Calibration]:
        program = assembly()
        try:
            with progress_bar("passages encoded") as progress:
                served = await program.follow(progress, refit=True)
            assert served is not None  # noqa: S101
            assert program.asking is not None  # noqa: S101
            return served, program.asking.calibration
        finally:
            await program.close()

    served, fitted = run(work())
    if json:
        print_json(
            {
                "articles": served.articles,
                "passages": served.passages,
                "answer_from": fitted.answer_from,
                "fitted_on": fitted.questions,
                "answered_right": fitted.answered_right,
                "answered_wrong": fitted.answered_wrong,
                "out_answered": fitted.out_answered,
            }
        )
        return
    typer.echo(f"{served.articles} articles, {served.passages} passages.")
    err.print(
        f"Confidence fitted on {fitted.questions} questions: from {fitted.answer_from:.2f} on the bot answers; "
        f"there {fitted.answered_right:.0%} of the answerable ones are answered rightly, {fitted.answered_wrong:.1%} "
        f"wrongly, and {fitted.out_answered:.1%} of the others falsely."
    )


@app.command()
def info(json: Json = False) -> None:
    """What the index is made of; status 1 if it was not built yet.

    Example: kalauz index info
    """
    import numpy as np

    from retrieval.encoder import DEFAULT, EncoderError, load_encoder
    from retrieval.vectors import VectorCache

    chosen = settings()
    try:
        encoder = load_encoder(chosen.encoder or DEFAULT)
    except EncoderError as error:
        answer_is_no(str(error))
    path = VectorCache(chosen.index_dir).path(encoder)
    if path is None or not path.exists():
        answer_is_no(f"there is no index for the encoder {encoder.name} yet; run `kalauz index build`")
    try:
        with np.load(path) as stored:
            texts = len(stored["keys"])
    except (OSError, ValueError, KeyError, BadZipFile):
        answer_is_no(f"{path} is damaged; run `kalauz index build`, which replaces it")
    found = {
        "encoder": encoder.name,
        "dimensions": encoder.dimensions,
        "texts": texts,
        "bytes": path.stat().st_size,
    }
    if json:
        print_json(found)
    else:
        for name, value in found.items():
            typer.echo(f"{name}: {value}")
