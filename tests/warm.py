"""What a machine has after its first index: vectors of the starter content and of the phrases.

The transformer reads tens of thousands of texts for them, which the tests do once and share. A folder named by
`KALAUZ_TEST_VECTORS` keeps them from one run of the tests to the next.
"""

import functools
import os
import shutil
import tempfile
from atexit import register
from pathlib import Path

from filelock import FileLock

from knowledge_base.documents import Content
from knowledge_base.files import read
from knowledge_base.glossary import shipped_glossary
from retrieval.encoder import Encoder, load_encoder
from retrieval.library import Library
from retrieval.phrases import Phrase
from retrieval.recognition import PhraseIndex
from retrieval.starter import phrases, question_set
from retrieval.vectors import VectorCache

CONTENT = Path(__file__).parents[1] / "knowledge_base" / "content"


@functools.cache
def folder() -> Path:
    if kept := os.environ.get("KALAUZ_TEST_VECTORS"):
        return Path(kept)
    made = Path(tempfile.mkdtemp(prefix="kalauz-warm-"))
    register(shutil.rmtree, made, ignore_errors=True)
    return made


def share() -> None:
    """Let the processes that this one starts use its folder."""
    os.environ["KALAUZ_TEST_VECTORS"] = str(folder())


@functools.cache
def encoder() -> Encoder:
    return load_encoder()


def _alone() -> FileLock:
    """The others wait: what one has encoded they only read."""
    return FileLock(folder() / "lock")


@functools.cache
def starter_content() -> Content:
    return read(CONTENT)


@functools.cache
def starter_library() -> Library:
    with _alone():
        return Library(starter_content(), encoder(), cache=VectorCache(folder()), glossary=shipped_glossary())


@functools.cache
def phrase_index() -> PhraseIndex:
    known: list[Phrase] = phrases()
    questions = [question.text for question in question_set() if question.kind in ("in", "out")]
    with _alone():
        return PhraseIndex(known, questions, encoder(), cache=VectorCache(folder() / "phrases"))


def warm_phrases(index_dir: Path) -> None:
    """Give an index folder the vectors of the phrases."""
    phrase_index()
    shutil.copytree(folder() / "phrases", index_dir / "phrases", dirs_exist_ok=True)


def warm_starter(index_dir: Path) -> None:
    """Give an index folder everything that the starter content needs."""
    starter_library()
    phrase_index()
    shutil.copytree(folder(), index_dir, dirs_exist_ok=True, ignore=shutil.ignore_patterns("lock", "*.partial*"))
