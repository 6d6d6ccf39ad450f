"""Write anew what `check` finds in the bad texts (tests/checks/cases/*.txt) and the pages of the rules.

    python tests/support/snapshots.py

Look at the difference before it is kept: the tests hold the files equal to what is found.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from servanda.agreement.reading.reader import read
from servanda.checks.findings import check
from servanda.checks.rulebook import page, rules
from support import paths
from support.texts import RULES, told


def main() -> None:
    RULES.mkdir(exist_ok=True)
    rows: list[str] = []
    for code, rule in rules().items():
        findings = check(read(paths.CASES / f"{code}-bad.yaml"))
        (paths.CASES / f"{code}-bad.txt").write_text(told(findings), encoding="utf-8")
        (RULES / f"{code}.md").write_text(page(rule), encoding="utf-8")
        rows.append(f"| [{code}]({code}.md) | {rule.name} | {rule.severity} | {rule.looks} |\n")
    minsk = check(read(paths.TEXTS / "minsk-ii.yaml"))
    (paths.CASES / "minsk-ii.txt").write_text(told(minsk), encoding="utf-8")
    head = Path(RULES / "README.md").read_text(encoding="utf-8").split("| code |")[0]
    table = "| code | name | severity | what it looks for |\n|---|---|---|---|\n"
    (RULES / "README.md").write_text(head + table + "".join(rows), encoding="utf-8")


if __name__ == "__main__":
    main()
