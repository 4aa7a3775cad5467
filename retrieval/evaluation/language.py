"""Language detection on `expected_language<TAB>text` files, without priors."""

from pathlib import Path

from retrieval.evaluation.questions import same_language
from retrieval.evaluation.report import BadEvaluationFileError, Report, mean, numbered_lines
from retrieval.language import LanguageDetector


def read_texts(path: Path) -> list[tuple[str, str]]:
    found = []
    for number, line in numbered_lines(path):
        language, tab, text = line.partition("\t")
        if not tab:
            raise BadEvaluationFileError(f"{path}:{number}: expected language<TAB>text")
        found.append((language, text))
    return found


def evaluate_language(paths: list[Path], detector: LanguageDetector) -> Report:
    """`language_right`: the likeliest language is right; `sure`: the share on which the detector commits itself."""
    report = Report({"languages": detector.tags})
    rows = [row for path in paths for row in read_texts(path)]
    found = [(language, detector.detect(text)) for language, text in rows]
    for language in [*dict.fromkeys(language for language, _ in rows), "all"]:
        chosen = [(e, d) for e, d in found if language in ("all", e)]
        report.rows.append(
            {
                "language": language,
                "variant": "all",
                "n": len(chosen),
                "language_right": mean([same_language(next(iter(d.alternatives), None), e) for e, d in chosen]),
                "sure": mean([d.code is not None for _, d in chosen]),
            }
        )
    return report
