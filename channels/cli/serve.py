"""`kalauz serve`: the server."""

import os
import sys
from contextlib import suppress
from socket import socket
from typing import Annotated

import typer

from channels.cli.output import settings

# How long a stop waits for responses that are under way, in seconds.
GRACE_S = 3
# What NumPy and FAISS ask, when they are loaded, for how many cores one of their calculations uses.
CORES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")


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

    class Server(uvicorn.Server):
        async def shutdown(self, sockets: list[socket] | None = None) -> None:
            # uvicorn waits for responses that are under way, and a stream of messages has no end of its own.
            app.state.service.ending.set()
            await super().shutdown(sockets)

    for name in CORES:
        # One question uses one core, so that many can be asked at once.
        os.environ.setdefault(name, "1")
    # While an index is made, answers wait for the interpreter no longer than this, in seconds.
    sys.setswitchinterval(0.001)
    chosen = settings()
    typer.echo(f"Kalauz is at http://{host}:{port}/ (stop with Ctrl-C)")
    logs.configure(chosen.log_level, chosen.log_format)
    app = create_app(chosen)
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_level=chosen.log_level,
        # What it says goes where ours goes. Its access log has addresses, and in them ids and questions.
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=GRACE_S,
    )
    server = Server(config)
    with suppress(KeyboardInterrupt):
        server.run()
    if not server.started:
        raise typer.Exit(1)
