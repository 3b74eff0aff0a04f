"""The API's settings: environment variables that begin with HOLDFAST_API_, read once in `main`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from holdfast.domain.errors import Misconfigured

PREFIX = "HOLDFAST_API_"


class Settings(BaseSettings):
    """Frozen; nothing that names a chain, a contract or a key has a default."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    profile: Literal["embedded", "network", "production"]
    database_url: SecretStr
    rpc_url: SecretStr
    deployment_file: Path = Field(description="Names chain id, first block and contracts; made by deploying.")
    confirmations: int = Field(ge=0, description="0 on QBFT and anvil; floor(n/2)+1 on Clique.")
    token_public_key_file: Path
    token_audience: str = Field(min_length=1)
    token_issuer: str = Field(min_length=1)

    max_body_bytes: int = Field(65_536, gt=0)
    max_deadline_s: int = Field(7 * 86_400, gt=0)
    index_poll_s: float = Field(0.5, gt=0)
    index_batch_blocks: int = Field(500, gt=0)
    max_head_age_s: int = Field(120, gt=0, description="An older head makes the API not ready.")
    check_head_age: bool = Field(True, description="False on a chain that makes blocks on demand.")
    max_index_lag_blocks: int = Field(20, ge=0)
    event_poll_s: float = Field(0.5, gt=0)
    max_event_streams: int = Field(100, gt=0)


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from the environment.

    Raises:
        Misconfigured: a setting is missing, wrong, or no setting of ours at all; each one is named.
    """
    environ = os.environ if environ is None else environ
    names = {name.upper() for name in Settings.model_fields}
    values = {name[len(PREFIX) :]: value for name, value in environ.items() if name.startswith(PREFIX)}
    if unknown := sorted(set(values) - names):
        wrong = ", ".join(PREFIX + name for name in unknown)
        raise Misconfigured(f"unknown settings: {wrong}; expected only " + ", ".join(sorted(names)))
    try:
        return Settings(**{name.lower(): value for name, value in values.items()})  # type: ignore[arg-type]
    except ValidationError as error:
        problems = "; ".join(
            f"{PREFIX}{str(item['loc'][0]).upper()}: {item['msg']}" for item in error.errors() if item["loc"]
        )
        raise Misconfigured(f"settings of the API: {problems}") from error
