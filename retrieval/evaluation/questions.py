"""Question sets: what is answered rightly, wrongly, or not, per language and variant."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from knowledge_base.languages import SERBO_CROATIAN, primary
from retrieval.answers import Answers
from retrieval.evaluation.report import Report, Row, mean
from retrieval.question_sets import Question, read_questions
from retrieval.shown import Answer


@dataclass(frozen=True, slots=True)
class Asked:
    question: Question
    answer: Answer


def same_language(a: str | None, b: str) -> bool:
    """Equal by primary subtag; Bosnian, Croatian and Serbian in Latin letters count as one."""
    if a is None:
        return False
    cluster = {primary(tag) for tag in SERBO_CROATIAN}
    return primary(a) == primary(b) or {primary(a), primary(b)} <= cluster


def evaluate_questions(paths: list[Path], answers: Answers, *, now: datetime) -> Report:
    """Ask everything, with no prior on the language, at the time `now`."""
    calibration = answers.calibration
    meta = {
        "encoder": answers.library.index.encoder.name,
        "content_version": answers.library.version,
        "answer_from": round(calibration.answer_from, 4),
        "choices_from": round(calibration.choices_from, 4),
    }
    report = Report(meta)
    everything: list[tuple[str, Asked]] = []
    for path in paths:
        language = path.name.split(".")[0]
        asked = [Asked(question, answers.ask(question.text, now=now)) for question in read_questions(path)]
        everything += [(language, one) for one in asked]
        variants = list(dict.fromkeys(one.question.variant for one in asked))
        for variant in ["all", *variants]:
            chosen = [one for one in asked if variant in ("all", one.question.variant)]
            report.rows.append(_row(language, variant, [(language, one) for one in chosen]))
    if len(paths) > 1:
        report.rows.append(_row("all", "all", everything))
    return report


def _row(language: str, variant: str, pairs: list[tuple[str, Asked]]) -> Row:
    asked = [one for _, one in pairs]
    inside = [one for one in asked if one.question.kind == "in"]
    outside = [one for one in asked if one.question.kind == "out"]
    candidates = [[choice.article for choice in one.answer.choices] for one in inside]
    answered = [one.answer.answer.article if one.answer.answer else None for one in inside]
    expected = [one.question.expected for one in inside]

    def outcome_share(kind: str, outcome: str, *, of_others: bool = False) -> float | None:
        rows = [one for one in asked if (one.question.kind == kind) != of_others]
        return mean([one.answer.outcome == outcome for one in rows])

    return {
        "language": language,
        "variant": variant,
        "n": len(asked),
        "n_in": len(inside),
        "top1": mean([bool(set(c[:1]) & set(e)) for c, e in zip(candidates, expected, strict=True)]),
        "top3": mean([bool(set(c[:3]) & set(e)) for c, e in zip(candidates, expected, strict=True)]),
        "answered_right": mean([a in e for a, e in zip(answered, expected, strict=True)]),
        "answered_wrong": mean([a is not None and a not in e for a, e in zip(answered, expected, strict=True)]),
        "abstained": mean([a is None for a in answered]),
        "out_answered": mean([one.answer.outcome == "answer" for one in outside]),
        "urgent_recall": outcome_share("urgent", "urgent"),
        "urgent_false": outcome_share("urgent", "urgent", of_others=True),
        "human_recall": outcome_share("human", "human"),
        "language_right": mean([same_language(one.answer.language.code, lang) for lang, one in pairs]),
    }
