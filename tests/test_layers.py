"""Structure is a test too: modules import only from layers below their own, and what may leave cannot name what must stay."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "cpi_sanitise"
LAYERS = [
    "errors",
    "spans lexicon english submission settings offsets",
    "headings rows",
    "columns openxml",
    "documents tables mail",
    "sanitised_log sealed_record chain",
    "audit encoder phrases quotation form_search intake opening",
    "parsing",
    "provenance statements triage",
    "detection roles vantage rewriting relative_dates leak_check",
    "redaction second_reading",
    "sanitiser store",
    "batch explaining verification acceptance records statistics",
    "frames superseding officer_view",
    "held custody spark",
    "unseal_cli cli",
]
# Each file format is read by one module.
FORMATS = {
    "docx": {"documents"},
    "pypdf": {"documents"},
    "openpyxl": {"tables"},
    "pyarrow": {"tables"},
    "oxmsg": {"mail"},
    "lxml": {"documents", "mail"},
    "pyspark": {"spark"},
    "matplotlib": {"statistics"},
}
LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names.split()}
MODULES = sorted(path for path in PACKAGE.glob("[!_]*.py"))


def imported(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level == 1:
            found |= {node.module.partition(".")[0]} if node.module else {alias.name for alias in node.names}
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_imports_point_down(path):
    upward = {name for name in imported(path) & set(LEVEL) if LEVEL[name] >= LEVEL[path.stem]}
    assert not upward


def test_every_module_has_its_layer():
    assert {path.stem for path in MODULES} == set(LEVEL)


def test_a_log_cannot_name_its_source():
    assert not imported(PACKAGE / "sanitised_log.py") & {"submission", "sealed_record", "spans"}


@pytest.mark.parametrize(
    "door", ["onnxruntime", "pyrage", "cryptography", "spacy", "presidio_analyzer", "presidio_anonymizer", "rapidfuzz", *FORMATS]
)
def test_third_party_doors(door):
    """Each library is entered through the modules that the architecture page names, and no other."""
    doors = {
        "onnxruntime": {"encoder"},
        "pyrage": {"sealed_record", "opening"},
        "cryptography": {"chain"},
        "pandas": {"frames"},
        "spacy": {
            "parsing",
            "phrases",
            "quotation",
            "provenance",
            "detection",
            "roles",
            "statements",
            "triage",
            "rewriting",
            "relative_dates",
            "vantage",
            "second_reading",
            "offsets",
            "sanitiser",
        },
        "presidio_analyzer": {"parsing", "detection", "second_reading"},
        "presidio_anonymizer": {"redaction"},
        **FORMATS,
        "rapidfuzz": {"form_search", "headings"},
    }
    entering = set()
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if any(name.partition(".")[0] == door for name in names):
                entering.add(path.stem)
    assert entering <= doors[door]


def test_sanitising_never_loads_what_opens():
    script = "import sys, json, cpi_sanitise.sanitiser, cpi_sanitise.cli; print(json.dumps([n for n in sys.modules if n.startswith('cpi_sanitise')]))"
    loaded = json.loads(subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout)
    assert not {"cpi_sanitise.opening", "cpi_sanitise.unseal_cli"} & set(loaded)
