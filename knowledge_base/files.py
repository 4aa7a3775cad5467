"""Content folders: read with every problem named by file and line, and written back."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from knowledge_base.documents import (
    Article,
    ArticleFacts,
    Contact,
    Content,
    Document,
    Line,
    Notice,
    Revision,
    Site,
    Text,
    Topic,
    Translation,
)
from knowledge_base.languages import TAG
from knowledge_base.markdown import body_problems
from knowledge_base.yaml_text import Location, YamlError, YamlText, dump

FENCE = "---\n"
FACT_FIELDS = frozenset(ArticleFacts.model_fields)
TEXT_FIELDS = frozenset(Text.model_fields) - {"body"}
REVISION_FIELDS = {"revision": "number", "last_major": "last_major", "renders": "renders", "reviewed": "reviewed"}

Model = TypeVar("Model", bound=Document)
LINE: TypeAdapter[str] = TypeAdapter(Line)
# By article and language: the questions, and the lines on which they stand.
Asked = dict[str, dict[str, dict[str, int]]]


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """Something in a file that an editor must mend; `line` counts from 1."""

    path: Path
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.reason}"


class BadContentError(ValueError):
    """The files have problems; nothing was taken in."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(f"{len(problems)} problems in the content files")
        self.problems = sorted(problems)


