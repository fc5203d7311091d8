"""Mutation testing of the modules that stand between the source and the log: what change to them would no test notice?

    python -m benchmarks.mutants                     # all modules, about ten minutes on one core
    python -m benchmarks.mutants leak_check --list   # one, every mutant named as it is tried

Each mutant is one small change: a comparison, an operator, a constant, a condition, a result, a statement left out, one
alternative or look-around less in a regular expression, one word less in a table. The tests are collected once, by pytest;
each mutant then runs them in a forked process in which the changed module has taken the place of the real one, so that no
file is touched and a mutant costs a fraction of a second. Mutants that no test kills must be explained in docs/mutants.md, by their own words;
the run fails where one is not.

mutmut 3 changes nothing outside functions, where most of these modules' rules stand (patterns, word tables); cosmic-ray
starts Python anew for each mutant, and loading spaCy and Presidio takes longer than the tests.
"""

from __future__ import annotations

import argparse
import ast
import gc
import json
import os
import re
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import CodeType

import pytest

ROOT = Path(__file__).resolve().parent.parent
EXPLAINED = ROOT / "docs" / "mutants.md"

# The tests that speak of a module, the quickest first. Those that load the model run only where nothing else can tell.
TESTS = {
    "spans": ["tests/test_spans.py"],
    "redaction": ["tests/test_redaction.py"],
    "leak_check": ["tests/test_leak_check.py"],
    "second_reading": ["tests/test_second_reading.py"],
}
TIMEOUT_SECONDS = 60

_COMPARED: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
_COMPUTED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.Div: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
_NAMES = {"any": "all", "all": "any", "min": "max", "max": "min", "search": "match", "match": "search", "sorted": "list"}


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change: where it stands, what it reads like, and the module with it."""

    name: str
    code: CodeType


def mutants(module: str, source: str, path: Path) -> Iterator[Mutant]:
    """Every change of one place. Two that read alike in one function are numbered."""
    tree = ast.parse(source)
    tried = {ast.unparse(tree)}
    seen: Counter[str] = Counter()
    for holder, field, place, node, function in list(_slots(tree, module)):
        for changed, words in list(_changes(node, is_table=isinstance(holder, ast.Attribute) and holder.attr == "split")):
            _put(holder, field, place, changed)
            text = ast.unparse(ast.fix_missing_locations(tree))
            _put(holder, field, place, node)
            if text in tried:
                continue
            tried.add(text)
            name = f"{function}: {words}".replace("`", "'")
            seen[name] += 1
            if seen[name] > 1:
                name = f"{name} ({seen[name]})"
            yield Mutant(name, compile(text, str(path), "exec"))


def _put(holder: ast.AST, field: str, place: int | None, node: ast.AST) -> None:
    if place is None:
        setattr(holder, field, node)
    else:
        getattr(holder, field)[place] = node


_Slot = tuple[ast.AST, str, int | None, ast.AST, str]


def _slots(node: ast.AST, function: str) -> Iterator[_Slot]:
    """Every node with where it hangs; not annotations, imports or docstrings, which do nothing."""
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns", "type_comment", "ctx", "ops", "op", "bases", "decorator_list", "format_spec"):
            continue
        children = value if isinstance(value, list) else [value]
        for number, child in enumerate(children):
            if not isinstance(child, ast.AST) or isinstance(child, ast.Import | ast.ImportFrom) or _is_docstring(child):
                continue
            inner = f"{function.partition('.')[0]}.{child.name}" if isinstance(child, ast.FunctionDef | ast.ClassDef) else function
            yield node, field, number if isinstance(value, list) else None, child, inner
            yield from _slots(child, inner)


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _changes(node: ast.AST, *, is_table: bool) -> Iterator[tuple[ast.AST, str]]:
    """What may stand in the node's place, and how to call it."""
    before = _short(node)
    if isinstance(node, ast.stmt):
        yield from _of_statement(node)
        return
    for changed in _of_expression(node):
        yield changed, f"{before} → {_short(changed)}"
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield from _of_text(node.value, is_table)


def _short(node: ast.AST) -> str:
    text = re.sub(r"\s+", " ", ast.unparse(node))
    return text if len(text) <= 90 else f"{text[:50]} … {text[-35:]}"


def _of_statement(node: ast.stmt) -> Iterator[tuple[ast.AST, str]]:
    if isinstance(node, ast.Expr | ast.AugAssign):
        yield ast.Pass(), f"without {_short(node)}"
    elif isinstance(node, ast.Continue | ast.Break):
        yield ast.Pass(), f"without {_short(node)}"
        yield (ast.Break() if isinstance(node, ast.Continue) else ast.Continue()), f"{_short(node)} turned round"
    elif isinstance(node, ast.Return) and node.value is not None:
        # None and False are alike to whoever asks a condition.
        for value in (True, False) if _is_condition(node.value) else (None,):
            yield ast.Return(ast.Constant(value)), f"{_short(node)} → {value}"
    elif isinstance(node, ast.If):
        for value in (True, False):
            yield ast.If(ast.Constant(value), node.body, node.orelse), f"if {_short(node.test)} → {value}"


