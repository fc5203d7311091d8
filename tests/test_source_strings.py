"""Known strings of a source, in submissions made from parts, looked for in every byte that the real flow writes.

What the form says of submitter and source must be nowhere, whatever the text around it. What only the narrative says of
the source is looked for where it stands in a shape that the library promises to handle (annotation guide, sections 1 and 2).
"""

from __future__ import annotations

import json
import logging
import re
from dataclasses import dataclass

import pyrage
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cpi_sanitise import Submission
from cpi_sanitise.batch import write_batch
from cpi_sanitise.chain import SigningKey
from cpi_sanitise.errors import SanitiseError
from cpi_sanitise.intake import Accepted
from cpi_sanitise.sanitiser import made_by
from cpi_sanitise.sealed_record import Recipients
from cpi_sanitise.settings import Settings
from cpi_sanitise.store import Terms

pytestmark = pytest.mark.model


@dataclass(frozen=True)
class Source:
    """Somebody made up, whose words are nobody else's and no English words; `secrets` are what no byte may hold."""

    first: str
    last: str
    phone: str
    email: str
    workplace: str
    handle: str

    @property
    def name(self) -> str:
        return f"{self.first} {self.last}"

    @property
    def form(self) -> dict[str, str]:
        return {
            "source_name": self.name,
            "source_telephone": self.phone,
            "source_email": self.email,
            "submitter_organisation": self.workplace,
        }

    @property
    def secrets(self) -> tuple[str, ...]:
        return (self.first, self.last, self.phone, self.email, self.workplace.split()[0], self.handle)


SOURCES = st.sampled_from(
    [
        Source("Ysolde", "Brackwater", "07700 900846", "ysolde.b@plimth.example", "Zarnfield Surgery", "@ysolde_bw"),
        Source("Tendai", "Mapfumo", "01632 960731", "t.mapfumo@quenby.example", "Quenbyhurst Academy", "@tmapf77"),
        Source("Agnieszka", "Zielińska", "+44 7700 900512", "agnieszka77@wroxley.example", "Wroxleydene Pharmacy", "@aga_z77"),
        Source("Siobhán", "O'Dwyer", "07700 900233", "sodwyer@kilbrane.example", "Kilbranemoor House", "@sodwyer_x"),
        Source("Quillon", "Vexworthy", "0114 496 0417", "q.vexworthy@ottermere.example", "Ottermerebank Trust", "@qvex_wy"),
    ]
)  # fmt: skip

CONTENTS = st.sampled_from(
    [
        "two men sell tablets from the garage", "he keeps a knife under the seat of the silver Golf", "the girl was given a new phone by an older man",
        "cash is counted in the kitchen every Friday at 10pm", "a white van collects boxes from the yard in Hexham", "she is hit when she comes home late",
        "the older brother talks about joining fighters abroad", "eight workers sleep on the floor of the flat",
    ]
)  # fmt: skip

# What only the narrative says. `{name}`, `{first}` and the rest are the source's; `{content}` is what was told.
NARRATIVE_TELLINGS = st.sampled_from(
    [
        "{name} told me that {content}.",
        "I was told by {name} that {content}.",
        "According to {name}, {content}.",
        "{name} begged us not to say that {content}.",
        "I spoke to {name}, who said that {content}.",
        "{content}, {name} told me.",
        "{name} rang me on Tuesday and said {content}.",
        "My colleague {name} told me that {content}.",
        "My name is {name}. I saw that {content}.",
        "I am {name} and I work at {workplace}. {content}.",
        "I work at {workplace}. {content}.",
        "I saw that {content}. Please ring me on {phone}.",
        "I can be reached on {phone}. {content}.",
        "My number is {phone} and my email is {email}. {content}.",
        "{content}. You can email me at {email}.",
    ]
)

# Said with the form's values in places where no grammar tells whose they are: the values themselves are the search list.
FORM_TELLINGS = st.sampled_from(
    [
        "{content}. {name} was there.",
        "{last} and {first} know that {content}.",
        "{content} ({first}, {phone}).",
        "At {workplace} {content}.",
        "{phone} {email} {content}",
        "ref {name}/{phone}: {content}",
        "Mr {last} lives next door. {content}.",
        "{content}, see {email}.",
        "{first}'s friend: {content}.",
        "{content} – {first} {last}, {workplace}.",
        "They call her {first}. {content}.",
    ]
)
GREETINGS = st.sampled_from(["", "", "Hi,\n\n", "Dear Sir or Madam,\n", "To whom it may concern\n\n", "FAO the intelligence unit: "])
SIGNATURES = st.sampled_from(
    [
        "",
        "",
        "\n\nKind regards,\n{name}\n{workplace}\n{phone}",
        "\n\nMany thanks\n{first}",
        "\nRegards, {name}\n{email}",
        "\n\nBest wishes\n{name} | {phone} | {email}",
    ]
)
CASES = st.sampled_from([str, str, str.lower, str.upper])


