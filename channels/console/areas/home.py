"""Where a member starts: the parts of the console that are there for them."""

from fastapi import APIRouter, Request, Response

from channels.console.areas import Area
from channels.console.gate import AtWork
from channels.console.pages import page

router = APIRouter()


@router.get("/")
async def home(request: Request, at: AtWork) -> Response:
    return page(request, "home.html")


AREA = Area(router)
