"""The words printed on the AD 362 form: found at the head of a column, beside a field and in running text, also misread.

A form that went through a scanner has `Partners hip`, `in formation`, `0rganisation`. Words are therefore compared by
their letters alone, with the letters that scanners take for each other made one, and a heading may miss some of them.
The thresholds are one-sided: what is nearly a heading, but not near enough, is a doubt, and a doubt refuses the
document. Read on, the source's name would stand in the narrative as if it were a subject's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from rapidfuzz.distance import Levenshtein

from .errors import IntakeError
from .submission import FORM_FIELDS

TARGETS = ("reference", "narrative", "received_at", *FORM_FIELDS)

# A heading that the form prints twice is the submitter's first and the source's second.
AD_362 = {
    "Name": ("submitter_name", "source_name"),
    "Organisation": ("submitter_organisation",),
    "Telephone": ("submitter_telephone", "source_telephone"),
    "Email": ("submitter_email", "source_email"),
    "Your name": ("submitter_name",),
    "Your organisation": ("submitter_organisation",),
    "Your telephone": ("submitter_telephone",),
    "Your email": ("submitter_email",),
    "Information": ("narrative",),
    "Information including date and location": ("narrative",),
    "Where did this information come from?": ("source_name",),
    "Source name": ("source_name",),
    "Date of birth": ("source_dob",),
    "Address": ("source_address",),
    "Can they be re-contacted?": ("can_recontact",),
    "If yes, provide details": ("recontact_details",),
    "How did they find this information out?": ("how_found_out",),
    "When did they find this information out?": ("when_found_out",),
    "Who else have you shared this information with?": ("shared_with",),
    "If Police act on this information what difficulties might there be?": ("difficulties",),
    "How can we mitigate those difficulties?": ("mitigation",),
}

# One edit in seven letters. Measured on the form's own headings: the two that are most alike ("How did they …", "When
# did they …") differ by more, once the better of the two is taken.
ALIKE = 0.85
# Below this a text only shares words with a heading.
NEARLY_ALIKE = 0.7
_SHORTEST_GUESSED_LETTERS = 8
# Longer texts are not forms, and are not looked through for misread headings.
_FORM_LIMIT_CHARACTERS = 200_000


def letters(text: str) -> str:
    """Return what two spellings of one heading share: neither case, nor spaces, nor signs."""
    return re.sub(r"[\W_]", "", text.casefold())


_SCANNED = str.maketrans({"0": "o", "1": "i", "l": "i", "|": "i", "!": "i", "5": "s", "8": "b"})


def _scanned(text: str) -> str:
    return letters(text.translate(str.maketrans("|!", "ii"))).translate(_SCANNED).replace("rn", "m").replace("vv", "w")


_KNOWN: dict[str, tuple[str, ...]] = {letters(words): targets for words, targets in AD_362.items()}
_KNOWN |= {letters(target): (target,) for target in TARGETS}
_PRINTED: dict[str, str] = {letters(target): target for target in TARGETS} | {letters(words): words for words in AD_362}


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a heading is taken for: its targets in the order of its occurrences, and the printed words if it is a guess."""

    targets: tuple[str, ...]
    guessed_from: str | None = None


def meaning(heading: str) -> Meaning | None:
    """Return what the heading of a column or the name of a field stands for, exactly or by a guess; None if by neither."""
    name = letters(heading)
    if name in _KNOWN:
        return Meaning(_KNOWN[name])
    # A quotation mark or a delimiter tells of a row that was taken apart at the wrong places.
    if len(name) < _SHORTEST_GUESSED_LETTERS or re.search(r'["|;\t\n]', heading):
        return None
    ranked = sorted(
        ((Levenshtein.normalized_similarity(_scanned(heading), _scanned(known)), known) for known in _KNOWN), key=lambda pair: -pair[0]
    )
    best, known = ranked[0]
    rival = next((score for score, other in ranked[1:] if _KNOWN[other] != _KNOWN[known]), 0.0)
    if best < ALIKE or best - rival < 0.05:
        return None
    return Meaning(_KNOWN[known], _PRINTED[known])


# The form in running text

_SUBMITTER, _SOURCE, _WHERE, _END = "your details", "information source", "where", "end"

