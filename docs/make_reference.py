"""`python docs/make_reference.py`: writes cli.md from the commands' own help, and dependencies.md from sbom.json; `--check` compares only.

tests/test_docs.py runs the check, so that neither page can say what is no longer true.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from cpi_sanitise.cli import cli

HERE = Path(__file__).parent
WIDTH = 110


def command_reference() -> str:
    """Every command with its help, as `--help` prints it."""
    parts = ["# Command line\n\nWritten by `make docs` from the commands' own help.\n"]
    for name, command in _commands(cli, "cpi-sanitise"):
        context = click.Context(command, info_name=name, terminal_width=WIDTH, max_content_width=WIDTH)
        parts.append(f"## {name}\n\n```text\n{command.get_help(context).rstrip()}\n```\n")
    return "\n".join(parts)


def _commands(command: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
    yield name, command
    if isinstance(command, click.Group):
        context = click.Context(command, info_name=name)
        for inner in command.list_commands(context):
            found = command.get_command(context, inner)
            if found is not None:
                yield from _commands(found, f"{name} {inner}")


def dependency_list(sbom: Path) -> str:
    """The components of the SBOM with version and licence."""
    components = sorted(json.loads(sbom.read_text(encoding="utf-8"))["components"], key=lambda one: str(one["name"]).lower())
    lines = [
        "# What is installed with it",
        "",
        "Written by `make docs` from `sbom.json` (CycloneDX), which `make sbom` makes from a clean environment that holds the library and what it needs,",
        "and nothing else. Versions are those of that day; the ranges stand in `pyproject.toml`. Licences are as the packages declare them.",
        "",
        "| package | version | licence |",
        "| --- | --- | --- |",
    ]
    lines += [f"| {one['name']} | {one['version']} | {_licence(one)} |" for one in components]
    return "\n".join(lines) + "\n"


def _licence(component: dict) -> str:
    names = []
    for entry in component.get("licenses", []):
        licence = entry.get("license", {})
        name = entry.get("expression") or licence.get("id") or licence.get("name", "")
        # A trove classifier or a whole licence text where the name should be.
        names.append(name.splitlines()[0].rpartition("::")[2].strip()[:60])
    return ", ".join(dict.fromkeys(name for name in names if name)) or "see the package"


def main() -> int:
    pages = {HERE / "cli.md": command_reference()}
    if (HERE / "sbom.json").exists():
        pages[HERE / "dependencies.md"] = dependency_list(HERE / "sbom.json")
    stale = [path for path, text in pages.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    if "--check" not in sys.argv:
        for path in stale:
            path.write_text(pages[path], encoding="utf-8")
        return 0
    for path in stale:
        click.echo(f"docs/{path.name} is not what the code says: run `make docs`", err=True)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
