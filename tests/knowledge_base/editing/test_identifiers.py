import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.editing.identifiers import MOST, suggested


@pytest.mark.parametrize(
    ("title", "id"),
    [
        ("Health card (TAJ)", "health-card-taj"),
        ("Őszi szünet", "oszi-szunet"),
        ("居留许可", "juliuxuke"),
        ("?!", ""),
        ("", ""),
    ],
)
def test_an_id_is_made_of_the_title(title: str, id: str) -> None:
    assert suggested(title) == id


@given(st.text(max_size=200), st.integers(0, 5))
def test_any_title_makes_an_id_that_is_not_taken_or_none(title: str, others: int) -> None:
    taken: set[str] = set()
    for _ in range(others + 1):
        id = suggested(title, taken)
        if not id:
            return
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", id)
        assert len(id) <= MOST
        assert id not in taken
        taken.add(id)
