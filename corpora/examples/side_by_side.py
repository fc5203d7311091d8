"""`make run`: sanitise the example submissions with the command line, and show before and after side by side.

Leaves logs, sealed records, subject keys and the keys made for them in `out/`. Everything in the examples is made up.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from cpi_sanitise import SanitisedLog

EXAMPLES = Path(__file__).with_name("submissions.jsonl")
OUT = Path("out")


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `cpi-sanitise` as a user would; its messages go to the terminal."""
    return subprocess.run([sys.executable, "-m", "cpi_sanitise", *arguments], stdout=subprocess.PIPE, text=True, check=False)


def public_key(name: str) -> str:
    """The public key of the unit or the officers; the pair is made on the first run."""
    identity = OUT / "keys" / f"{name}.txt"
    if not identity.exists():
        identity.parent.mkdir(parents=True, exist_ok=True)
        command("keygen", "--name", name, "-o", str(identity))
    return next(line.split()[-1] for line in identity.read_text().splitlines() if "public key" in line)


def signing_key(name: str) -> str:
    """The file of a signing key; made on the first run."""
    file = OUT / "keys" / f"{name}.pem"
    if not file.exists():
        command("keygen", "--name", "signing", "-o", str(file))
    return str(file)


def reference_of(folder: Path, urn: str) -> str:
    """The reference of the submission that a log was made of, read with the unit's identity, which only this example holds."""
    opened = command(
        *["unseal", str(folder), urn, "--identity", str(OUT / "keys/unit.txt"), "--reason", "review", "--officer", "example"],
        *["--justification", "make run", "--audit-key", signing_key("audit"), "--yes"],
    )
    return str(json.loads(opened.stdout)["reference"])


def main() -> None:
    folder = OUT / "examples"
    shutil.rmtree(folder, ignore_errors=True)
    keys = ["--unit-key", public_key("unit"), "--officer-key", public_key("officers"), "--signing-key", signing_key("ledger")]
    command("run", str(EXAMPLES), "-o", str(folder), *keys)
    narratives = {row["reference"]: row["narrative"] for row in map(json.loads, EXAMPLES.read_text(encoding="utf-8").splitlines())}
    logs = [SanitisedLog.from_json(line) for part in sorted(folder.glob("log/part-*.jsonl")) for line in part.read_text().splitlines()]
    references = {log.urn: reference_of(folder, log.urn) for log in logs}
    table = Table(show_lines=True, title="Submissions as received, and the draft logs made of them")
    table.add_column("received", ratio=1)
    table.add_column("log", ratio=1)
    for log in sorted(logs, key=lambda log: references[log.urn]):
        lines = [f"{log.urn}  {log.status}  {log.outcome}  {log.priority}  {', '.join(log.categories)}", ""]
        lines += [f"({statement.kind}) {statement.text}" for statement in log.statements] or [f"held: {', '.join(log.hold_reasons)}"]
        # As Text: "[PERSON 1]" would be read as markup.
        table.add_row(Text(narratives[references[log.urn]]), Text("\n".join(lines)))
    Console(width=None if sys.stdout.isatty() else 160).print(table)
    print(f"Logs, sealed records and subject keys are in {folder}; the keys made for this example are in {OUT / 'keys'}.")


if __name__ == "__main__":
    main()
