"""The goals of the search, against what the same run measured."""

from collections.abc import Mapping
from operator import ge, le

# What a figure is called, and its goal: at least, or for what begins with "<", at most.
TARGETS: Mapping[str, str] = {
    "OMoS-QA dev de→de, recall at 3": "0.88",
    "OMoS-QA dev de→de, recall at 1": "0.65",
    "OMoS-QA dev en→en, recall at 3": "0.88",
    "OMoS-QA dev en→en, recall at 1": "0.65",
    "OMoS-QA dev en→de, recall at 3": "0.70",
    "OMoS-QA dev de→en, recall at 3": "0.70",
    "OMoS-QA dev fr→de, recall at 3": "0.70",
    "OMoS-QA dev fr→en, recall at 3": "0.70",
    "OMoS-QA dev uk→de, recall at 3": "0.65",
    "OMoS-QA dev uk→en, recall at 3": "0.65",
    "OMoS-QA dev ar→de, recall at 3": "0.55",
    "OMoS-QA dev ar→en, recall at 3": "0.55",
    "NTREX p@1 to English, mean": "0.92",
    "NTREX p@1 to English, worst language": "0.70",
    "own questions: right article first": "0.88",
    "own questions: right article among three": "0.96",
    "own questions: the worst language against the best": "0.85",
    "own questions: answered wrongly": "<0.05",
    "questions out of scope: answered": "<0.05",
    "danger recognised": "0.97",
    "taken for danger, of all else": "<0.01",
    "language right: whole sentences": "0.995",
    "language right: five words": "0.97",
    "language right: two words": "0.88",
    "one core, bag: question p50 ms": "<5",
    "one core, bag: question p99 ms": "<20",
    "one core, mix: question p50 ms": "<15",
    "one core, mix: question p99 ms": "<40",
    "one core, bag: passages a second": "3000",
    "one core, mix: passages a second": "100",
}


def targets_section(figures: Mapping[str, float]) -> list[str]:
    """A table of goals and figures; those that this run did not measure are left out."""
    lines = ["## The goals", "", "| measure | goal | measured | |", "|---|---|---|---|"]
    for name, goal in TARGETS.items():
        if name in figures:
            sign, reached = ("≤", le) if goal.startswith("<") else ("≥", ge)
            number = goal.removeprefix("<")
            verdict = "reached" if reached(figures[name], float(number)) else "missed"
            lines.append(f"| {name} | {sign} {number} | {figures[name]:.5g} | {verdict} |")
    return [*lines, ""]
