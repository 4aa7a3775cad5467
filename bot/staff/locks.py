"""How guessing is slowed down: wrong passwords and codes in a row lock an account, each further one for longer."""

from datetime import timedelta

# Wrong ones in a row that lock an account, and for how long; each further one doubles it.
FAILURES = 5
SHORTEST_LOCK = timedelta(minutes=1)
LONGEST_LOCK = timedelta(hours=1)


def lock_after(failed: int) -> timedelta | None:
    """How long so many wrong ones in a row lock an account; None while they do not."""
    if failed < FAILURES:
        return None
    # The exponent is bounded, or a large count makes a number that no time can hold.
    return min(SHORTEST_LOCK * (1 << min(failed - FAILURES, 10)), LONGEST_LOCK)
