"""Writes api/openapi.json anew: `python -m api.openapi`. Needs no chain, no settings, no keys."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any, cast

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pydantic import SecretStr

from api.auth import TokenVerifier
from api.chain_port import ChainPort
from api.main import build_app, openapi_text
from api.settings import Settings
from holdfast.chain.deployment import Deployment
from holdfast.store.records import Records
from holdfast.store.records_engine import open_engine


def document() -> str:
    """The OpenAPI document of an application that is never started."""
    nowhere = Path(tempfile.gettempdir()) / "never-opened"
    settings = Settings(
        profile="embedded",
        database_url=SecretStr("sqlite://"),
        rpc_url=SecretStr("nowhere"),
        deployment_file=nowhere,
        confirmations=0,
        token_public_key_file=nowhere,
        token_audience="nobody",  # noqa: S106 - an audience is no secret
        token_issuer="nobody",  # noqa: S106
    )
    verifier = TokenVerifier(Ed25519PublicKey.from_public_bytes(bytes([88] + [102] * 31)), "nobody", "nobody")
    nothing = cast("Any", None)
    app = build_app(
        settings,
        records=Records(open_engine("sqlite://")),
        chain=cast("ChainPort", nothing),
        deployment=Deployment(1, "0x" + "00" * 20, "0x" + "00" * 20, "0x" + "00" * 20, 1),
        verifier=verifier,
        follow=False,
    )
    return openapi_text(app)


if __name__ == "__main__":
    (Path(__file__).parent / "openapi.json").write_text(document(), encoding="utf-8")
