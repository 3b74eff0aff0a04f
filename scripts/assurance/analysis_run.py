"""Run Slither's detectors of high and medium impact; started by analysis.py in Slither's own environment.

Arguments: the compiler's input as a JSON file, the compiler. Prints one JSON list of findings.
"""

from __future__ import annotations

import inspect
import json
import logging
import re
import sys
from pathlib import Path
from typing import Any

from crytic_compile import CryticCompile
from crytic_compile.platform.solc_standard_json import SolcStandardJson
from slither import Slither
from slither.detectors import all_detectors
from slither.detectors.abstract_detector import AbstractDetector, DetectorClassification

WANTED = (DetectorClassification.HIGH, DetectorClassification.MEDIUM)
PLACE = re.compile(r" \([^()]*#\d+(-\d+)?\)")


def main() -> None:
    """Print what was found: impact, check, key (its words without line numbers), and where."""
    logging.disable(logging.CRITICAL)
    request = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    slither = Slither(CryticCompile(SolcStandardJson(request), solc=sys.argv[2]))
    count = 0
    candidates: list[tuple[str, Any]] = inspect.getmembers(all_detectors, inspect.isclass)
    for _, detector in candidates:
        if issubclass(detector, AbstractDetector) and detector.IMPACT in WANTED:
            slither.register_detector(detector)
            count += 1
    found = []
    for results in slither.run_detectors():
        for item in results:
            said = item["description"].strip().split("\n")[0].strip()
            files = sorted({e["source_mapping"]["filename_relative"] for e in item["elements"]})
            found.append(
                {
                    "impact": item["impact"],
                    "check": item["check"],
                    "key": f"{item['check']}: {PLACE.sub('', said)}",
                    "place": said,
                    "files": files,
                }
            )
    print(json.dumps({"detectors": count, "findings": found}))


if __name__ == "__main__":
    main()