class _Reader:
    """Collects what it could read, and all problems."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self._topic_ids: set[str] = set()

    def text(self, path: Path) -> str | None:
        try:
            # "-sig": Windows editors begin a file with a byte order mark.
            return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
        except UnicodeDecodeError as error:
            line = error.object.count(b"\n", 0, error.start) + 1
            self.problems.append(Problem(path, line, "not UTF-8"))
        except OSError as error:
            self.problems.append(Problem(path, 1, f"cannot be read: {error.strerror}"))
        return None

    def yaml(self, path: Path, text: str, *, first_line: int = 1) -> YamlText | None:
        try:
            return YamlText(text)
        except YamlError as error:
            self.problems.append(Problem(path, error.line + first_line - 1, error.reason))
            return None

    def build(
        self,
        path: Path,
        model: type[Model],
        value: dict[str, Any],
        line: Callable[[Location], int],
        in_file: Callable[[Location], Location] = lambda location: location,
    ) -> Model | None:
        """The document, or None and problems; `in_file` says where the file has what the model has elsewhere."""
        try:
            return model.model_validate(value)
        except ValidationError as error:
            for item in error.errors():
                location = in_file(item["loc"])
                where = ".".join(str(part) for part in location)
                reason = item["msg"].removeprefix("Value error, ")
                if item["type"] == "missing":
                    reason = "this field is missing"
                elif item["type"] == "extra_forbidden":
                    reason = "no such field"
                self.problems.append(Problem(path, line(location), f"{where}: {reason}" if where else reason))
            return None

    def entries(self, folder: Path, suffix: str, expected: str) -> Iterator[Path]:
        """What lies in the folder, in order; a name with another suffix is a problem, a hidden file is not."""
        for path in sorted(folder.glob("[!.]*")):
            if path.suffix == suffix and path.is_file() == bool(suffix):
                yield path
            else:
                self.problems.append(Problem(path, 1, f"expected a name such as {expected}"))

    def yaml_documents(self, folder: Path, model: type[Model]) -> list[Model]:
        # As ids are ordered: with the suffix, `a-b` would stand before `a`.
        paths = sorted(self.entries(folder, ".yaml", "ID.yaml"), key=lambda path: path.stem)
        return [document for path in paths if (document := self.yaml_document(path, model)) is not None]

    def yaml_document(self, path: Path, model: type[Model]) -> Model | None:
        text = self.text(path)
        parsed = self.yaml(path, text) if text is not None else None
        if parsed is None:
            return None
        if "id" in parsed.value:
            self.problems.append(Problem(path, parsed.line(("id",)), "id: the name of the file is the id"))
        return self.build(path, model, {**parsed.value, "id": path.stem}, parsed.line)

    def topics(self, path: Path) -> list[Topic]:
        text = self.text(path) if path.exists() else None
        parsed = self.yaml(path, text) if text is not None else None
        return list(self._topics(path, parsed, parsed.value, None, ())) if parsed else []

    def _topics(
        self, path: Path, parsed: YamlText, branch: Any, parent: str | None, above: Location
    ) -> Iterator[Topic]:
        if not isinstance(branch, dict):
            self.problems.append(Problem(path, parsed.line(above), "expected topics"))
            return
        for name, value in branch.items():
            here = (*above, name)
            if not isinstance(value, dict):
                self.problems.append(Problem(path, parsed.line(here), f"{name}: expected `name` and `topics`"))
                continue
            if name in self._topic_ids:
                self.problems.append(Problem(path, parsed.line(here), f"{name}: this topic stands in the tree twice"))
            self._topic_ids.add(name)
            for field in ("id", "parent"):
                if field in value:
                    self.problems.append(Problem(path, parsed.line((*here, field)), f"{field}: no such field"))
            fields = {**{k: v for k, v in value.items() if k != "topics"}, "id": name, "parent": parent}
            topic = self.build(path, Topic, fields, lambda location, here=here: parsed.line((*here, *location)))  # type: ignore[misc]
            if topic is not None:
                yield topic
            yield from self._topics(path, parsed, value.get("topics", {}), name, (*here, "topics"))

    def asked(self, folder: Path) -> Asked:
        """The files `asked/LANG.tsv`: an article and a question a line, by article and language."""
        found: Asked = {}
        for path in self.entries(folder, ".tsv", "asked/hu.tsv"):
            if not TAG.fullmatch(path.stem):
                self.problems.append(Problem(path, 1, "expected a name such as hu.tsv"))
                continue
            text = self.text(path)
            if text is None:
                continue
            for number, line in enumerate(text.removesuffix("\n").split("\n"), 1):
                article, tab, question = line.partition("\t")
                if not article or not tab or not question.strip():
                    self.problems.append(Problem(path, number, "expected an article, a tab and a question"))
                    continue
                known = found.setdefault(article, {}).setdefault(path.stem, {})
                try:
                    LINE.validate_python(question)
                except ValidationError as error:
                    self.problems.append(Problem(path, number, error.errors()[0]["msg"].removeprefix("Value error, ")))
                if question in known:
                    self.problems.append(Problem(path, number, f"this question stands in line {known[question]} too"))
                known.setdefault(question, number)
        return found

    def article(self, folder: Path) -> Article | None:
        facts: dict[str, ArticleFacts] = {}
        translations: dict[str, dict[str, Revision]] = {}
        may_be_source: set[str] = set()
        before = len(self.problems)
        for path in self.entries(folder, ".md", "hu.md or hu.draft.md"):
            language, _, mark = path.stem.partition(".")
            if mark not in ("", "draft") or not TAG.fullmatch(language):
                self.problems.append(Problem(path, 1, "expected a name such as hu.md or hu.draft.md"))
                continue
            found = self._article_file(path)
            if found is None:
                may_be_source.add(language)
                continue
            file_facts, revision = found
            if file_facts is not None:
                if language in facts:
                    self.problems.append(Problem(path, 1, f"kind: stands in {language}.draft.md already"))
                facts[language] = file_facts
                may_be_source.add(language)
            translations.setdefault(language, {})["draft" if mark else "published"] = revision
        for language, parts in translations.items():
            for part, revision in parts.items():
                if revision.renders is None and language not in may_be_source:
                    path = folder / (f"{language}.md" if part == "published" else f"{language}.draft.md")
                    self.problems.append(Problem(path, 1, "renders: a translation names the source's revision"))
        if len(self.problems) > before:
            return None
        if len(facts) != 1:
            sources = ", ".join(sorted(facts)) or "none"
            reason = f"exactly one language carries kind, country, topics and sources; here {sources} does"
            self.problems.append(Problem(folder, 1, reason))
            return None
        (source_language, article_facts) = facts.popitem()
        value = {
            "id": folder.name,
            "facts": article_facts,
            "source_language": source_language,
            "translations": {language: Translation(**parts) for language, parts in translations.items()},
        }
        return self.build(folder, Article, value, lambda _: 1)

    def _article_file(self, path: Path) -> tuple[ArticleFacts | None, Revision] | None:
        text = self.text(path)
        if text is None:
            return None
        head, found, body = f"{text}\n".removeprefix(FENCE).partition("\n" + FENCE)
        if not text.startswith(FENCE) or not found:
            self.problems.append(Problem(path, 1, "expected front matter between two lines ---"))
            return None
        parsed = self.yaml(path, head, first_line=2)
        if parsed is None:
            return None
        blank_lines = body[: len(body) - len(body.lstrip())].count("\n")
        body_line = head.count("\n") + 4 + blank_lines
        body = body.strip()

        def line(location: Location) -> int:
            return body_line if location[:1] == ("body",) else parsed.line(location) + 1

        def in_file(location: Location) -> Location:
            if location[:1] == ("text",):
                return location[1:]
            return ("revision",) if location == ("number",) else location

        known = FACT_FIELDS | TEXT_FIELDS | REVISION_FIELDS.keys()
        unknown = [name for name in parsed.value if name not in known]
        for name in unknown:
            self.problems.append(Problem(path, line((name,)), f"{name}: no such field"))
        fact_values = {name: value for name, value in parsed.value.items() if name in FACT_FIELDS}
        facts = self.build(path, ArticleFacts, fact_values, line) if "kind" in fact_values else None
        if fact_values and "kind" not in fact_values:
            name = next(iter(fact_values))
            self.problems.append(Problem(path, line((name,)), f"{name}: belongs into the source language's file"))
        bad_body = [Problem(path, body_line + i - 1, f"body: {reason}") for i, reason in body_problems(body)]
        self.problems.extend(bad_body)
        text_values = {name: value for name, value in parsed.value.items() if name in TEXT_FIELDS}
        revision_values: dict[str, Any] = {"text": {**text_values, "body": "" if bad_body else body}}
        for field, name in REVISION_FIELDS.items():
            if field in parsed.value:
                revision_values[name] = parsed.value[field]
        revision = self.build(path, Revision, revision_values, line, in_file)
        if revision is None or unknown or bad_body or (fact_values and facts is None):
            return None
        return facts, revision


def _agreement(content: Content, root: Path) -> Iterator[Problem]:
    """Problems that show only when files are seen together."""
    topics = {topic.id for topic in content.topics}
    contacts = {contact.id for contact in content.contacts}
    for article in content.articles:
        folder = root / "articles" / article.id
        path = folder / f"{article.source_language}.md"
        for topic in article.facts.topics:
            if topic not in topics:
                yield Problem(path, 1, f"topics: there is no topic {topic!r} in topics.yaml")
        for contact in article.facts.contacts:
            if contact not in contacts:
                yield Problem(path, 1, f"contacts: there is no contacts/{contact}.yaml")
        source = article.translations[article.source_language].published
        source_draft = article.translations[article.source_language].draft
        newest = max(revision.number or 1 for revision in (source, source_draft) if revision)
        for language, translation in article.translations.items():
            revision = translation.published
            if revision is None:
                continue
            if language != article.source_language and (revision.renders or 0) > newest:
                reason = f"renders: the source has no revision {revision.renders}; give its file `revision: …`"
                yield Problem(folder / f"{language}.md", 1, reason)
            if (article.facts.kind == "procedure") != bool(revision.text.steps):
                yield Problem(
                    folder / f"{language}.md", 1, f"steps: a {article.facts.kind} has {len(revision.text.steps)}"
                )
            if (
                source
                and revision.renders == (source.number or 1)
                and len(revision.text.steps) != len(source.text.steps)
            ):
                yield Problem(folder / f"{language}.md", 1, "steps: not as many as in the source that it renders")
    for kind, documents in (("notices", content.notices), ("contacts", content.contacts)):
        for document in documents:
            for topic in document.topics:
                if topic not in topics:
                    yield Problem(root / kind / f"{document.id}.yaml", 1, f"topics: there is no topic {topic!r}")
    for site in content.sites:
        for contact in site.contacts:
            if contact not in contacts:
                yield Problem(root / "sites" / f"{site.id}.yaml", 1, f"there is no contacts/{contact}.yaml")


def read(root: Path) -> Content:
    """The content of a folder.

    Raises BadContentError, which names every bad file, unless all files are good.
    """
    if not root.is_dir():
        raise BadContentError([Problem(root, 1, "there is no such folder")])
    reader = _Reader()
    folders = list(reader.entries(root / "articles", "", "articles/ID/hu.md"))
    articles = [article for folder in folders if (article := reader.article(folder)) is not None]
    asked = reader.asked(root / "asked")
    content = Content(
        topics=reader.topics(root / "topics.yaml"),
        articles=[
            article.model_copy(update={"asked": {lang: list(rows) for lang, rows in asked.pop(article.id, {}).items()}})
            for article in articles
        ],
        notices=reader.yaml_documents(root / "notices", Notice),
        contacts=reader.yaml_documents(root / "contacts", Contact),
        sites=reader.yaml_documents(root / "sites", Site),
    )
    for article_id in asked.keys() - {folder.name for folder in folders}:
        for language, questions in asked[article_id].items():
            path, reason = root / "asked" / f"{language}.tsv", f"there is no article {article_id!r}"
            reader.problems.extend(Problem(path, line, reason) for line in questions.values())
    if not reader.problems:
        reader.problems.extend(_agreement(content, root))
    if not reader.problems and content == Content():
        reader.problems.append(Problem(root, 1, "no content: expected topics.yaml, articles/, contacts/, …"))
    if reader.problems:
        raise BadContentError(reader.problems)
    return content


def read_site(path: Path) -> Site:
    """One site's YAML file. Raises BadContentError."""
    reader = _Reader()
    site = reader.yaml_document(path, Site)
    if site is None or reader.problems:
        raise BadContentError(reader.problems)
    return site


