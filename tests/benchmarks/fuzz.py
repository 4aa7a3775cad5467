"""Tries very many inputs on everything that reads what others wrote, and says how many.

    python -m tests.benchmarks.fuzz --inputs 5000

Each input is anything at all, or a good one that was damaged. The exit status is 1 if anything was raised that is no
refusal; the smallest such input is told.
"""

import argparse
import time
import traceback

from hypothesis import HealthCheck, given, settings

from tests.parsers import Parser, parsers


def tried(parser: Parser, inputs: int) -> tuple[int, int]:
    """How many inputs were tried, and how many of them were taken; raises what a parser raised."""
    taken: list[bool] = []

    @settings(max_examples=inputs, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(parser.inputs)
    def attempt(data: object) -> None:
        taken.append(parser.tries(data))

    attempt()
    return len(taken), sum(taken)


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m tests.benchmarks.fuzz")
    options.add_argument("--inputs", type=int, default=5000, help="how many for each parser")
    inputs, failed, begun = options.parse_args().inputs, 0, time.monotonic()
    print("| read | inputs | of these taken |\n|---|---|---|")
    for name, parser in parsers().items():
        try:
            count, taken = tried(parser, inputs)
            print(f"| {name} | {count:,} | {taken:,} |", flush=True)
        except Exception:
            failed += 1
            print(f"| {name} | failed | |", flush=True)
            traceback.print_exc()
    print(f"\n{failed} failed, {time.monotonic() - begun:.0f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
