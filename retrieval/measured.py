"""How well questions with known answers are answered: what was measured when the confidence was fitted."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measured:
    """Cross-validated shares, in [0, 1], at the probability from which the bot answers.

    `answerable` questions have an article that answers them, the `outside` ones have none; of these `out_answered`
    are answered all the same.
    """

    answerable: int
    outside: int
    answered_right: float
    answered_wrong: float
    out_answered: float
