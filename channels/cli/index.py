"""`kalauz index`: build and describe the index."""

from typing import Annotated

import typer

from channels.cli.output import answer_is_no, err, print_json, progress_bar, run
from channels.settings import Settings

app = typer.Typer(help="The search index: build, info.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def build(json: Json = False) -> None:
    """Encode every passage that is new, and fit the confidence to the content.

    Example: kalauz index build
    """
    from channels.assembly import Assembly, NoContentError
    from channels.service import Served
    from retrieval.encoder import EncoderError

    settings = Settings.model_validate({})
    assembly = Assembly(
        database_url=settings.database, site=settings.site, encoder=settings.encoder, index_dir=settings.index_dir
    )

    async def work() -> Served | None:
        try:
            with progress_bar("passages encoded") as progress:
                return await assembly.follow(progress, refit=True)
        finally:
            await assembly.close()

    try:
        served = run(work())
    except (NoContentError, EncoderError) as error:
        answer_is_no(str(error))
    assert served is not None  # noqa: S101
    assert assembly.asking is not None  # noqa: S101
    fitted = assembly.asking.calibration
    if json:
        print_json(
            {
                "articles": served.articles,
                "passages": served.passages,
                "answer_from": fitted.answer_from,
                "fitted_on": fitted.questions,
                "answered": fitted.answered,
                "answered_wrong": fitted.wrong,
            }
        )
        return
    typer.echo(f"{served.articles} articles, {served.passages} passages.")
    err.print(
        f"Confidence fitted on {fitted.questions} questions: from {fitted.answer_from:.2f} on the bot answers; "
        f"there {fitted.answered:.0%} are answered, {fitted.wrong:.1%} wrongly."
    )


@app.command()
def info(json: Json = False) -> None:
    """What the index is made of; status 1 if it was not built yet.

    Example: kalauz index info
    """
    import numpy as np

    from channels.assembly import calibration_path
    from retrieval.confidence import Calibration
    from retrieval.encoder import DEFAULT, load_encoder
    from retrieval.vectors import VectorCache

    settings = Settings.model_validate({})
    encoder = load_encoder(settings.encoder or DEFAULT)
    path = VectorCache(settings.index_dir).path(encoder)
    if path is None or not path.exists():
        answer_is_no(f"there is no index for the encoder {encoder.name} yet; run `kalauz index build`")
    with np.load(path) as stored:
        texts = len(stored["keys"])
    fitted = Calibration.load(calibration_path(settings.index_dir, settings.site), encoder)
    found = {
        "encoder": encoder.name,
        "dimensions": encoder.dimensions,
        "texts": texts,
        "bytes": path.stat().st_size,
        "answer_from": fitted.answer_from if fitted else None,
    }
    if json:
        print_json(found)
    else:
        for name, value in found.items():
            typer.echo(f"{name}: {value}")
