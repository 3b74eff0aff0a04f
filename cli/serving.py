"""From the API's settings to a server on a port."""

from __future__ import annotations

import uvicorn
from fastapi import FastAPI

from api.auth import load_verifier
from api.chain_adapter import NodeChain
from api.main import build_app
from api.settings import Settings
from holdfast.chain.connection import ChainSettings
from holdfast.chain.deployment import load_deployment
from holdfast.chain.facts import open_chain
from holdfast.chain.title import read_title
from holdfast.store.records import open_records


def app_from_settings(settings: Settings) -> FastAPI:
    """The API on its chain, database and token key. Raises Misconfigured, Unreachable."""
    deployment, genesis = load_deployment(settings.deployment_file)
    verifier = load_verifier(settings.token_public_key_file, settings.token_audience, settings.token_issuer)
    chain = open_chain(ChainSettings(settings.rpc_url.get_secret_value(), deployment, genesis))
    return build_app(
        settings,
        records=open_records(settings.database_url.get_secret_value()),
        chain=NodeChain(chain.connection, lambda receipt_id: read_title(chain, receipt_id)),
        deployment=deployment,
        verifier=verifier,
    )


def serve_api(settings: Settings, host: str, port: int) -> None:
    """Serve until told to stop. Raises Misconfigured, Unreachable before it listens."""
    config = uvicorn.Config(
        app_from_settings(settings),
        host=host,
        port=port,
        log_level="warning",
        access_log=False,
        # Event streams stay open for hours; do not wait for them to end by themselves.
        timeout_graceful_shutdown=5,
    )
    uvicorn.Server(config).run()
