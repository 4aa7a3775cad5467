"""Memory that was freed, given back to the system."""

import ctypes


def give_back() -> None:
    """What large things have left: glibc keeps it for later unless it is asked, and others have no such call."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
