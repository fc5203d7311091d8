"""The command line: what it writes, what it says, and what it never shows."""

from __future__ import annotations

import base64
import json
import os
import re
import stat
import subprocess
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
from fakes import FakeSanitiser, lines, made_by

from cpi_sanitise import cli
from cpi_sanitise.chain import SigningKey
from cpi_sanitise.cli import run_command
from cpi_sanitise.opening import generate_identity, open_sealed, write_identity, write_signing_key

UNIT, OFFICERS = generate_identity(), generate_identity()
SIGNING = SigningKey.generate()
AGE_KEYS = ["--unit-key", UNIT.public_key, "--officer-key", OFFICERS.public_key]
SIGN = ["--signing-key", "signing.pem"]
KEYS = [*AGE_KEYS, *SIGN]
GOOD = "reference,narrative\n1,Two men.\n2,A car.\n"


@pytest.fixture(autouse=True)
def _fake_sanitiser(monkeypatch, request):
    if "model" not in request.keywords:
        module = ModuleType("cpi_sanitise.sanitiser")
        module.Sanitiser, module.made_by = FakeSanitiser, made_by
        monkeypatch.setitem(sys.modules, "cpi_sanitise.sanitiser", module)


@pytest.fixture
def call(tmp_path, monkeypatch, capfd):
    """Run a command in an empty folder; give its exit code, stdout and stderr."""
    monkeypatch.chdir(tmp_path)
    write_signing_key(SIGNING, Path("signing.pem"))

    def call(*arguments: str) -> SimpleNamespace:
        code = run_command(list(arguments))
        captured = capfd.readouterr()
        return SimpleNamespace(code=code, out=captured.out, err=captured.err)

    return call