# Questions long enough to be found anywhere, also where a scanner has run the whole form into one line.
_QUESTIONS: dict[str, tuple[str, ...]] = {
    "narrative": ("Information including date and location",),
    _WHERE: ("Where did this information come from?",),
    "can_recontact": ("Can they be re-contacted?", "Can they be Yes No re-contacted?"),
    "recontact_details": ("If yes, provide details",),
    "how_found_out": ("How did they find this information out?",),
    "when_found_out": ("When did they find this information out?",),
    "shared_with": ("Who else have you shared this information with?",),
    "difficulties": ("If Police act on this information what difficulties might there be?",),
    "mitigation": ("How can we mitigate those difficulties?",),
    _END: ("What will the Police do with the information?",),
}
# Too short to be told from a sentence: headings only as a line of their own, or straight before what follows on the form.
_SECTIONS = {_SUBMITTER: "Your Details", _SOURCE: "Information Source"}
_AFTER_THE_NARRATIVE = (_SOURCE, _WHERE)
_ANSWERS_OF_THE_SOURCE = (
    "can_recontact",
    "recontact_details",
    "how_found_out",
    "when_found_out",
    "shared_with",
    "difficulties",
    "mitigation",
)

_SUBMITTER_LABELS = ("name", "organisation", "telephone", "email")
_SOURCE_LABELS = ("name", "date of birth", "address", "telephone", "email")
_SPELLINGS = {
    "name": ("name", "full name", "your name"),
    "organisation": ("organisation", "organization", "your organisation"),
    "telephone": ("telephone", "telephone number", "telephone no", "tel", "tel no", "phone", "phone number"),
    "email": ("email", "e mail", "email address", "e mail address"),
    "date of birth": ("date of birth", "dob", "d o b"),
    "address": ("address", "home address"),
}
_FIELDS = {
    (_SUBMITTER, "name"): "submitter_name",
    (_SUBMITTER, "organisation"): "submitter_organisation",
    (_SUBMITTER, "telephone"): "submitter_telephone",
    (_SUBMITTER, "email"): "submitter_email",
    (_SOURCE, "name"): "source_name",
    (_SOURCE, "date of birth"): "source_dob",
    (_SOURCE, "address"): "source_address",
    (_SOURCE, "telephone"): "source_telephone",
    (_SOURCE, "email"): "source_email",
}


@dataclass(frozen=True, slots=True)
class _Found:
    key: str
    start: int
    end: int
    score: float = 1.0


_WORD = re.compile(r"[^\W_]+|[|!]+(?=\w)")


class _Words:
    """The words of a text as one run of letters, so that a word that a scanner broke or joined is still the same letters."""

    def __init__(self, text: str) -> None:
        self.spans = [match.span() for match in _WORD.finditer(text)]
        # The letters of each word by themselves, since "r" and "n" on either side of a space make no "m".
        folded = [_scanned(text[start:end]) for start, end in self.spans]
        self.letters = "".join(folded)
        self.offsets = [0]
        for word in folded:
            self.offsets.append(self.offsets[-1] + len(word))

    def find(self, key: str, heading: str) -> list[_Found]:
        """Return the places that are nearly the heading or nearer, at most one for each first word."""
        wanted = "".join(_scanned(word) for word in heading.split())
        found = []
        last = 0
        for first in range(len(self.spans)):
            aim = self.offsets[first] + len(wanted)
            last = max(last, first)
            while last < len(self.spans) and self.offsets[last] < aim:
                last += 1
            best, end = 0.0, first
            for until in (last - 1, last):  # of equals the shorter, which takes no word of an answer
                if until <= first:
                    continue
                score = Levenshtein.normalized_similarity(
                    wanted, self.letters[self.offsets[first] : self.offsets[until]], score_cutoff=NEARLY_ALIKE
                )
                if score > best:
                    best, end = score, until
            if best >= NEARLY_ALIKE:
                found.append(_Found(key, self.spans[first][0], self.spans[end - 1][1], best))
        return found