def _fields(document: Document, *, without: set[str] = frozenset()) -> dict[str, Any]:  # type: ignore[assignment]
    return document.model_dump(exclude_defaults=True, exclude=without)


def revision_file(revision: Revision, facts: ArticleFacts | None) -> str:
    """The text of `LANG.md`."""
    head: dict[str, Any] = _fields(facts) if facts else {}
    head |= _fields(revision.text, without={"body"})
    if (revision.number, revision.last_major or revision.number) not in ((None, None), (1, 1)):
        head["revision"] = revision.number
        if revision.last_major != revision.number:
            head["last_major"] = revision.last_major
    if revision.renders is not None:
        head["renders"] = revision.renders
    head["reviewed"] = revision.reviewed
    body = revision.text.body
    return f"{FENCE}{dump(head)}{FENCE}{body}\n" if body else f"{FENCE}{dump(head)}{FENCE}"


def _topic_tree(topics: list[Topic], parent: str | None) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for topic in topics:
        if topic.parent == parent:
            below = _topic_tree(topics, topic.id)
            person = {"person": True} if topic.person else {}
            tree[topic.id] = {"name": topic.name, **person, **({"topics": below} if below else {})}
    return tree


def write(content: Content, root: Path) -> int:
    """Write the content's files under `root`; returns how many.

    Files of other ids stay; the folder of an article that is written holds only its own texts then.
    """
    files: dict[Path, str] = {}
    if content.topics:
        files[root / "topics.yaml"] = dump(_topic_tree(content.topics, None))
    for article in content.articles:
        for language, translation in article.translations.items():
            facts = article.facts if language == article.source_language else None
            folder = root / "articles" / article.id
            if translation.published:
                files[folder / f"{language}.md"] = revision_file(translation.published, facts)
            if translation.draft:
                draft_facts = facts if translation.published is None else None
                files[folder / f"{language}.draft.md"] = revision_file(translation.draft, draft_facts)
    for kind, documents in (("notices", content.notices), ("contacts", content.contacts), ("sites", content.sites)):
        for document in documents:
            files[root / kind / f"{document.id}.yaml"] = dump(_fields(document, without={"id"}))
    asked: dict[str, list[str]] = {}
    for article in content.articles:
        for language, questions in article.asked.items():
            asked.setdefault(language, []).extend(f"{article.id}\t{question}\n" for question in questions)
    written = {article.id for article in content.articles}
    for language, rows in asked.items():
        path = root / "asked" / f"{language}.tsv"
        known = path.read_text("utf-8").splitlines(keepends=True) if path.exists() else []
        files[path] = "".join([line for line in known if line.partition("\t")[0] not in written] + rows)
    for article in content.articles:
        for path in (root / "articles" / article.id).glob("*.md"):
            if path not in files:
                # Left from an earlier export: a draft that was published since, say.
                path.unlink()
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return len(files)
