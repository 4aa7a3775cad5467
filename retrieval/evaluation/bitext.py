"""Bitext retrieval: does a translation find its English sentence, and the English its translation?"""

from pathlib import Path

import numpy as np

from retrieval.encoder import Encoder
from retrieval.evaluation.report import BadEvaluationFileError, Report, Row, mean, numbered_lines


def read_bitext(path: Path) -> tuple[list[str], list[str]]:
    """The English and the other side of `english<TAB>translation` lines."""
    english: list[str] = []
    translation: list[str] = []
    for number, line in numbered_lines(path):
        columns = line.split("\t")
        if len(columns) < 2:
            raise BadEvaluationFileError(f"{path}:{number}: expected english<TAB>translation")
        english.append(columns[0])
        translation.append(columns[1])
    if not english:
        raise BadEvaluationFileError(f"{path}:1: expected english<TAB>translation, the file is empty")
    return english, translation


def evaluate_bitext(paths: list[Path], encoder: Encoder) -> Report:
    """`p@1` of translation → English, `p@1_back` of English → translation, by cosine among the file's own lines."""
    report = Report({"encoder": encoder.name})
    for path in paths:
        english, translation = read_bitext(path)
        a, b = encoder.encode_passages(english), encoder.encode_passages(translation)
        scores = b @ a.T
        right = np.arange(len(english))
        report.rows.append(
            {
                "language": path.name.split(".")[0],
                "n": len(english),
                "p@1": mean((scores.argmax(axis=1) == right).tolist()),
                "p@1_back": mean((scores.argmax(axis=0) == right).tolist()),
            }
        )
    if len(paths) > 1:
        total: Row = {"language": "all", "n": sum(int(row["n"] or 0) for row in report.rows)}
        for name in ("p@1", "p@1_back"):
            total[name] = mean([float(row[name] or 0) for row in report.rows])
        report.rows.append(total)
    return report