def read_form(text: str) -> dict[str, Any] | None:
    """Return narrative, form and the rest of an AD 362 form in running text; None for a text that is no such form.

    Raises IntakeError where the text is a form, but where one answer ends and the next begins is in doubt.
    """
    if len(text) > _FORM_LIMIT_CHARACTERS:
        return None
    questions = _questions(text)
    keys = [found.key for found in questions]
    if not questions or (len(questions) == 1 and keys != ["narrative"]):
        return None
    if "narrative" not in keys:
        if len(questions) >= 2 and set(keys) & set(_ANSWERS_OF_THE_SOURCE):
            raise _doubt("the heading of the information cannot be found")
        return None
    breaks = sorted([*questions, *_sections(text, questions)], key=lambda found: found.start)
    fields: dict[str, Any] = {"form": {}, "other": {}}
    rest = [text[: breaks[0].start]]
    zones: dict[str, str] = {}
    if breaks[0].key != _SUBMITTER:
        zones[_SUBMITTER], rest = rest[0], []
    for found, after in zip_longest(breaks, breaks[1:]):
        answer = text[found.end : after.start if after else len(text)]
        if found.key in (_SUBMITTER, _SOURCE, _WHERE):
            zone = _SUBMITTER if found.key == _SUBMITTER else _SOURCE
            zones[zone] = zones.get(zone, "") + "\n" + answer
        elif found.key == "narrative":
            _check_narrative(breaks, after, answer)
            fields["narrative"] = _answer(answer)
        elif found.key == "can_recontact":
            # The boxes stand in the middle of the printed question; telephone and e-mail of the source after it.
            ticks, labels = _split_at_labels(answer)
            fields["form"][found.key] = _ticked(text[found.start : found.end], ticks)
            zones[_SOURCE] = zones.get(_SOURCE, "") + "\n" + labels
        elif found.key == _END:
            rest.append(answer)
        else:
            fields["form"][found.key] = _answer(answer)
    for zone, wanted in ((_SUBMITTER, _SUBMITTER_LABELS), (_SOURCE, _SOURCE_LABELS)):
        answers, before = _labelled(zones.get(zone, ""), wanted)
        fields["form"] |= {_FIELDS[zone, label]: answer for label, answer in answers.items()}
        if zone == _SUBMITTER:
            rest.append(before)
        elif before:
            _take_where(fields["form"], before)
    fields["form"] = {key: answer for key, answer in fields["form"].items() if answer}
    if furniture := "\n".join(part.strip() for part in rest if part.strip()):
        fields["other"]["beside_the_form"] = furniture
    return fields


def _take_where(form: dict[str, str], where: str) -> None:
    # "A parent" under "Where did this information come from?" is how it came, and no name to be searched for.
    if form.get("source_name") or len(where.split()) > 5:
        form["how_found_out"] = "\n".join(part for part in (where, form.get("how_found_out", "")) if part)
    else:
        form["source_name"] = where


def _questions(text: str) -> list[_Found]:
    words = _Words(text)
    candidates = [found for key, spellings in _QUESTIONS.items() for words_ in spellings for found in words.find(key, words_)]
    # Of equals the later: where a heading lost its first letter, the word before it is an answer's.
    candidates.sort(key=lambda found: (-found.score, -found.start))
    taken: list[_Found] = []
    nearly: list[_Found] = []
    for found in candidates:
        if any(found.start < other.end and other.start < found.end for other in (*taken, *nearly)):
            continue
        (taken if found.score >= ALIKE else nearly).append(found)
    keys = [found.key for found in taken]
    missing = {found.key for found in nearly} - set(keys)
    if taken and missing or len(missing) > 1:
        raise _doubt("a heading is misread")
    if len(set(keys)) < len(keys):
        raise _doubt("a heading stands there twice")
    if keys == ["narrative"]:
        start = taken[0].start
        if text[:start].rpartition("\n")[2].strip():
            return []
    return sorted(taken, key=lambda found: found.start)


def _sections(text: str, questions: Sequence[_Found]) -> list[_Found]:
    starts = {found.start for found in questions}
    name = re.compile(r"\W*(?:full\s+)?n(?:am|arn)e\b", re.I)
    words = _Words(text)
    found = []
    for key, heading in _SECTIONS.items():
        for place in sorted(words.find(key, heading), key=lambda place: (-place.score, -place.start)):
            if place.score < ALIKE or any(place.start < other.end and other.start < place.end for other in questions):
                continue
            following = text[place.end :]
            own_line = not text[: place.start].rpartition("\n")[2].strip() and not following.partition("\n")[0].strip(" :.\t\r")
            onward = place.end + len(following) - len(following.lstrip(" :\t\r\n"))
            if own_line or onward in starts or name.match(following):
                found.append(place)
                break
    return found


def _check_narrative(breaks: Sequence[_Found], after: _Found | None, narrative: str) -> None:
    if after is not None and after.key in _ANSWERS_OF_THE_SOURCE and not any(found.key in _AFTER_THE_NARRATIVE for found in breaks):
        # The source's name and address would be read as part of what was reported.
        raise _doubt("the heading of the information source cannot be found")
    answers, _ = _labelled(narrative, ("date of birth", "address", "telephone", "email"), anywhere=False)
    if len(answers) > 1:
        raise _doubt("headings stand in the middle of the information")


def _doubt(what: str) -> IntakeError:
    return IntakeError(
        f"it looks like the AD 362 form, but {what}",
        hint="send the form as the file it was filled in as, one form a file, or give its answers as columns",
    )


