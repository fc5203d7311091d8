"""The marked-up form in which submissions are written by hand, and its reading into records with character offsets.

A file holds submissions divided by lines of four equals signs. Each has `key: value` lines, then `text:` and the narrative with marks:

    <F.fh>  a statement begins: kind F fact, O opinion, M mixed, X nothing remains of it; then the basis (not after X)
    [[PERSON.sub.sa|Imran Sheikh]]      an identifier: type, roles joined by +, for PERSON also the name's community
    {{acquisition|during a home visit}} provenance, by kind
    ((trade_vocabulary|oramorph=>prescribed morphine))   vantage, by kind, with what the log may say instead (may be empty)

Identifiers may stand inside provenance or vantage. See corpora/WRITING.md for the labels.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROLES = {"smt": "submitter", "src": "source", "sub": "subject", "tp": "third_party"}
BASES = {
    "fh": "first_hand",
    "ts": "told_by_subject",
    "tt": "told_by_third_party",
    "rc": "recorded",
    "in": "inferred",
    "un": "unknown",
}
KINDS = {"F": "fact", "O": "opinion", "M": "mixed", "X": None}
COMMUNITIES = {
    "wb": "white_british",
    "ir": "irish",
    "ee": "eastern_european",
    "sa": "south_asian",
    "af": "black_african",
    "ca": "black_caribbean",
    "ar": "arab_persian_kurdish_turkish",
    "ea": "east_asian",
    "rt": "roma_traveller",
    "la": "iberian_latin",
    "je": "jewish",
    "ot": "other",
}
IDENTIFIER_TYPES = "PERSON PHONE POSTCODE VEHICLE_REG EMAIL URL USERNAME ADDRESS DOB NATIONAL_ID FINANCIAL ORGANISATION LOCATION".split()
PROVENANCE_KINDS = "self_reference source_role relationship acquisition organisation access timing channel request".split()
VANTAGE_KINDS = "trade_vocabulary privileged_record setting act_of_service sole_knowledge".split()
CATEGORIES = (
    "missing child_sexual_exploitation criminal_exploitation modern_slavery_trafficking drugs domestic_abuse radicalisation "
    "organised_crime serious_violence_weapons anti_social_behaviour community_tension theft_acquisitive fgm_forced_marriage "
    "financial_abuse fire_arson other"
).split()
OUTCOMES = "safeguarding crime intelligence_log no_action".split()
PRIORITIES = "high normal".split()
SECTORS = (
    "health social_care education children_youth housing council fire probation prisons business transport charity faith neighbourhood"
).split()
STYLES = "plain no_caps all_caps typos notes bullets email ocr dictated table".split()
FORM_KEYS = (
    "submitter_name submitter_organisation submitter_telephone submitter_email source_name source_dob source_address "
    "source_telephone source_email can_recontact recontact_details how_found_out when_found_out shared_with difficulties "
    "mitigation event_date event_location mappa"
).split()

_TOKEN = re.compile(
    r"<(?P<statement>[FOM]\.[a-z]{2}|X)>[ ]?"
    r"|\[\[(?P<identifier>[A-Z_]+\.[a-z+]+(?:\.[a-z]{2})?)\|"
    r"|\{\{(?P<provenance>[a-z_]+)\|"
    r"|\(\((?P<vantage>[a-z_]+)\|"
    r"|(?P<close>\]\]|\}\}|\)\))"
    r"|=>(?P<plain>[^()\[\]{}]*)(?=\)\))"
)
_CLOSES = {"]]": "identifier", "}}": "provenance", "))": "vantage"}


class MarkupError(ValueError):
    """A submission is not marked up as this module says; the message names the reference and the fault."""


def read_narrative(marked: str) -> dict:
    """Return the bare narrative and its labels with offsets; raises MarkupError."""
    bare: list[str] = []
    length = 0
    labels: dict[str, list[dict]] = {"identifiers": [], "provenance": [], "vantage": [], "statements": []}
    open_marks: list[tuple[str, dict]] = []
    position = 0
    for match in _TOKEN.finditer(marked):
        piece = marked[position : match.start()]
        bare.append(piece)
        length += len(piece)
        position = match.end()
        group = match.lastgroup
        if group == "statement":
            kind, _, basis = match["statement"].partition(".")
            if kind != "X" and basis not in BASES:
                raise MarkupError(f"unknown basis {basis!r}")
            labels["statements"].append({"start": length, "end": length, "kind": KINDS[kind], "basis": BASES.get(basis)})
        elif group == "identifier":
            entity_type, roles, *community = match["identifier"].split(".")
            if entity_type not in IDENTIFIER_TYPES:
                raise MarkupError(f"unknown identifier type {entity_type!r}")
            if unknown := [role for role in roles.split("+") if role not in ROLES]:
                raise MarkupError(f"unknown role {unknown[0]!r}")
            if (entity_type == "PERSON") != bool(community) or (community and community[0] not in COMMUNITIES):
                raise MarkupError(f"PERSON, and only PERSON, takes a community: {match['identifier']!r}")
            mark = {"start": length, "type": entity_type, "roles": [ROLES[role] for role in roles.split("+")]}
            if community:
                mark["community"] = COMMUNITIES[community[0]]
            open_marks.append(("identifier", mark))
        elif group in ("provenance", "vantage"):
            kind = match[group]
            if kind not in (PROVENANCE_KINDS if group == "provenance" else VANTAGE_KINDS):
                raise MarkupError(f"unknown {group} kind {kind!r}")
            if any(name != "identifier" for name, _ in open_marks):
                raise MarkupError(f"{group} {kind!r} stands inside another provenance or vantage span")
            open_marks.append((group, {"start": length, "kind": kind}))
        elif group == "plain":
            if not open_marks or open_marks[-1][0] != "vantage":
                raise MarkupError("'=>' outside a vantage span")
            open_marks[-1][1]["plain"] = match["plain"].strip()
        else:
            if not open_marks or open_marks[-1][0] != _CLOSES[match["close"]]:
                raise MarkupError(f"{match['close']!r} closes nothing that is open here")
            name, mark = open_marks.pop()
            mark["end"] = length
            if mark["end"] == mark["start"]:
                raise MarkupError(f"empty {name} span")
            if name == "vantage" and "plain" not in mark:
                raise MarkupError("a vantage span lacks '=>'")
            labels["identifiers" if name == "identifier" else name].append(mark)
    if open_marks:
        raise MarkupError(f"an {open_marks[-1][0]} span is never closed")
    bare.append(marked[position:])
    narrative = "".join(bare)
    if left := re.search(r"\[\[|\]\]|\{\{|\}\}|<[FOMX][.>]|=>", narrative):
        raise MarkupError(f"a mark was not understood: {narrative[left.start() : left.start() + 30]!r}")
    statements = labels["statements"]
    if not statements or narrative[: statements[0]["start"]].strip():
        raise MarkupError("the narrative must begin with a statement mark")
    for statement, following in zip(statements, [*statements[1:], {"start": len(narrative)}], strict=True):
        text = narrative[statement["start"] : following["start"]]
        statement["start"] += len(text) - len(text.lstrip())
        statement["end"] = statement["start"] + len(text.strip())
        if statement["end"] <= statement["start"]:
            raise MarkupError("an empty statement")
    for name in ("identifiers", "provenance", "vantage"):
        labels[name].sort(key=lambda span: (span["start"], span["end"]))
    return {"narrative": narrative, **labels}


def _place_keeps(record: dict, phrases: list[str]) -> list[dict]:
    cuts = record["provenance"] + record["vantage"] + record["identifiers"]
    placed = []
    for phrase in phrases:
        starts = [match.start() for match in re.finditer(re.escape(phrase), record["narrative"])]
        if not starts:
            raise MarkupError(f"keep phrase not in the narrative: {phrase!r}")
        free = [start for start in starts if not any(cut["start"] < start + len(phrase) and start < cut["end"] for cut in cuts)]
        if not free:
            raise MarkupError(f"keep phrase runs over an identifier, provenance or vantage: {phrase!r}")
        placed.append({"start": free[0], "end": free[0] + len(phrase)})
    return placed


def read_submission(block: str, *, light: bool = False) -> dict:
    """Read one submission; raises MarkupError naming its reference. A light one has statements and document labels only."""
    head, found, marked = block.partition("\ntext:\n")
    fields: dict[str, str] = {}
    keeps: list[str] = []
    for line in head.strip().splitlines():
        key, colon, value = line.partition(":")
        if key == "keep":
            keeps.append(value.strip())
        elif colon:
            fields[key.strip()] = value.strip()
    reference = fields.pop("id", "without id")
    try:
        if not found:
            raise MarkupError("no 'text:' line")
        record = {"reference": reference, **{key: fields.pop(key, "") for key in ("sector", "style", "received_at")}}
        record["source"] = {"role": fields.pop("source_role", ""), "vantage_point": fields.pop("source_vantage", "")}
        record["form"] = {key[5:]: fields.pop(key) for key in list(fields) if key.startswith("form.")}
        record |= read_narrative(marked.strip("\n"))
        record["keep"] = _place_keeps(record, keeps)
        record["categories"] = [part.strip() for part in fields.pop("categories", "").split(",") if part.strip()]
        record["outcome"], record["priority"] = fields.pop("outcome", ""), fields.pop("priority", "")
        for name, value, allowed in (
            ("sector", record["sector"], SECTORS),
            ("style", record["style"], STYLES),
            ("outcome", record["outcome"], OUTCOMES),
            ("priority", record["priority"], PRIORITIES),
            *(("category", value, CATEGORIES) for value in record["categories"] or ["none given"]),
            *(("form field", value, FORM_KEYS) for value in record["form"]),
        ):
            if value not in allowed:
                raise MarkupError(f"unknown {name} {value!r}")
        if fields:
            raise MarkupError(f"unknown key {sorted(fields)[0]!r}")
        if not re.fullmatch(r"20\d\d-\d\d-\d\d", record["received_at"]):
            raise MarkupError("received_at must be a date like 2026-03-11")
        if not record["source"]["role"] or not record["source"]["vantage_point"]:
            raise MarkupError("source_role and source_vantage are needed")
        if light and (keeps or any(record[label] for label in ("identifiers", "provenance", "vantage"))):
            raise MarkupError("light marking has statements and document labels only")
        if not light and not keeps and record["outcome"] != "no_action":
            raise MarkupError("no keep phrase")
    except MarkupError as error:
        raise MarkupError(f"{reference}: {error}") from None
    return record


def marked_blocks(path: Path) -> Iterator[str]:
    """Yield the submissions of one marked-up file as they are typed."""
    for block in re.split(r"(?m)^====\s*$", path.read_text(encoding="utf-8")):
        if block.strip():
            yield block.strip("\n")


def read_file(path: Path) -> Iterator[dict]:
    """Yield the submissions of one marked-up file."""
    for block in marked_blocks(path):
        yield read_submission(block, light=is_light(path))


def is_light(path: Path) -> bool:
    """Whether the texts of a file are marked lightly: those of the folder `documents` are."""
    return path.parent.name == "documents"


if __name__ == "__main__":
    faults = 0
    for name in sys.argv[1:]:
        blocks = list(marked_blocks(Path(name)))
        words = 0
        for block in blocks:
            try:
                words += len(read_submission(block, light=is_light(Path(name)))["narrative"].split())
            except MarkupError as error:
                faults += 1
                print(f"{name}: {error}")
        print(json.dumps({"file": Path(name).name, "submissions": len(blocks), "words": words, "faults": faults}))
    sys.exit(bool(faults))
