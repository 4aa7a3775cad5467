"""Settings from the environment, prefix `KALAUZ_`. Only this module, the app and the CLI know of it."""

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Every setting has a default that works on a fresh machine."""

    model_config = SettingsConfigDict(env_prefix="KALAUZ_", env_file=".env", extra="ignore")

    data_dir: Path = Field(Path("data"), description="Folder of the database and the index.")
    database_url: str | None = Field(None, description="SQLAlchemy URL with an async driver.")
    site: str = Field("hungary", description="Id of a site in the content, or path of a site's YAML file.")
    encoder: str | None = Field(
        None, description="Folder of an encoder, or any sentence-transformers model by path or name."
    )
    log_level: Literal["critical", "error", "warning", "info", "debug"] = Field(
        "info", description="critical, error, warning, info or debug."
    )

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite+aiosqlite:///{self.data_dir / 'kalauz.db'}"

    @property
    def index_dir(self) -> Path:
        return self.data_dir / "index"