def _label_pattern(label: str) -> re.Pattern[str]:
    spellings = sorted(_SPELLINGS[label], key=len, reverse=True)
    damaged = [
        r"[\s.\-]*".join(
            "".join({"m": "(?:m|rn)", "l": "[l1|!i]", "i": "[i1|!l]", "o": "[o0]"}.get(letter, letter) for letter in word)
            for word in spelling.split()
        )
        for spelling in spellings
    ]
    return re.compile(rf"(?<!\w)(?:{'|'.join(damaged)})(?!\w)[ \t]*[:.]?", re.I)


_LABELS = {label: _label_pattern(label) for label in _SPELLINGS}


def _labels(zone: str, labels: Sequence[str], *, anywhere: bool) -> list[_Found]:
    found: list[_Found] = []
    for label in labels:
        matches = list(_LABELS[label].finditer(zone))
        own = [match for match in matches if not zone[: match.start()].rpartition("\n")[2].strip(" \t|☐•-*") or match.group().endswith(":")]
        if own:
            found.append(_Found(label, *own[0].span()))
        elif anywhere and matches:
            # In one line, only in the printed order, and only written as a heading is.
            earlier = [other.end for other in found if labels.index(other.key) < labels.index(label)]
            start = next((m for m in matches if m.start() >= max(earlier, default=0) and zone[m.start()].isupper()), None)
            if start is not None:
                found.append(_Found(label, *start.span()))
    found.sort(key=lambda place: place.start)
    return [place for i, place in enumerate(found) if not i or place.start >= found[i - 1].end]


def _labelled(zone: str, labels: Sequence[str], *, anywhere: bool = True) -> tuple[dict[str, str], str]:
    """Return the answer after each label, and what stands before the first."""
    found = _labels(zone, labels, anywhere=anywhere)
    if not found:
        return {}, _answer(zone)
    ends = [place.start for place in found[1:]] + [len(zone)]
    answers = {place.key: _answer(zone[place.end : end]) for place, end in zip(found, ends, strict=True)}
    values = list(answers.values())
    if len(values) > 1 and values[-1] and not any(values[:-1]):
        # All labels first and all answers after them: a table that was read column by column.
        lines = [line.strip() for line in values[-1].splitlines() if line.strip()]
        if len(lines) == len(values):
            answers = dict(zip(answers, lines, strict=True))
        elif len(lines) > 1 and list(answers)[-1] != "address":
            raise _doubt("which answer belongs to which heading cannot be told")
    return answers, _answer(zone[: found[0].start])


def _split_at_labels(answer: str) -> tuple[str, str]:
    found = _labels(answer, ("telephone", "email"), anywhere=True)
    return (answer[: found[0].start], answer[found[0].start :]) if found else (answer, "")


def _answer(text: str) -> str:
    return re.sub(r"\A[\s:?_.…|]+|[\s_|…]+\Z", "", text)


def _ticked(question: str, answer: str) -> str:
    """Return yes or no by the box that is ticked, or else the words beside the boxes."""
    asked = re.search(r"[☐☒☑✔✓✗✘🗹\[].*", question, re.S)
    text = f"{asked.group() if asked else ''} {answer}"
    beside = re.sub(r"\b(?:yes|no|re|contacted)\b|\[\s*[xX✓]?\s*\]|\W", "", text, flags=re.I)
    if beside:
        return _answer(answer)
    for word in ("yes", "no"):
        if re.search(rf"(?:[☒☑✔✓✗✘🗹]|\[\s*[xX✓]\s*\])\s*{word}\b", text, re.I):
            return word
    said = re.findall(r"\b(?:yes|no)\b", text, re.I)
    return said[0].lower() if len(said) == 1 and "☐" not in text and not re.search(r"\[\s*\]", text) else ""


def fields_of(named: Sequence[tuple[str, str]], mapping: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """Sort named answers (form fields of a PDF, content controls) by what their names mean; return those not known too."""
    wanted = {letters(name): target for name, target in mapping.items()}
    answers: dict[str, str] = {}
    unknown = []
    met: dict[tuple[str, ...], int] = {}
    for name, value in named:
        bare = re.sub(r"(?:[ _#.\-]*\d+)+\Z", "", name)
        meant = next((m for m in (meaning(name), meaning(bare)) if m), None)
        targets = (wanted[letters(name)],) if letters(name) in wanted else meant.targets if meant else ()
        nth = met.get(targets, 0)
        met[targets] = nth + 1
        target = targets[nth] if nth < len(targets) else None
        if target == "other":
            continue
        if target is None or answers.get(target):
            unknown.append(name)
        elif value.strip():
            answers[target] = value
    return answers, unknown
