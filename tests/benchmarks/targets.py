"""The goals of the search, against what the same run measured."""

from collections.abc import Mapping

AT_LEAST: Mapping[str, float] = {
    "OMoS-QA dev de→de, recall at 3": 0.88,
    "OMoS-QA dev de→de, recall at 1": 0.65,
    "OMoS-QA dev en→en, recall at 3": 0.88,
    "OMoS-QA dev en→en, recall at 1": 0.65,
    "OMoS-QA dev en→de, recall at 3": 0.70,
    "OMoS-QA dev de→en, recall at 3": 0.70,
    "OMoS-QA dev fr→de, recall at 3": 0.70,
    "OMoS-QA dev fr→en, recall at 3": 0.70,
    "OMoS-QA dev uk→de, recall at 3": 0.65,
    "OMoS-QA dev uk→en, recall at 3": 0.65,
    "OMoS-QA dev ar→de, recall at 3": 0.55,
    "OMoS-QA dev ar→en, recall at 3": 0.55,
    "NTREX p@1 to English, mean": 0.92,
    "NTREX p@1 to English, worst language": 0.70,
    "own questions: right article first": 0.88,
    "own questions: right article among three": 0.96,
    "own questions: the worst language against the best": 0.85,
    "danger recognised": 0.97,
    "language right: whole sentences": 0.995,
    "language right: five words": 0.97,
    "language right: two words": 0.88,
    "one core, bag: passages a second": 3000,
    "one core, mix: passages a second": 100,
}
AT_MOST: Mapping[str, float] = {
    "own questions: answered wrongly": 0.05,
    "questions out of scope: answered": 0.05,
    "taken for danger, of all else": 0.01,
    "one core, bag: question p50 ms": 5,
    "one core, bag: question p99 ms": 20,
    "one core, mix: question p50 ms": 15,
    "one core, mix: question p99 ms": 40,
}


def targets_section(figures: Mapping[str, float]) -> list[str]:
    """A table of goals and figures; a goal that this run did not measure says so."""
    lines = ["## The goals", "", "| measure | goal | measured | |", "|---|---|---|---|"]
    for sign, goals in (("≥", AT_LEAST), ("≤", AT_MOST)):
        for name, goal in goals.items():
            if name not in figures:
                lines.append(f"| {name} | {sign} {goal} | | not measured |")
                continue
            figure = figures[name]
            reached = figure >= goal if sign == "≥" else figure <= goal
            lines.append(f"| {name} | {sign} {goal} | {figure:.5g} | {'reached' if reached else 'missed'} |")
    return [*lines, ""]
