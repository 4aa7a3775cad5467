"""`kalauz serve`: the server."""

from typing import Annotated

import typer

from channels.cli.output import settings


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on.")] = 8000,
) -> None:
    """Serve the widget, the API and, where there is a token, Telegram until interrupted.

    Example: kalauz serve --port 8000
    """
    import uvicorn

    from channels import logs
    from channels.app import create_app

    chosen = settings()
    typer.echo(f"Kalauz is at http://{host}:{port}/ (stop with Ctrl-C)")
    logs.configure(chosen.log_level)
    uvicorn.run(create_app(chosen), host=host, port=port, log_level=chosen.log_level, access_log=False)