def write(name: str, content: str | bytes) -> str:
    Path(name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return name


# run


def test_run_writes_logs_sealed_records_and_subject_keys(call):
    result = call("run", write("a.csv", GOOD), "-o", "out", *KEYS)
    assert (result.code, result.err) == (0, "2 drafted · 0 held · 0 rejected\n")
    assert re.fullmatch(r"anchor: [0-9a-f]{64}\n", result.out)
    assert result.out == call("verify", "out", "--public-key", SIGNING.public.line, "--anchor", result.out.split()[1]).out
    assert [log["status"] for log in lines("out/log")] == ["draft", "draft"]
    opened = [json.loads(open_sealed(line["sealed"].encode(), [UNIT])) for line in lines("out/sealed")]
    assert sorted(record["narrative"] for record in opened) == ["A car.", "Two men."]
    opened = [json.loads(open_sealed(line["sealed"].encode(), [OFFICERS])) for line in lines("out/subject_keys")]
    assert sorted(key["urn"] for key in opened) == [log["urn"] for log in lines("out/log")]
    assert sorted(path.name for path in Path("out").iterdir()) == [".lock", "ledger.jsonl", "log", "sealed", "subject_keys"]


def test_keys_may_come_from_files(call):
    write("unit.pub", f"# unit\n{UNIT.public_key}\n")
    write("officers.pub", OFFICERS.public_key)
    assert (
        call("run", write("a.csv", GOOD), "-o", "out", "--unit-key-file", "unit.pub", "--officer-key-file", "officers.pub", *SIGN).code == 0
    )


def test_settings_are_handed_on(call):
    write("settings.toml", 'caution = "cautious"')
    call("run", write("a.csv", GOOD), "-o", "one", *KEYS, "--settings", "settings.toml")
    call("run", write("a.csv", GOOD), "-o", "two", *KEYS, "--settings", "settings.toml", "--caution", "ordinary")
    assert {log["made_by"]["rules"] for log in lines("one/log")} == {"cautious"}
    assert {log["made_by"]["rules"] for log in lines("two/log")} == {"ordinary"}


def test_one_bad_row_is_reported_by_number_and_does_not_stop_the_rest(call):
    result = call("run", write("Yolanda.csv", GOOD + "3,\n4,HOLD\n2,Quetzal\n5,BREAK Quetzal\n"), "-o", "out", *KEYS)
    assert result.code == 1
    assert result.err.splitlines() == [
        "file 1, row 4: rejected: the narrative is empty",
        "hint: put what was reported into `narrative`; a form alone cannot become a log",
        "file 1, row 6: rejected: its reference was used by an earlier row",
        "hint: give each submission a reference of its own; if one report came twice, leave the second out",
        "file 1, row 7: rejected: it could not be sanitised: ZeroDivisionError",
        "hint: have the unit read the original now, since its priority is unknown, and report the error by its name",
        "2 drafted · 1 held · 3 rejected",
    ]
    kept = [json.loads(open_sealed(line["sealed"].encode(), [UNIT])) for line in lines("out/rejected")]
    assert sorted(base64.b64decode(row["raw_base64"]) for row in kept) == [b"2,Quetzal\n", b"3,\n", b"5,BREAK Quetzal\n"]


def test_a_held_submission_alone_gives_exit_code_1(call):
    assert call("run", write("a.txt", "HOLD"), "-o", "out", *KEYS).code == 1


def test_many_rejected_rows_do_not_flood_the_screen(call):
    result = call("run", write("a.csv", "narrative,reference\n" + ",1\n" * 50), "-o", "out", *KEYS)
    assert result.err.count("rejected: ") == cli.REJECTED_ROWS_SHOWN
    assert result.err.endswith("0 drafted · 0 held · 50 rejected (30 more rejected rows are listed in the folder `rejected`)\n")
    assert len(lines("out/rejected")) == 50


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["a.csv", "-o", "out", *SIGN], "no public key is given for the unit"),
        (["a.csv", "-o", "out", "--unit-key", UNIT.public_key, *SIGN], "no public key is given for the officers"),
        (["a.csv", "-o", "out", "--unit-key", "age1x", "--officer-key", OFFICERS.public_key, *SIGN], "key 1 of the unit is malformed"),
        (
            ["a.csv", "-o", "out", "--unit-key", UNIT.secret, "--officer-key", OFFICERS.public_key, *SIGN],
            "key 1 of the unit is a secret key",
        ),
        (["a.csv", "-o", "out", "--unit-key", UNIT.public_key, "--officer-key", UNIT.public_key, *SIGN], "one key is given for both"),
        (["a.csv", "-o", "out", "--unit-key-file", "none", *KEYS], "a key file of the unit cannot be read"),
        (["a.csv", "-o", "out", *AGE_KEYS], "Missing option '--signing-key'"),
        (["a.csv", "-o", "out", *AGE_KEYS, "--signing-key", "none"], "the signing key cannot be read"),
        (["a.csv", "-o", "out", *AGE_KEYS, "--signing-key", "a.csv"], "others than its owner have access to the signing key"),
        (["a.csv", *KEYS], "Missing option '-o' / '--output'"),
        (["-o", "out", *KEYS], "Missing argument"),
        (["Yolanda.csv", "-o", "out", *KEYS], "file 1 cannot be read"),
        (["a.doc", "-o", "out", *KEYS], "file 1 is of an unknown sort"),
        (["bad.csv", "-o", "out", *KEYS], "file 1: unknown or repeated heading in column 2"),
        (["a.csv", "-o", "out", *KEYS, "--n-process", "0"], "'--n-process' cannot have this value"),
        (["a.csv", "-o", "out", *KEYS, "--caution", "Yolanda"], "'--caution' cannot have this value"),
        (["a.csv", "-o", "out", *KEYS, "--mapping", "none.toml"], "the mapping file cannot be read"),
        (["a.csv", "-o", "out", *KEYS, "--settings", "none.toml"], "the settings file cannot be read"),
        (["a.csv", "-o", "out", *KEYS, "--unknown"], "No such option"),
    ],
)
def test_wrong_usage_is_exit_code_2_with_error_and_hint_before_any_work(call, arguments, message):
    write("a.csv", GOOD)
    write("a.doc", "x")
    write("bad.csv", "narrative,Yolanda\nx,y\n")
    result = call("run", *arguments)
    assert result.code == 2
    assert re.fullmatch(r"cpi-sanitise: error: .+\nhint: .+\n", result.err)
    assert message in result.err
    for secret in ("Yolanda", UNIT.secret, UNIT.secret[15:]):
        assert secret not in result.err
    assert not Path("out").exists()