def written_with(source: Source, tellings: list[tuple[str, str]], greeting: str, signature: str, case) -> str:
    filled = [
        telling.format(
            content=content,
            name=source.name,
            first=source.first,
            last=source.last,
            phone=source.phone,
            email=source.email,
            workplace=source.workplace,
        )
        for telling, content in tellings
    ]
    end = signature.format(name=source.name, first=source.first, phone=source.phone, email=source.email, workplace=source.workplace)
    return case(greeting + " ".join(one[0].upper() + one[1:] for one in filled) + end)


def shapes_of(secret: str) -> set[str]:
    """As it is, without spaces, and a telephone number's last six digits and its national form."""
    squeezed = re.sub(r"[\s.\-]", "", secret.lower())
    digits = re.sub(r"\D", "", secret)
    return {secret.lower(), squeezed} | ({digits[-6:], digits} if len(digits) >= 9 else set())


CIPHERTEXT = re.compile(r"-----begin age encrypted file-----.*?-----end age encrypted file-----", re.DOTALL)
# What is as good as random can hold a short string by chance: hashes, signatures and the record's handle.
RANDOM = re.compile(r'"(?:sealed_sha256|signature|urn)": ?"[^"]*"|\b[0-9a-f]{64}\b|part-[0-9a-z]+|cpi-[0-9a-z]{10}')


def secrets_in(written: str | bytes, secrets: tuple[str, ...]) -> list[str]:
    text = (written if isinstance(written, str) else written.decode("utf-8", "replace")).lower()
    text = RANDOM.sub(" ", CIPHERTEXT.sub(" ", text))
    spaceless = re.sub(r"[\s.\-]", "", text)
    return sorted({secret for secret in secrets for shape in shapes_of(secret) if shape in text or shape in spaceless})


def everything_written(sanitiser, identities, submission: Submission, capfd, caplog) -> dict[str, str]:
    """All that the flow gives or says about one submission, the sealed record aside."""
    caplog.clear()
    capfd.readouterr()
    with caplog.at_level(logging.DEBUG):
        result = sanitiser(submission)
        examination = sanitiser.examine(submission)
    streams = capfd.readouterr()
    return {
        "log": result.log.to_json(),
        "subject key": pyrage.decrypt(result.subject_key, [identities["officers"]]).decode(),
        "reprs": " ".join(repr(one) for one in (result, result.log, *result.log.statements, examination, submission)),
        "reasons of the examination": " ".join((*examination.triage.reasons, *examination.attribution_risk.reasons)),
        "logging": caplog.text,
        "stdout and stderr": streams.out + streams.err,
    }


LIKE_A_SUITE = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))


def parts(tellings):
    return st.lists(st.tuples(tellings, CONTENTS), min_size=1, max_size=4)


@LIKE_A_SUITE
@given(SOURCES, parts(st.one_of(NARRATIVE_TELLINGS, FORM_TELLINGS)), GREETINGS, SIGNATURES, CASES)
def test_form_values_are_in_no_byte_whatever_the_text(sanitiser, identities, capfd, caplog, source, tellings, greeting, signature, case):
    narrative = written_with(source, tellings, greeting, signature, case)
    submission = Submission(f"{source.last} 1", narrative, form=source.form, other={"mailbox": source.handle})
    for what, written in everything_written(sanitiser, identities, submission, capfd, caplog).items():
        assert not secrets_in(written, source.secrets), what


@LIKE_A_SUITE
@given(SOURCES, parts(NARRATIVE_TELLINGS), GREETINGS, SIGNATURES, CASES)
def test_what_only_the_narrative_says_of_the_source_is_in_no_byte(
    sanitiser, identities, capfd, caplog, source, tellings, greeting, signature, case
):
    narrative = written_with(source, tellings, greeting, signature, case)
    for what, written in everything_written(sanitiser, identities, Submission("1", narrative), capfd, caplog).items():
        assert not secrets_in(written, source.secrets), what


@pytest.mark.parametrize(
    "text",
    [
        # Found by the properties above: names that the recognizers took for places, and one of which they found half.
        "Ysolde Brackwater told me that he keeps a knife under the seat of the silver Golf. According to Ysolde Brackwater, cash is "
        "counted in the kitchen every Friday at 10pm. Ysolde Brackwater told me that two men sell tablets from the garage.",
        "Eight workers sleep on the floor of the flat, Agnieszka Zielińska told me.",
        "a white van collects boxes from the yard in hexham, quillon vexworthy told me.",
        "I spoke to Agnieszka Zielińska, who said that two men sell tablets from the garage. I spoke to Agnieszka Zielińska, who said that "
        "he keeps a knife under the seat.",
    ],
)
def test_a_teller_leaves_neither_name_nor_placeholder_nor_description(sanitiser, identities, capfd, caplog, text):
    secrets = tuple("Ysolde Brackwater Agnieszka Zielińska Quillon Vexworthy".split())
    written = everything_written(sanitiser, identities, Submission("1", text), capfd, caplog)
    for what, one in written.items():
        assert not secrets_in(one, secrets), what
    log = json.loads(written["log"])
    assert log["statements"]
    assert not re.search(r"\[[A-Z ]+ \d+\]|\ba person\b|according", " ".join(one["text"] for one in log["statements"]), re.IGNORECASE)


