"""What was typed into a form, and what is wrong with it, so that the page can show both again."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request


@dataclass(slots=True)
class Form:
    """`values` is what the fields hold; `wrong` is a sentence for each field that needs another value."""

    values: Mapping[str, str] = field(default_factory=dict)
    wrong: dict[str, str] = field(default_factory=dict)

    def __getitem__(self, name: str) -> str:
        """A field's value; nothing for one that was not sent."""
        return self.values.get(name, "")


async def fields(request: Request) -> Mapping[str, str]:
    """What was sent, once for each name. A file is refused (400), but in a form that may hold one."""
    sent = await request.form(max_files=0)
    return {name: value for name, value in sent.items() if isinstance(value, str)}


async def posted(request: Request) -> Form:
    return Form(await fields(request))


Posted = Annotated[Form, Depends(posted)]
