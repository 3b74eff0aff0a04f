"""The simulated site's intake as a process: `python -m tests.simulators.serve_intake DB PORT`."""

from __future__ import annotations

import sys
import time

import uvicorn
from sqlalchemy import create_engine

from oracle.iot.inbox import Inbox
from oracle.iot.intake import build_intake
from tests.simulators.site import SITE, SimulatedSite


def main(database: str, port: str) -> None:
    """Serve until killed; prints the code of a fresh challenge first."""
    simulated = SimulatedSite(started_at=int(time.time()))
    inbox = Inbox(create_engine(f"sqlite:///{database}"), lambda: int(time.time()), simulated.policy)
    inbox.create_tables()
    print(inbox.open_challenge(SITE, "integration", 600).code, flush=True)
    uvicorn.run(build_intake(inbox), host="127.0.0.1", port=int(port), log_level="warning")


if __name__ == "__main__":
    main(*sys.argv[1:])
