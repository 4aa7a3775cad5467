"""`make texts`: collect the code's sentences into every catalogue, and begin a new one when asked.

Usage: python bot/locale/update.py [LANGUAGE [kalauz|console]]
"""

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[2]
# What migrants read, and what the staff read: each domain's folder, and the options that find its sentences.
DOMAINS = {
    "kalauz": ("bot/locale", ("--ignore-dirs=console", "bot", "channels", "retrieval")),
    "console": ("channels/console/locale", ("-F", "channels/console/locale/babel.cfg", "channels/console")),
}


def collected(domain: str = "kalauz") -> Catalog:
    """The sentences of the code, without places, so that catalogues change only when sentences do."""
    _, options = DOMAINS[domain]
    with TemporaryDirectory() as folder:
        template = Path(folder) / f"{domain}.pot"
        # `sentence` marks what is translated only when it is shown.
        marks = ("-k", "gettext", "-k", "sentence")
        command = ["pybabel", "-q", "extract", *marks, "--no-location", "-o", str(template), *options]
        subprocess.run([f"{sys.prefix}/bin/{command[0]}", *command[1:]], check=True, cwd=ROOT)  # noqa: S603
        with template.open("rb") as file:
            return read_po(file)


def catalogues(domain: str) -> list[Path]:
    return sorted((ROOT / DOMAINS[domain][0]).glob(f"*/LC_MESSAGES/{domain}.po"))


def update(path: Path, template: Catalog) -> None:
    """Bring one catalogue up to the template; its translations stay."""
    with path.open("rb") as file:
        catalogue = read_po(file, locale=path.parent.parent.name)
    catalogue.update(template, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    with path.open("wb") as file:
        write_po(file, catalogue, width=120, omit_header=True, sort_output=True)


def begin(language: str, domain: str = "kalauz") -> None:
    path = ROOT / DOMAINS[domain][0] / language.replace("-", "_") / "LC_MESSAGES" / f"{domain}.po"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()


if __name__ == "__main__":
    if len(sys.argv) > 1:
        begin(*sys.argv[1:])
    for name in DOMAINS:
        found = collected(name)
        for catalogue_path in catalogues(name):
            update(catalogue_path, found)