class BreaksWithTheText:
    """A stage that fails as a careless library would."""

    def __init__(self, narrative: str) -> None:
        self.narrative = narrative

    def __call__(self, *_, **__):
        raise ValueError(self.narrative)


@settings(LIKE_A_SUITE, max_examples=8)
@given(SOURCES, parts(FORM_TELLINGS), st.sampled_from(["find_provenance", "rewrite", "redact", "doubted", "triage"]))
def test_a_stage_that_fails_with_the_text_says_nothing_of_it(sanitiser, identities, capfd, caplog, source, tellings, stage):
    narrative = written_with(source, tellings, "", "", str)
    submission = Submission(source.name, narrative, form=source.form)
    caplog.clear()
    with pytest.MonkeyPatch.context() as patch, caplog.at_level(logging.DEBUG):
        patch.setattr(f"cpi_sanitise.sanitiser.{stage}", BreaksWithTheText(narrative))
        result = sanitiser(submission)
    assert result.log.status == "held"
    streams = capfd.readouterr()
    key = pyrage.decrypt(result.subject_key, [identities["officers"]]).decode()
    for what, written in (("log", result.log.to_json()), ("logging", caplog.text), ("streams", streams.out + streams.err), ("key", key)):
        assert not secrets_in(written, source.secrets), what


@pytest.mark.parametrize(
    "broken",
    [
        lambda source: Submission(source.name, " "),
        lambda source: Submission(" ", source.name),
        lambda source: Submission("1", "Two men.", form={source.name: "x"}),
        lambda source: Submission("1", "Two men.", form={"source_name": [source.name]}),
        lambda source: Submission("1", "Two men.", form={"source_name": source.name * 1_000}),
        lambda source: Submission("1", "Two men.", other={source.name: {source.email}}),
        lambda source: Submission("1", "Two men.", received_at=source.name),
        lambda source: Submission(["1", source.name], "Two men."),
    ],
)
def test_no_refusal_quotes_what_it_refuses(broken):
    source = Source("Ysolde", "Brackwater", "07700 900846", "ysolde.b@plimth.example", "Zarnfield Surgery", "@ysolde_bw")
    with pytest.raises(SanitiseError) as refused:
        broken(source)
    said = f"{refused.value} {refused.value!r} {refused.value.hint} {refused.value.__cause__!r}"
    assert not secrets_in(said, source.secrets)


@settings(LIKE_A_SUITE, max_examples=3)
@given(st.lists(st.tuples(SOURCES, parts(FORM_TELLINGS), SIGNATURES, CASES), min_size=3, max_size=6))
def test_a_small_run_writes_no_byte_of_a_source(sanitiser, identities, tmp_path_factory, capfd, caplog, given_rows):
    rows = []
    secrets: set[str] = set()
    for number, (source, tellings, signature, case) in enumerate(given_rows, start=1):
        narrative = written_with(source, tellings, "", signature, case)
        submission = Submission(f"{source.last}-{number}", narrative, form=source.form)
        rows.append(Accepted(1, number, f"{source.last}.jsonl", narrative.encode(), submission))
        secrets |= set(source.secrets)
    folder = tmp_path_factory.mktemp("run") / "store"
    unit, officers = (Recipients(name, (str(identities[name].to_public()),)) for name in ("unit", "officers"))
    caplog.clear()
    with caplog.at_level(logging.DEBUG):
        counts = write_batch(rows, sanitiser, folder, terms=Terms(made_by(), Settings(), unit, officers, 2), key=SigningKey.generate())
    assert counts.total == len(rows)
    streams = capfd.readouterr()
    assert not secrets_in(streams.out + streams.err + caplog.text + repr(counts), tuple(secrets))
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert {path.parent.name for path in files} >= {"log", "sealed", "subject_keys"}
    for path in files:
        assert not secrets_in(path.name, tuple(secrets)), "a file's name"
        assert not secrets_in(path.read_bytes(), tuple(secrets)), path.parent.name


def test_the_search_finds_what_it_looks_for():
    secrets = ("Ysolde", "07700 900846", "ysolde.b@plimth.example", "O'Dwyer")
    assert secrets_in('{"text": "YSOLDE is here"}', secrets) == ["Ysolde"]
    assert secrets_in("ring 0770 0900 846", secrets) == ["07700 900846"]
    assert secrets_in("+44 7700 900-846", secrets) == ["07700 900846"]
    assert secrets_in(b"ask o'dwyer", secrets) == ["O'Dwyer"]
    assert secrets_in("mail ysolde.b@plimth.example", secrets) == ["Ysolde", "ysolde.b@plimth.example"]
    assert secrets_in(f'"sealed_sha256": "{"900846" * 10}"', secrets) == []
    assert secrets_in("Two men sell tablets.", secrets) == []
