"""`kalauz widget`: the line that puts the widget into a website."""

from contextlib import suppress
from typing import Annotated

import typer

from channels.cli.output import bad_use, settings


def widget(
    address: Annotated[str, typer.Argument(help="The server's address, as browsers reach it.")],
    demo: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Show a website with the line on this port.")
    ] = None,
) -> None:
    """Print the line for a website, and the policy that the website needs.

    Example: kalauz widget https://kalauz.example.org
    """
    from channels.settings import ORIGIN
    from channels.web.demo import policy, website
    from channels.web.scripts import embed_line

    server = address.rstrip("/")
    if not ORIGIN.fullmatch(server):
        bad_use(f"{address!r} is no address of a server; write it as https://kalauz.example.org")
    typer.echo(f"{embed_line(server)}\n\nContent-Security-Policy: {policy(server)}")
    if demo is None:
        return
    with website(embed_line(server), port=demo) as site, suppress(KeyboardInterrupt):
        origin = f"http://localhost:{site.server_port}"
        if origin not in settings().origins:
            typer.echo(f"\nStart the server with KALAUZ_WIDGET_ORIGINS={origin}", err=True)
        typer.echo(f"\nA website with the widget is at {origin}/ (stop with Ctrl-C)")
        site.serve_forever()
