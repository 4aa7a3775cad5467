"""`make texts`: collect the code's sentences into every catalogue, and begin a new one when asked.

Usage: python bot/locale/update.py [LANGUAGE]
"""

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

HERE = Path(__file__).parent
ROOMS = ("bot", "channels", "retrieval")


def collected() -> Catalog:
    """The sentences of the code, without places, so that catalogues change only when sentences do."""
    with TemporaryDirectory() as folder:
        template = Path(folder) / "kalauz.pot"
        command = ["pybabel", "-q", "extract", "-k", "gettext", "--no-location", "-o", str(template), *ROOMS]
        subprocess.run([f"{sys.prefix}/bin/{command[0]}", *command[1:]], check=True, cwd=HERE.parents[1])  # noqa: S603
        with template.open("rb") as file:
            return read_po(file)


def update(path: Path, template: Catalog) -> None:
    """Bring one catalogue up to the template; its translations stay."""
    with path.open("rb") as file:
        catalogue = read_po(file, locale=path.parent.parent.name)
    catalogue.update(template, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    with path.open("wb") as file:
        write_po(file, catalogue, width=120, omit_header=True, sort_output=True)


def begin(language: str) -> None:
    path = HERE / language.replace("-", "_") / "LC_MESSAGES" / "kalauz.po"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()


if __name__ == "__main__":
    if len(sys.argv) > 1:
        begin(sys.argv[1])
    found = collected()
    for catalogue_path in sorted(HERE.glob("*/LC_MESSAGES/kalauz.po")):
        update(catalogue_path, found)
