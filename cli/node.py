"""A bare connection to a node, for acts that come before there is a consortium to check it against."""

from __future__ import annotations

from requests.exceptions import RequestException
from web3 import HTTPProvider, Web3
from web3.exceptions import Web3Exception
from web3.middleware import ExtraDataToPOAMiddleware

from holdfast.domain.errors import Unreachable


def connect(rpc_url: str, timeout_s: float = 10) -> Web3:
    """A node that answers. Raises Unreachable."""
    w3 = Web3(HTTPProvider(rpc_url, request_kwargs={"timeout": timeout_s}))
    # Headers of QBFT and Clique carry more extra data than mainnet's; harmless elsewhere.
    w3.middleware_onion.inject(ExtraDataToPOAMiddleware, layer=0)
    try:
        _ = w3.eth.chain_id
    except (RequestException, OSError, Web3Exception, ValueError) as error:
        raise Unreachable("chain", rpc_url, f"no answer to eth_chainId ({type(error).__name__})") from error
    return w3
