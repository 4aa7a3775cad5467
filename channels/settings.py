"""Settings from the environment, prefix `KALAUZ_`. Only this module, the app and the CLI know of it."""

import os
import re
import secrets
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from channels.bridge.hosting import Bridge

SHORTEST_KEY = 16
# As a browser sends it: lower case, and only a port that is not the scheme's own.
ORIGIN = re.compile(r"https?://(?=[a-z0-9\[])[a-z0-9.:\[\]-]+")


class Settings(BaseSettings):
    """Every setting has a default that works on a fresh machine."""

    # An error must not show a secret to whoever reads the log.
    model_config = SettingsConfigDict(env_prefix="KALAUZ_", env_file=".env", extra="ignore", hide_input_in_errors=True)

    data_dir: Path = Field(Path("data"), description="Folder of the database and the index.")
    database_url: str | None = Field(
        None,
        repr=False,
        description="`sqlite+aiosqlite:///FILE`, or `postgresql+asyncpg://USER:PASSWORD@HOST/DATABASE`.",
    )
    site: str = Field("hungary", description="Id of a site in the content, or path of a site's YAML file.")
    encoder: str | None = Field(
        None, description="Folder of an encoder, or any sentence-transformers model by path or name."
    )
    secret_key: str | None = Field(
        None,
        repr=False,
        description="Seals personal data and signs the console's cookies; left out, a key is made and kept in the data "
        "folder. To change it: `old,new` in every process, then `new,old`.",
    )
    staff_codes: bool = Field(
        False, description="`true`: whoever has no codes at the sign-in yet comes no further than to set them up."
    )
    telegram_token: str | None = Field(
        None, repr=False, description="The bot's token from BotFather; left out, Telegram is off."
    )
    telegram_webhook_url: str | None = Field(
        None,
        description="Public https address of `POST /telegram/webhook`; left out, Telegram is asked for updates.",
    )
    telegram_api_base: str = Field(
        "https://api.telegram.org",
        pattern="^https?://",
        description="Where Telegram's Bot API is, if you run a server of your own.",
    )
    widget_origins: str = Field(
        "",
        description="Websites that may embed the widget, such as `https://www.example.org`, separated by commas; "
        "left out, only the server's own pages show it.",
    )
    bridge: Literal["webhook", "zammad", "chatwoot"] | None = Field(
        None, description="Where cases go too: webhook, zammad or chatwoot; left out, only to the desk here."
    )
    bridge_url: str | None = Field(
        None,
        pattern="^https?://",
        description="The other desk's address: where letters are posted, or where Zammad or Chatwoot is.",
    )
    bridge_secret: str | None = Field(
        None, repr=False, description="Signs what goes to a webhook, and proves that replies come from the other desk."
    )
    bridge_token: str | None = Field(None, repr=False, description="Access token of Zammad or Chatwoot.")
    bridge_place: str | None = Field(
        None, description="Where cases go there: Zammad's group, or Chatwoot's account and inbox, such as `1/4`."
    )
    bridge_staff: str | None = Field(
        None, description="Login of the account that stands for the other desk: a counsellor of its own."
    )
    log_level: Literal["critical", "error", "warning", "info", "debug"] = Field(
        "info", description="critical, error, warning, info or debug."
    )
    metrics_token: str | None = Field(
        None,
        repr=False,
        description="What Prometheus sends as a bearer token to read `/metrics`; left out, there is no such page.",
    )
    traces_url: str | None = Field(
        None,
        pattern="^https?://",
        description="Where spans of requests go by OTLP over HTTP, such as `http://127.0.0.1:4318/v1/traces`; left "
        "out, none are made. Needs `pip install 'kalauz[traces]'`.",
    )
    log_format: Literal["text", "json"] = Field(
        "text", description="text, or json: an object a line, for a program that collects logs."
    )

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite+aiosqlite:///{self.data_dir / 'kalauz.db'}"

    @field_validator("telegram_token", "telegram_webhook_url")
    @classmethod
    def _without_space(cls, value: str | None) -> str | None:
        # A file that holds a token often ends in a line break.
        return (value or "").strip() or None

    @field_validator(
        "bridge", "bridge_url", "bridge_secret", "bridge_token", "bridge_place", "bridge_staff", "traces_url",
        mode="before",
    )  # fmt: skip
    @classmethod
    def _nothing_where_empty(cls, value: str | None) -> str | None:
        return (value or "").strip() or None

    @field_validator("secret_key")
    @classmethod
    def _has_long_keys(cls, value: str | None) -> str | None:
        keys = [key.strip() for key in (value or "").split(",") if key.strip()]
        if value is not None and (not keys or min(map(len, keys)) < SHORTEST_KEY):
            raise ValueError(f"every key needs at least {SHORTEST_KEY} characters")
        return value

    @field_validator("metrics_token")
    @classmethod
    def _is_long(cls, value: str | None) -> str | None:
        token = (value or "").strip() or None
        if token is not None and len(token) < SHORTEST_KEY:
            raise ValueError(f"the token needs at least {SHORTEST_KEY} characters")
        return token

    @field_validator("traces_url")
    @classmethod
    def _has_its_packages(cls, value: str | None) -> str | None:
        if value is not None:
            try:
                distribution("opentelemetry-exporter-otlp-proto-http")
            except PackageNotFoundError:
                raise ValueError("spans need more packages: pip install 'kalauz[traces]'") from None
        return value

    @field_validator("widget_origins")
    @classmethod
    def _is_origins(cls, value: str) -> str:
        for origin in _listed(value):
            if not ORIGIN.fullmatch(origin):
                raise ValueError(f"{origin!r} is no origin; write it as https://www.example.org, with no path")
        return value

    @model_validator(mode="after")
    def _bridge_is_whole(self) -> Self:
        if self.bridge is None:
            return self
        needed = ["url", "secret", "staff", *([] if self.bridge == "webhook" else ["token", "place"])]
        missing = [f"KALAUZ_BRIDGE_{name.upper()}" for name in needed if not getattr(self, f"bridge_{name}")]
        if missing:
            raise ValueError(f"KALAUZ_BRIDGE={self.bridge} needs {', '.join(missing)}")
        if len(self.bridge_secret or "") < SHORTEST_KEY:
            raise ValueError(f"KALAUZ_BRIDGE_SECRET needs at least {SHORTEST_KEY} characters")
        if self.bridge == "chatwoot" and not re.fullmatch(r"[1-9][0-9]{0,8}/[1-9][0-9]{0,8}", self.bridge_place or ""):
            raise ValueError("KALAUZ_BRIDGE_PLACE is Chatwoot's account and inbox, such as 1/4")
        return self

    @property
    def bridged(self) -> Bridge | None:
        """The other desk, where there is one."""
        if self.bridge is None:
            return None
        return Bridge(
            kind=self.bridge,
            url=self.bridge_url or "",
            staff=self.bridge_staff or "",
            secret=self.bridge_secret or "",
            token=self.bridge_token or "",
            place=self.bridge_place or "",
        )

    @property
    def origins(self) -> frozenset[str]:
        """The origins of other websites, as browsers send them."""
        return frozenset(_listed(self.widget_origins))

    @property
    def secret_keys(self) -> tuple[str, ...]:
        """The keys that open sealed data; the first one seals."""
        given = self.secret_key or kept_key(self.data_dir / "secret.key")
        return tuple(key.strip() for key in given.split(",") if key.strip())

    @property
    def index_dir(self) -> Path:
        return self.data_dir / "index"


def _listed(value: str) -> list[str]:
    return [part.strip() for part in value.split(",") if part.strip()]


def kept_key(path: Path) -> str:
    """The key in a file that only its owner can read; a new one where there is none."""
    try:
        return path.read_text("ascii").strip()
    except FileNotFoundError:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        partial = path.with_suffix(f".{os.getpid()}.partial")
        partial.touch(mode=0o600)
        partial.write_text(secrets.token_urlsafe(32) + "\n", "ascii")
        try:
            # Another process may have made one meanwhile: the first stays.
            os.link(partial, path)
        except FileExistsError:
            pass
        finally:
            partial.unlink()
        return path.read_text("ascii").strip()
