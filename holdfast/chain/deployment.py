"""Where a consortium lives: the file that names chain and contracts. Enough to sign offline."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from holdfast.domain.errors import Misconfigured


@dataclass(frozen=True, slots=True)
class Deployment:
    """Where a consortium lives. `block` is the first one that an indexer has to read."""

    chain_id: int
    access_manager: str
    consortium: str
    warehouse_receipt: str
    block: int
    pledge: str = ""
    receipt_acts: str = ""
    court: str = ""
    receipt_status: str = ""
    origins: str = ""
    receipt_medium: str = ""
    replacement: str = ""
    shortage: str = ""
    storage_lien: str = ""
    valuation: str = ""
    council: str = ""

    def contracts(self) -> dict[str, str]:
        """Contract -> address, of every contract of ours that is named: the first two, modules, Council."""
        named = {field.name: str(getattr(self, field.name)) for field in fields(self)}
        return {
            "".join(part.capitalize() for part in name.split("_")): address
            for name, address in named.items()
            if address.startswith("0x") and name != "access_manager"
        }


def save_deployment(path: Path, deployment: Deployment, genesis_hash: str) -> None:
    """Write the deployment file that names chain and contracts."""
    path.write_text(json.dumps({**asdict(deployment), "genesis_hash": genesis_hash}, indent=2) + "\n")


def load_deployment(path: Path) -> tuple[Deployment, str]:
    """Read a deployment file: (deployment, genesis hash). Raises Misconfigured if it is not one."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        genesis = str(data.pop("genesis_hash"))
        return Deployment(**data), genesis
    except OSError as error:
        raise Misconfigured(f"no readable deployment file at {path}: {error.strerror}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise Misconfigured(f"no readable deployment file at {path}: {error}") from error