@pytest.mark.parametrize(
    "error", [RuntimeError("Quetzal"), UnicodeDecodeError("utf-8", b"Quetzal", 0, 1, "Quetzal"), OSError(28, "No space", "Quetzal.csv")]
)
def test_an_unforeseen_error_is_shown_by_name_only(call, monkeypatch, error):
    def failing(self, submissions, *, n_process=1):
        raise error

    monkeypatch.setattr(FakeSanitiser, "pipe", failing)
    result = call("run", write("a.csv", GOOD), "-o", "out", *KEYS)
    assert result.code == 1
    assert re.fullmatch(r"cpi-sanitise: error: .+\nhint: .+\n", result.err)
    assert "Quetzal" not in result.err
    assert "Traceback" not in result.err


def test_an_interrupted_run_says_what_there_is(call, monkeypatch):
    def interrupted(self, submission):
        raise KeyboardInterrupt

    monkeypatch.setattr(FakeSanitiser, "__call__", interrupted)
    result = call("run", write("a.csv", GOOD), "-o", "out", *KEYS)
    assert (result.code, result.err.splitlines()[-2]) == (1, "cpi-sanitise: error: stopped")


def test_libraries_cannot_speak(call, monkeypatch):
    def chatty(self, submission):
        import logging
        import warnings

        logging.getLogger("presidio-analyzer").error("Quetzal %s", submission.narrative)
        warnings.warn(f"Quetzal {submission.narrative}", stacklevel=1)
        return original(self, submission)

    original = FakeSanitiser.__call__
    monkeypatch.setattr(FakeSanitiser, "__call__", chatty)
    assert "Quetzal" not in call("run", write("a.csv", GOOD), "-o", "out", *KEYS).err


CANARIES = ["Zbigniew Quetzal", "Xanadu Surgery", "07700 900461", "QX51 ZZY", "zq@example.org"]


@pytest.mark.parametrize("kind", ["Two men", "HOLD", "BREAK", ""])
def test_canaries_are_in_no_byte_that_is_written(call, tmp_path, kind):
    """In the narrative, the form, the reference, the other fields, the file's name and its headings."""
    form = {"submitter_name": CANARIES[0], "source_telephone": CANARIES[2], "difficulties": CANARIES[3]}
    row = {
        "reference": CANARIES[4],
        "narrative": f"{kind} {' '.join(CANARIES)}" if kind else "",
        "form": form,
        "other": {CANARIES[1]: CANARIES[0]},
    }
    name = write(f"{CANARIES[0]}.jsonl", json.dumps(row) + "\n" + json.dumps(row)[:-5] + "\n")
    result = call("run", name, "-o", "out", *KEYS)
    assert result.code == 1
    written = b"".join(path.read_bytes() + path.name.encode() for path in (tmp_path / "out").rglob("*.*"))
    for canary in CANARIES:
        for part in [canary, *re.findall(r"[\w.]{4,}", canary)]:
            assert part not in result.out + result.err
            assert part.encode() not in written


