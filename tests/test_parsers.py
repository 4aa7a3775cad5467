"""Whatever others write is read, or refused with a reason."""

import pytest
from hypothesis import given

from tests.parsers import parsers


@pytest.mark.parametrize("name", parsers())
def test_anything_is_read_or_refused(name: str) -> None:
    parser = parsers()[name]
    taken = []

    @given(parser.inputs)
    def tried(data: object) -> None:
        taken.append(parser.tries(data))

    tried()
    assert any(taken), "not even what was hardly damaged is read"
