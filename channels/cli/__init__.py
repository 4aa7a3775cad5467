"""The `kalauz` command. Exit status: 0, 1 (it ran and the answer is no), 2 (bad use)."""

import typer

from channels.cli import (
    ask,
    backup,
    callbacks,
    chat,
    conversation,
    encoder,
    erase,
    evaluate,
    index,
    kb,
    keys,
    panel,
    questions,
    retention,
    serve,
    stats,
    user,
    widget,
)


def application() -> typer.Typer:
    app = typer.Typer(
        name="kalauz",
        help="Kalauz answers the questions of people who have just moved to a country.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    app.command("serve")(serve.serve)
    app.command("widget")(widget.widget)
    app.command("panel")(panel.panel)
    app.command("chat")(chat.chat)
    app.command("ask")(ask.ask)
    app.add_typer(kb.app, name="kb")
    app.add_typer(index.app, name="index")
    app.command("questions")(questions.questions)
    app.add_typer(stats.app, name="stats")
    app.add_typer(callbacks.app, name="callbacks")
    app.add_typer(user.app, name="user")
    app.command("backup")(backup.backup)
    app.command("restore")(backup.restore)
    app.add_typer(conversation.app, name="conversation")
    app.command("erase")(erase.erase)
    app.add_typer(keys.app, name="keys")
    app.add_typer(retention.app, name="retention")
    app.add_typer(encoder.app, name="encoder")
    app.add_typer(evaluate.app, name="evaluate")
    return app


def main() -> None:
    application()()
