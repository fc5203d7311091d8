"""Dates that count from the day of writing ("last night", "on Tuesday"), made absolute, so that a log read a month later still says when.

Resolved against the day of receipt, and only where the meaning is safe: never sharper than the text ("two weeks ago" becomes "around"
that day, "a few weeks ago" stays), never in quotation, never where two days come into question ("last Friday" written on a Saturday,
"next Friday", "on Friday" without a tense). A telling on another day leaves "yesterday" in the same sentence in doubt, so it stays.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from spacy.tokens import Doc, Token

from .offsets import text_of
from .quotation import quoted
from .spans import ProvenanceSpan, Taken, Touching

MONTHS = ("", "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_NUMBERS = {word: number for number, word in enumerate("zero one two three four five six seven eight nine ten eleven twelve".split())} | {
    "a": 1
}
_NUMBER = r"(?P<n>\d{1,2}|" + "|".join(_NUMBERS) + ")"
_PART = r"(?:\s+(?P<part>morning|afternoon|evening|night))?"
_DAY = r"(?P<day>" + "|".join(_WEEKDAYS) + ")"
_ENDS = r"(?![\w-])(?!['’]s)"
_LEANS = frozenset("since until till from by before after for of".split())
_VAGUE = frozenset(
    "about around roughly some approximately nearly almost over maybe perhaps couple few several every each most all many or".split()
)


@dataclass(frozen=True, slots=True)
class DatedSpan:
    """A relative date in the narrative and what the log says instead."""

    start: int
    end: int
    text: str


def find_relative_dates(doc: Doc, received: date, provenance: Sequence[ProvenanceSpan]) -> list[DatedSpan]:
    """The relative dates that can be made absolute with confidence, in order and apart from each other."""
    in_quotation = quoted(doc)
    found: list[DatedSpan] = []
    narrative, gone, taken = text_of(doc), Touching(provenance), Taken()
    for shape, resolve, deictic in _SHAPES:
        for match in shape.finditer(narrative):
            start, end = match.span()
            if taken.touches(DatedSpan(start, end, "")):
                continue
            span = doc.char_span(start, end, alignment_mode="expand")
            if span is None or any(in_quotation[token.i] for token in span) or gone(start, end):
                continue
            before = doc[span.start - 1].lower_ if span.start else ""
            after = narrative[end : end + 8].lower()
            if before in _VAGUE or after.startswith((" or ", " ish")) or (before in ("the", "this", "past") and deictic != "part"):
                continue
            if deictic and _told_on_another_day(doc, span.root, received, gone):
                continue
            text = resolve(match, received, _tense(span.root), before)
            if text:
                found.append(DatedSpan(start, end, text))
                taken.add(found[-1])
    return sorted(found, key=lambda one: one.start)


def _told_on_another_day(doc: Doc, root: Token, received: date, provenance: Touching[ProvenanceSpan]) -> bool:
    """Whether a telling that was cut from the sentence names a day that is not the day of writing."""
    sentence = root.sent
    begin, end = sentence.start_char, sentence.end_char
    cut = " ".join(text_of(doc)[max(span.start, begin) : min(span.end, end)] for span in provenance(begin, end))
    named = re.search(
        rf"\b(?:yesterday|last\s+\w+|ago|(?:on|at)\s+{_DAY}|{_DAY}(?:['’]s)?)\b".replace("(?P<day>", "(?:"), cut, re.IGNORECASE
    )
    today = _WEEKDAYS[received.weekday()]
    return named is not None and today not in named[0].lower()


def _tense(root: Token) -> str:
    """Past or future by the verb that the date belongs to; empty where it shows neither."""
    verb = root.head
    for _ in range(6):
        if verb.pos_ in ("VERB", "AUX") or verb.head.i == verb.i:
            break
        verb = verb.head
    chain = [verb]
    if verb.dep_ in ("xcomp", "conj") and not any(child.dep_ in ("aux", "aux:pass", "cop") for child in verb.children):
        chain.append(verb.head)
    words = [token for one in chain for token in (one, *(child for child in one.children if child.dep_ in ("aux", "aux:pass", "cop")))]
    if any(token.lower_ in ("will", "'ll", "shall", "going", "gon") for token in words):
        return "future"
    if any(token.tag_ == "VBD" for token in words):
        return "past"
    return ""


# --- days -----------------------------------------------------------------------------------------------------------------


def written(day: date, *, weekday: bool = False) -> str:
    """3 March 2026, or Tuesday 3 March 2026."""
    name = f"{_WEEKDAYS[day.weekday()].capitalize()} " if weekday else ""
    return f"{name}{day.day} {MONTHS[day.month]} {day.year}"


def _on(day: date, part: str | None, before: str, *, weekday: bool = False) -> str:
    if part:
        return "" if before in _LEANS else f"on the {part} of {written(day, weekday=weekday)}"
    return written(day, weekday=weekday) if before in (*_LEANS, "on") else f"on {written(day, weekday=weekday)}"


_Resolve = Callable[[re.Match[str], date, str, str], str]


def _near(days: int, part: str | None = None) -> _Resolve:
    def resolve(match: re.Match[str], received: date, tense: str, before: str) -> str:
        return _on(received + timedelta(days), part or match.groupdict().get("part"), before)

    return resolve


def _today(match: re.Match[str], received: date, tense: str, before: str) -> str:
    # Without a tense "today" may mean nowadays.
    return _on(received, None, before) if tense else ""


def _ago(match: re.Match[str], received: date, tense: str, before: str) -> str:
    number = _NUMBERS.get(match["n"].lower()) or int(match["n"])
    unit = match["unit"].lower()
    if unit == "day":
        return _on(received - timedelta(number), None, before) if 1 < number < 8 else ""
    if unit == "week":
        return f"around {written(received - timedelta(7 * number))}" if 0 < number < 9 else ""
    if unit == "month":
        months = received.year * 12 + received.month - 1 - number
        return f"around {MONTHS[months % 12 + 1]} {months // 12}" if 0 < number < 13 else ""
    return f"around {received.year - number}" if number else ""


def _period(match: re.Match[str], received: date, tense: str, before: str) -> str:
    step = -1 if match["which"].lower() == "last" else 1
    unit = match["unit"].lower()
    if before in _LEANS and unit == "week":
        return ""
    lead = "" if before in _LEANS else "in "
    if unit == "week":
        return f"in the week of {written(received - timedelta(received.weekday()) + timedelta(7 * step))}"
    if unit == "month":
        months = received.year * 12 + received.month - 1 + step
        return f"{lead}{MONTHS[months % 12 + 1]} {months // 12}"
    return f"{lead}{received.year + step}"


def _last_weekday(match: re.Match[str], received: date, tense: str, before: str) -> str:
    """The last one before receipt, where it lies in the week before; in the same week people mean either."""
    day = received - timedelta((received.weekday() - _WEEKDAYS.index(match["day"].lower()) - 1) % 7 + 1)
    same_week = day >= received - timedelta(received.weekday())
    return "" if same_week else _on(day, match["part"], before, weekday=True)


def _weekday(match: re.Match[str], received: date, tense: str, before: str) -> str:
    away = (received.weekday() - _WEEKDAYS.index(match["day"].lower())) % 7
    if not away or tense not in ("past", "future"):
        return ""
    day = received - timedelta(away) if tense == "past" else received + timedelta(7 - away)
    return _on(day, match["part"], "", weekday=True)


_DAY_OF_WRITING = "day"
_SHAPES: tuple[tuple[re.Pattern[str], _Resolve, str], ...] = tuple(
    (re.compile(rf"(?<![\w'’-]){shape}{_ENDS}", re.IGNORECASE), resolve, deictic)
    for shape, resolve, deictic in (
        (r"the\s+day\s+before\s+yesterday", _near(-2), "part"),
        (r"the\s+day\s+after\s+tomorrow", _near(2), "part"),
        (r"the\s+night\s+before\s+last", _near(-2, "night"), "part"),
        (r"last\s+night", _near(-1, "night"), "part"),
        (r"yesterday" + _PART, _near(-1), _DAY_OF_WRITING),
        (r"tomorrow" + _PART, _near(1), _DAY_OF_WRITING),
        (r"tonight", _near(0, "night"), _DAY_OF_WRITING),
        (r"this\s+(?P<part>morning|afternoon|evening)", _near(0), _DAY_OF_WRITING),
        (r"today", _today, _DAY_OF_WRITING),
        (_NUMBER + r"\s+(?P<unit>day|week|month|year)s?\s+ago", _ago, _DAY_OF_WRITING),
        (r"(?P<which>last|next)\s+(?P<unit>week|month|year)", _period, ""),
        (r"last\s+" + _DAY + _PART, _last_weekday, ""),
        (r"on\s+" + _DAY + _PART, _weekday, ""),
    )
)