def _is_condition(node: ast.expr) -> bool:
    match node:
        case ast.Compare() | ast.BoolOp() | ast.UnaryOp(ast.Not()) | ast.Constant(bool()) | ast.Call(ast.Name("bool" | "any" | "all")):
            return True
    return False


def _of_expression(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.Compare(left, [*ops], comparators):
            for place, op in enumerate(ops):
                for other in _COMPARED[type(op)]:
                    yield ast.Compare(left, [*ops[:place], other(), *ops[place + 1 :]], comparators)
        case ast.BoolOp(op, values):
            yield ast.BoolOp(ast.Or() if isinstance(op, ast.And) else ast.And(), values)
            for place in range(len(values)):
                rest = [*values[:place], *values[place + 1 :]]
                yield rest[0] if len(rest) == 1 else ast.BoolOp(op, rest)
        case ast.BinOp(left, op, right) if type(op) in _COMPUTED:
            yield ast.BinOp(left, _COMPUTED[type(op)](), right)
        case ast.UnaryOp(ast.Not() | ast.USub(), operand):
            yield operand
        case ast.IfExp(_, body, orelse):
            yield body
            yield orelse
        case ast.comprehension(target, values, conditions, asynchronous) if conditions:
            for place in range(len(conditions)):
                yield ast.comprehension(target, values, [*conditions[:place], *conditions[place + 1 :]], asynchronous)
        case ast.Call(ast.Name(name), args, keywords) if name in _NAMES:
            keywords = [] if name == "sorted" else keywords
            yield ast.Call(ast.Name(_NAMES[name], ast.Load()), args, keywords)
        case ast.Call(ast.Attribute(value, name), args, keywords) if name in _NAMES:
            yield ast.Call(ast.Attribute(value, _NAMES[name], ast.Load()), args, keywords)
        case ast.Call(ast.Attribute(value, "lower" | "upper" | "strip"), _, _):
            yield value
        case ast.Attribute(ast.Name("re"), "IGNORECASE", _):
            yield ast.Attribute(ast.Name("re", ast.Load()), "NOFLAG", ast.Load())
        case ast.Constant(bool() as value):
            yield ast.Constant(not value)
        case ast.Constant(int() | float() as value):
            yield ast.Constant(value + 1)
            yield ast.Constant(value - 1)


# --- texts: patterns and tables --------------------------------------------------------------------------------------


def _of_text(text: str, is_table: bool) -> Iterator[tuple[ast.AST, str]]:
    """A text left empty; a pattern without one alternative, look-around or quantifier; a table without one word."""
    yield ast.Constant("" if text else "x"), f"{_short(ast.Constant(text))} → {'nothing' if text else 'x'}"
    if re.search(r"[\\(|\[]", text):
        for changed, gone in _of_pattern(text):
            try:
                re.compile(changed)
            except re.error:
                continue  # a piece of an f-string, or a group that another piece refers to
            yield ast.Constant(changed), f"pattern {_short(ast.Constant(text))} without {gone}"
    elif is_table:
        words = text.split()
        for place, word in enumerate(words):
            yield ast.Constant(" ".join([*words[:place], *words[place + 1 :]])), f"without the word {word}"


def _of_pattern(pattern: str) -> Iterator[tuple[str, str]]:
    """Change the pattern as text: its groups and alternatives are few and plain."""
    opened: list[list[int]] = [[0]]
    ends: list[tuple[int, int]] = []
    for start, end, token in _tokens(pattern):
        if token == "(":
            opened.append([start, end])
        elif token == "|":
            opened[-1].append(end)
        elif token == ")" and len(opened) > 1:
            starts = opened.pop()
            yield from _without_alternatives(pattern, starts[1:], start)
            ends.append((starts[0], end))
    yield from _without_alternatives(pattern, opened[0], len(pattern))
    for start, end in ends:
        if pattern.startswith(("(?!", "(?=", "(?<!", "(?<="), start):
            yield pattern[:start] + pattern[end:], f"{pattern[start:end]} at {start}"
    for start, end, token in _tokens(pattern):
        if token in ("*", "?", "+") or token.startswith("{"):
            yield pattern[:start] + pattern[end:], f"the {token} at {start}"


def _without_alternatives(pattern: str, starts: Sequence[int], end: int) -> Iterator[tuple[str, str]]:
    bounds = [*starts, end + 1]
    for number in range(len(starts)) if len(starts) > 1 else ():
        parts = [pattern[bounds[place] : bounds[place + 1] - 1] for place in range(len(starts))]
        prefix = re.match(r"\?(?:[:=!]|<[=!])", parts[0])
        if prefix:
            parts[0] = parts[0][prefix.end() :]
        gone = parts.pop(number)
        yield pattern[: starts[0]] + (prefix[0] if prefix else "") + "|".join(parts) + pattern[end:], f"|{gone}|"


def _tokens(pattern: str) -> Iterator[tuple[int, int, str]]:
    for found in re.finditer(r"\\.|\[\^?\]?(?:\\.|[^\]])*\]|\(\?[:=!]|\(\?<[=!]|\{\d*,?\d*\}|.", pattern, re.DOTALL):
        token = found[0]
        if token.startswith("(") and len(token) > 1:
            yield found.start(), found.start() + 1, "("
        else:
            yield found.start(), found.end(), token


# --- running ---------------------------------------------------------------------------------------------------------


class Trial:
    """A pytest plugin: once the tests are collected and have passed, each mutant has to face them."""

    def __init__(self, module: str, *, listing: bool) -> None:
        self.module = module
        self.path = ROOT / "cpi_sanitise" / f"{module}.py"
        self.listing = listing
        self.count = 0
        self.alive: list[str] = []
        self._failed = False

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._failed = self._failed or report.failed

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        if session.testsfailed or not session.items or not self._pass(session):
            raise SystemExit(f"{self.module}: its tests fail without any change, or there are none")
        gc.freeze()
        for mutant in mutants(self.module, self.path.read_text(encoding="utf-8"), self.path):
            self.count += 1
            killed = self._is_killed(session, mutant)
            if self.listing or not killed:
                print(f"{'killed' if killed else 'ALIVE '} {mutant.name}", flush=True)
            if not killed:
                self.alive.append(mutant.name)
        return True

    def _pass(self, session: pytest.Session) -> bool:
        for number, item in enumerate(session.items):
            # Another test is always to come, so that a loaded model stays loaded for all that are forked.
            following = session.items[(number + 1) % len(session.items)]
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if self._failed:
                return False
        return True

    def _is_killed(self, session: pytest.Session, mutant: Mutant) -> bool:
        """Whether a test fails; one that never ends, or a module that cannot be loaded, is killed too."""
        child = os.fork()
        if child == 0:
            outcome = 1
            try:
                signal.alarm(TIMEOUT_SECONDS)
                silent = os.open(os.devnull, os.O_WRONLY)
                os.dup2(silent, 1)
                os.dup2(silent, 2)
                put_in_place(f"cpi_sanitise.{self.module}", mutant.code)
                outcome = 0 if self._pass(session) else 1
            finally:
                os._exit(outcome)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != 0


def put_in_place(name: str, code: CodeType) -> None:
    """Run the changed code as the module, and give what it makes to every module that took the real thing by its name."""
    real = dict(vars(sys.modules[name]))
    exec(code, vars(sys.modules[name]))
    made = vars(sys.modules[name])
    for other in list(sys.modules.values()):
        for key, value in list(vars(other).items()) if hasattr(other, "__dict__") and _is_ours(other.__name__) else ():
            if key in real and value is real[key] and not key.startswith("__"):
                setattr(other, key, made[key])


def _is_ours(name: str) -> bool:
    return name.partition(".")[0] == "cpi_sanitise" or name.rpartition(".")[2].startswith("test_")


def main() -> int:
    """Print what lives; 1 where docs/mutants.md does not explain it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("modules", nargs="*", choices=[[], *TESTS], help="all where none is given")
    parser.add_argument("--list", action="store_true", help="name every mutant")
    parser.add_argument("--out", type=Path, help="write the figures as JSON")
    given = parser.parse_args()
    os.chdir(ROOT)
    explained = set(re.findall(r"^- `([^`]+)`", EXPLAINED.read_text(encoding="utf-8"), re.MULTILINE)) if EXPLAINED.exists() else set()
    figures, unexplained = {}, []
    for module in given.modules or TESTS:
        begun = time.monotonic()
        trial = Trial(module, listing=given.list)
        pytest.main(["-s", "-p", "no:cacheprovider", "-p", "no:terminal", "-o", "addopts=", *TESTS[module]], plugins=[trial])
        count, alive = trial.count, trial.alive
        if not count:
            raise SystemExit(f"{module}: no mutant was tried")
        print(f"{module}: {count} mutants, {count - len(alive)} killed, {len(alive)} alive, {time.monotonic() - begun:.0f} s", flush=True)
        figures[module] = {"mutants": count, "killed": count - len(alive), "alive": alive}
        unexplained += [name for name in alive if name not in explained]
        for name in sorted(explained - set(alive)):
            if name.partition(":")[0].partition(".")[0] == module:
                print(f"explained, and does not live: {name}")
    if given.out:
        given.out.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    for name in unexplained:
        print(f"not explained: {name}")
    return 1 if unexplained else 0


if __name__ == "__main__":
    sys.exit(main())