def test_running_never_imports_what_opens(tmp_path):
    (tmp_path / "a.csv").write_text(GOOD)
    write_signing_key(SIGNING, tmp_path / "signing.pem")
    program = f"""
import sys, types
sys.path[:0] = [{str(Path(__file__).parent)!r}, {str(Path(cli.__file__).parents[1])!r}]
from fakes import FakeSanitiser, made_by
sys.modules["cpi_sanitise.sanitiser"] = module = types.ModuleType("cpi_sanitise.sanitiser")
module.Sanitiser, module.made_by = FakeSanitiser, made_by
from cpi_sanitise.cli import run_command
code = run_command(["run", "a.csv", "-o", "out", *{KEYS!r}])
sys.exit(code or any(name in sys.modules for name in ("cpi_sanitise.opening", "cpi_sanitise.unseal_cli")))
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, check=False, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, "2 drafted · 0 held · 0 rejected\n")


def test_a_terminal_shows_counts_rate_and_time_left_and_no_more(call, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "80")
    clock = iter(range(10**6))
    monkeypatch.setattr(cli, "monotonic", lambda: next(clock))
    result = call("run", write("Yolanda.csv", "narrative,reference\n" + "Quetzal,\n" * 99 + ",1\n"), "-o", "out", *KEYS)
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", result.err)
    assert re.search(r"\d+% \d+ drafted · 0 held · \d rejected · \d\.\d a second \S+ left", plain)
    assert "Yolanda" not in plain
    assert "Quetzal" not in plain


def test_a_finished_store_is_left_as_it_is_and_other_terms_are_refused(call):
    command = ["run", write("a.csv", GOOD), "-o", "out", *KEYS]
    call(*command)
    before = {path: path.read_bytes() for path in Path("out").rglob("*.jsonl")}
    result = call(*command)
    assert (result.code, result.err) == (0, "continued after: 2 drafted · 0 held · 0 rejected\n2 drafted · 0 held · 0 rejected\n")
    refused = call(*command, "--caution", "cautious")
    assert (refused.code, refused.err.splitlines()[0]) == (1, "cpi-sanitise: error: the store was begun with other settings")
    write("a.csv", GOOD + "3,A van.\n")
    assert "other input files" in call(*command).err
    assert {path: path.read_bytes() for path in Path("out").rglob("*.jsonl")} == before


# verify


def test_verify_prints_the_anchor_and_says_what_was_altered(call):
    call("run", write("a.csv", GOOD), "-o", "out", *KEYS)
    write("signing.pub", SIGNING.public.line)
    result = call("verify", "out", "--public-key", "signing.pub")
    anchor = result.out.removeprefix("anchor: ").strip()
    assert (result.code, result.err) == (0, "every record holds: 2 drafted · 0 held · 0 rejected\n")
    assert call("verify", "out", "--public-key", SIGNING.public.line, "--anchor", anchor).code == 0
    part = next(Path("out/log").iterdir())
    part.write_bytes(part.read_bytes().replace(b"tablets", b"tablet_", 1))
    result = call("verify", "out", "--public-key", "signing.pub", "--anchor", anchor)
    assert result.code == 1
    assert result.err.splitlines()[0] == f"cpi-sanitise: error: log/{part.name}: line 1 was altered"
    ledger = Path("out/ledger.jsonl")
    ledger.write_bytes(b"".join(ledger.read_bytes().splitlines(keepends=True)[:-1]))
    result = call("verify", "out", "--public-key", "signing.pub", "--anchor", anchor)
    assert (result.code, result.out) == (1, "")
    assert "does not hold the line of the anchor" in result.err


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["none", "--public-key", SIGNING.public.line], 1, "the ledger cannot be read: No such file"),
        (["out", "--public-key", "none"], 2, "the public signing key cannot be read"),
        (["out", "--public-key", "signing.pem"], 2, "this is a signing key"),
        (["out", "--public-key", SigningKey.generate().public.line], 1, "line 1 of the ledger: its signature does not hold"),
        (["out", "--public-key", SIGNING.public.line, "--anchor", "x"], 1, "the anchor is not a hash"),
        (["out"], 2, "Missing option '--public-key'"),
    ],
)
def test_verify_fails_closed(call, arguments, code, message):
    call("run", write("a.csv", GOOD), "-o", "out", *KEYS)
    result = call("verify", *arguments)
    assert (result.code, result.out) == (code, "")
    assert message in result.err


# columns


def test_columns_shows_what_each_column_is_taken_for_and_nothing_of_the_file(call):
    result = call("columns", write("Yolanda.csv", "submiter_name,narrative,Quetzal\nNerys,Two men.,x\n"))
    assert result.code == 1
    assert result.out.splitlines() == [
        "file 1",
        "  column 1: submitter_name: a guess, from its likeness to 'submitter_name'",
        "  column 2: narrative",
        "  column 3: unknown, or repeated: name it in a --mapping file",
    ]
    assert call("columns", write("b.csv", GOOD)).code == 0


def test_a_guessed_column_is_asked_about_before_a_run(call):
    name = write("a.csv", "submiter_name,narrative\nNerys,Two men.\n")
    refused = call("run", name, "-o", "out", *KEYS)
    assert (refused.code, "guessed heading in column 1" in refused.err, "--accept-columns" in refused.err) == (2, True, True)
    assert call("run", name, "-o", "out", *KEYS, "--accept-columns").code == 0


def test_a_folder_can_be_run(call, tmp_path):
    (tmp_path / "drive").mkdir()
    (tmp_path / "drive" / "Quetzal.txt").write_text("Two men.")
    (tmp_path / "drive" / "Quetzal.doc").write_text("Two men.")
    result = call("run", str(tmp_path / "drive"), "-o", "out", *KEYS)
    assert result.code == 1
    assert "1 drafted · 0 held · 1 rejected" in result.err
    assert "Quetzal" not in result.out + result.err


# explain


def test_explain_shows_what_is_cut_and_why(call):
    text = "As her nurse I saw Jay at the meter.\n[bold]not markup[/bold] \x1b[31m\u202e"
    result = call("explain", write("a.txt", text), "--yes")
    assert result.code == 0
    for shown in (
        "row 1",
        "statement 1 · fact · basis: first hand",
        "[bold]not markup[/bold] ␛[31m␦",
        "source role",
        "rule 7",
        "PERSON, subject and third party, score 0.88",
        "encoder, form",
        "trade vocabulary; in plain words: a box",
        "medium: few people could know this",
        "drugs, serious violence weapons",
        "high: a weapon",
    ):
        assert shown in result.out
    assert "\x1b" not in result.out
    assert "\u202e" not in result.out


def test_explain_shows_a_cut_outside_any_statement(call):
    out = call("explain", write("a.txt", "Two men.\nnurse"), "--yes").out
    assert "nothing is cut" in out
    assert out.index("outside any statement") < out.index("source role")


def test_explain_refuses_a_pipe_or_a_file_without_yes(call):
    result = call("explain", write("a.txt", "Quetzal"))
    assert (result.code, result.out) == (2, "")
    assert (
        result.err == "cpi-sanitise: error: this would write a whole submission to a pipe or a file\nhint: add --yes if it may go there\n"
    )


def test_explain_can_show_one_row(call):
    write("a.csv", GOOD + "3,\n")
    assert call("explain", "a.csv", "--yes").code == 1
    result = call("explain", "a.csv", "--yes", "--row", "3")
    assert "A car." in result.out
    assert "Two men." not in result.out
    assert call("explain", "a.csv", "--yes", "--row", "9").err.startswith("cpi-sanitise: error: there is no such row\n")


# What opens has its tests in test_audit.py, test_custody.py and test_held.py; here are keygen, and its keys from end to end


OPENED = ["--reason", "review", "--officer", "PC1", "--justification", "Task 17", "--audit-key", "audit"]


def test_unseal_writes_a_private_file_and_never_over_another(call):
    call("run", write("a.csv", GOOD), "-o", "out", *KEYS)
    write_identity(UNIT, Path("unit"), name="unit")
    call("keygen", "-o", "audit", "--name", "signing")
    arguments = ["out", lines("out/log")[0]["urn"], "--identity", "unit", *OPENED, "-o", "opened.json"]
    result = call("unseal", *arguments)
    assert (result.code, result.out) == (0, "")
    before = Path("opened.json").read_bytes()
    if os.name == "posix":
        assert stat.S_IMODE(Path("opened.json").stat().st_mode) == 0o600
    assert call("unseal", *arguments).code == 1
    assert Path("opened.json").read_bytes() == before


@pytest.mark.parametrize(
    ("left_out", "message"),
    [
        ("--reason", "Missing option '--reason'"),
        ("--officer", "Missing option '--officer'"),
        ("--justification", "Missing option '--justification'"),
        ("--audit-key", "Missing option '--audit-key'"),
        ("--identity", "Missing option '--identity'"),
    ],
)
@pytest.mark.parametrize("command", [["unseal", "out", "CPI-0000000000"], ["unseal-file", "a.csv", "--audit-trail", "t"]])
def test_nothing_is_opened_without_saying_who_and_why(call, command, left_out, message):
    write("a.csv", GOOD)
    arguments = [*OPENED, "--identity", "unit"]
    place = arguments.index(left_out)
    result = call(*command, *arguments[:place], *arguments[place + 2 :])
    assert (result.code, result.out) == (2, "")
    assert message in result.err


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--reason", "curiosity"], 2, "'--reason' cannot have this value"),
        (["--identity", "nobody"], 1, "the identity file cannot be read"),
        (["--audit-key", "nobody"], 2, "the signing key cannot be read"),
        ([UNIT.secret], 2, "a word too many"),
    ],
)
def test_unseal_says_what_is_wrong(call, arguments, code, message):
    call("run", write("a.csv", GOOD), "-o", "out", *KEYS)
    write_identity(UNIT, Path("unit"), name="unit")
    call("keygen", "-o", "audit", "--name", "signing")
    result = call("unseal", "out", lines("out/log")[0]["urn"], "--identity", "unit", *OPENED, *arguments)
    assert (result.code, result.out) == (code, "")
    assert message in result.err
    assert UNIT.secret[15:] not in result.err


@pytest.mark.skipif(os.name != "posix", reason="Windows keeps no mode bits")
def test_an_exposed_identity_file_is_warned_of(call):
    call("run", write("a.csv", GOOD), "-o", "out", *KEYS)
    write_identity(UNIT, Path("unit"), name="unit")
    call("keygen", "-o", "audit", "--name", "signing")
    Path("unit").chmod(0o644)
    result = call("unseal", "out", lines("out/log")[0]["urn"], "--identity", "unit", *OPENED)
    assert result.code == 0
    assert result.err.startswith("cpi-sanitise: warning: others than the owner have access to an identity file\n")


def test_keygen_makes_keys_that_every_command_takes(call):
    unit, second, officers = (call("keygen", "-o", name, "--name", name).out.strip() for name in ("unit", "second-unit", "officers"))
    signing, audit = (call("keygen", "-o", name, "--name", "signing").out.strip() for name in ("sign", "audit"))
    assert {key[:4] for key in (unit, second, officers)} == {"age1"}
    assert "identity: officers" in Path("officers").read_text()
    keys = ["--unit-key", unit, "--second-unit-key", second, "--officer-key", officers, "--signing-key", "sign"]
    assert call("run", write("a.txt", "Two men."), "-o", "out", *keys).code == 0
    (log,) = lines("out/log")
    result = call("unseal", "out", log["urn"], "--identity", "unit", "--identity", "second-unit", *OPENED, "--officer", "PC2")
    assert json.loads(result.out)["narrative"] == "Two men."
    assert call("verify", "out", "--public-key", signing, "--audit-public-key", audit).code == 0


def test_the_two_person_rule_is_fixed_when_a_store_is_begun(call):
    write("a.csv", GOOD)
    second = generate_identity().public_key
    assert call("run", "a.csv", "-o", "out", *KEYS, "--second-unit-key", second).code == 0
    assert "other public keys of the second group" in call("run", "a.csv", "-o", "out", *KEYS).err
    for key in (UNIT.public_key, OFFICERS.public_key):
        result = call("run", "a.csv", "-o", "new", *KEYS, "--second-unit-key", key)
        assert (result.code, Path("new").exists()) == (2, False)
        assert "the second group of the unit" in result.err


@pytest.mark.parametrize("name", ["unit", "signing"])
def test_keygen_never_overwrites(call, name):
    call("keygen", "-o", "unit", "--name", name)
    before = Path("unit").read_bytes()
    assert stat.S_IMODE(Path("unit").stat().st_mode) == 0o600
    result = call("keygen", "-o", "unit", "--name", name)
    assert (result.code, result.out) == (1, "")
    assert "exists already" in result.err
    assert Path("unit").read_bytes() == before


# Help


@pytest.mark.parametrize(
    "command",
    [
        *[
            [],
            ["run"],
            ["verify"],
            ["explain"],
            ["columns"],
            ["accept"],
            ["statistics"],
            ["unseal"],
            ["unseal-file"],
            ["officer-view"],
            ["held"],
            ["held", "list"],
        ],
        *[["held", "return"], ["reseal"], ["dispose"], ["keygen"]],
    ],
)
def test_every_command_has_help(call, command):
    result = call(*command, "--help")
    assert (result.code, result.err) == (0, "")
    assert "Usage: cpi-sanitise" in result.out


def test_no_command_shows_the_help(call):
    result = call()
    assert result.code == 2
    assert "keygen" in result.err


def test_python_m_is_the_same_command():
    done = subprocess.run([sys.executable, "-m", "cpi_sanitise", "nonsense"], check=False, capture_output=True, text=True, timeout=120)
    assert done.returncode == 2
    assert done.stderr.startswith("cpi-sanitise: error: there is a word too many, or one that is not a command\nhint: ")


# With the real sanitiser


@pytest.mark.model
def test_a_real_run_end_to_end(call):
    narrative = "As her health visitor, I noticed that Wayne Tarbottom sells tablets from a silver Golf near the Co-op in Andover."
    row = {"reference": "1", "narrative": narrative, "form": {"submitter_name": "Zbigniew Quetzal"}}
    result = call("run", write("a.jsonl", json.dumps(row)), "-o", "out", *KEYS)
    (log,), (record,) = lines("out/log"), lines("out/sealed")
    assert result.code == (0 if log["status"] == "draft" else 1)
    for gone in ("health visitor", "Tarbottom", "Quetzal"):
        assert gone not in json.dumps(log)
    opened = json.loads(open_sealed(record["sealed"].encode(), [UNIT]))
    assert opened["narrative"] == narrative
    assert opened["form"] == row["form"]
    assert all(span["text"] == narrative[span["start"] : span["end"]] for span in opened["removed"] + opened["identifiers"])


@pytest.mark.model
def test_a_real_explanation(call):
    result = call("explain", write("a.txt", "As her health visitor, I noticed that Wayne Tarbottom sells tablets."), "--yes")
    assert result.code == 0
    assert "statement 1" in result.out
    assert "provenance" in result.out


# accept


def samples(strings: str) -> str:
    Path("samples/texts").mkdir(parents=True)
    Path("samples/texts/a.csv").write_text(GOOD)
    Path("samples/must-not-come-out.txt").write_text(strings)
    return "samples"


def test_accept_names_each_byte_at_which_a_planted_string_came_out_and_never_the_string(call):
    result = call("accept", samples("A car\ntablets\nQuetzal\n"), "-o", "out", *KEYS)
    assert result.code == 1
    shown = result.out.splitlines()
    assert [line for line in shown if line.startswith("string 2 came out: log/")]
    assert "string 3 stands in none of the texts that could be read" in shown
    assert not [line for line in shown if line.startswith("string 1")]
    assert "Quetzal" not in result.out + result.err


def test_accept_passes_where_nothing_comes_out_and_wants_a_new_folder(call):
    name = samples("A car\n")
    assert call("accept", name, "-o", "out", *KEYS).code == 0
    assert "not empty" in call("accept", name, "-o", "out", *KEYS).err
