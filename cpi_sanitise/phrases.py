"""Patterns of words, written so that a non-programmer can review them, and their matching on a Doc.

A pattern is a row of elements divided by spaces:

    word          that word, in any case
    ~see          any form of the verb
    <visit>       an entry of the word list of that name (entries may be several words)
    (a|the|her)   one of these, each itself a pattern
    {NOUN}        one word of that part of speech (Universal Dependencies), {NN} also by tag
    ...           up to five words, none of them ending a sentence
    ..            up to seven words within the clause: not past a comma, nor past "and", "but", "that", "because", "so"
    ^ $           the beginning, the end of a sentence (but for its punctuation)
    element?      may be absent
    «…»           only what stands between the marks is the find; without marks all of it

Matching is bounded in every element, so it is linear in the length of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from spacy.tokens import Doc, Token

from .english import forms
from .offsets import words_of

_ELEMENTS = re.compile(
    r"\s*(?:(?P<open>\()|(?P<close>\))|(?P<bar>\|)|(?P<mark>[«»])|(?P<item>\.\.\.|\.\.|\^|\$|[~<{]?[^\s()|«»?]+))(?P<optional>\?)?"
)
_GAP = 5
_CLAUSE_GAP = 7
_CLAUSE_ENDS = frozenset(", and but that because so".split())


class PatternError(ValueError):
    """A pattern is not written as this module says."""


@dataclass(frozen=True, slots=True)
class _Element:
    kind: str  # word, any_of, pos, gap, start, end, group, mark
    words: frozenset[str] = frozenset()
    options: tuple[tuple[_Element, ...], ...] = ()
    optional: bool = False
    value: str = ""
    # Of a group: the options that may begin with a word, by that word, and those that may begin with any; in the order of writing.
    by_first: Mapping[str, tuple[tuple[_Element, ...], ...]] = field(default_factory=dict)
    by_any: tuple[tuple[_Element, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled pattern with what its rule says of a find."""

    elements: tuple[_Element, ...]
    rule: Mapping[str, str]


def compile_pattern(text: str, lists: Mapping[str, Sequence[str]], rule: Mapping[str, str]) -> Pattern:
    """Compile one pattern; raises PatternError for an unknown list or unbalanced marks."""
    stack: list[list[list[_Element]]] = [[[]]]
    position = 0
    while position < len(text.rstrip()):
        match = _ELEMENTS.match(text, position)
        if not match:
            raise PatternError(f"cannot read {text[position : position + 20]!r}")
        position = match.end()
        optional = bool(match["optional"])
        if match["open"]:
            stack.append([[]])
        elif match["bar"]:
            stack[-1].append([])
        elif match["close"]:
            if len(stack) == 1:
                raise PatternError(f"unbalanced brackets in {text!r}")
            options = tuple(tuple(option) for option in stack.pop())
            stack[-1][-1].append(_group(options, optional))
        elif match["mark"]:
            stack[-1][-1].append(_Element("mark", value=match["mark"]))
        else:
            stack[-1][-1].append(_element(match["item"], lists, optional))
    if len(stack) != 1 or len(stack[0]) != 1:
        raise PatternError(f"unbalanced brackets in {text!r}")
    return Pattern(tuple(stack[0][0]), rule)


def _element(item: str, lists: Mapping[str, Sequence[str]], optional: bool) -> _Element:
    if item in ("...", ".."):
        return _Element("gap", optional=optional, value=item)
    if item in "^$":
        return _Element("start" if item == "^" else "end")
    if item[0] == "~":
        return _Element("word", words=forms(item[1:]), optional=optional)
    if item[0] == "{" and item[-1] == "}":
        return _Element("pos", value=item[1:-1], optional=optional)
    if item[0] == "<" and item[-1] == ">":
        if item[1:-1] not in lists:
            raise PatternError(f"no word list {item}")
        single = frozenset(entry for entry in lists[item[1:-1]] if " " not in entry)
        several = tuple(
            tuple(_Element("word", words=frozenset([word])) for word in entry.split())
            for entry in sorted(lists[item[1:-1]], key=len, reverse=True)
            if " " in entry
        )
        if not several:
            return _Element("word", words=single, optional=optional)
        return _group((*several, (_Element("word", words=single),)), optional)
    return _Element("word", words=frozenset([item.lower()]), optional=optional)


def _group(options: tuple[tuple[_Element, ...], ...], optional: bool) -> _Element:
    firsts = [_first_words(option) for option in options]
    by_first = {
        word: tuple(option for option, first in zip(options, firsts, strict=True) if first is None or word in first)
        for word in frozenset().union(*(first for first in firsts if first))
    }
    by_any = tuple(option for option, first in zip(options, firsts, strict=True) if first is None)
    return _Element("group", options=options, optional=optional, by_first=by_first, by_any=by_any)


def _first_words(elements: Sequence[_Element], then: frozenset[str] | None = None) -> frozenset[str] | None:
    """The words a match can begin with, `then` where the elements may all be absent; None when it can begin with anything."""
    found: set[str] = set()
    for element in elements:
        if element.kind in ("mark", "start"):
            continue
        if element.kind == "word":
            found |= element.words
        elif element.kind == "group":
            for option in element.options:
                inner = _first_words(option)
                if inner is None:
                    return None
                found |= inner
        else:
            return None
        if not element.optional:
            return frozenset(found)
    return None if then is None else then | found


def _openings(elements: Sequence[_Element], then: frozenset[str] | None = None) -> dict[str, frozenset[str] | None]:
    """Each word a match can begin with, and the words that can stand behind it, of the elements or of `then`; None for any word."""
    openings: dict[str, frozenset[str] | None] = {}
    for at, element in enumerate(elements):
        if element.kind in ("mark", "start"):
            continue
        following = _first_words(elements[at + 1 :], then)
        inner = [dict.fromkeys(element.words, following), *(_openings(option, following) for option in element.options)]
        for word, seconds in (pair for options in inner for pair in options.items()):
            known = openings.get(word, frozenset())
            openings[word] = None if known is None or seconds is None else known | seconds
        if not element.optional:
            break
    return openings


class Phrasebook:
    """Many patterns tried at once: each is looked at only where one of its first words stands, and behind it one that can follow."""

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        self._by_first: dict[str, list[tuple[Pattern, frozenset[str] | None]]] = {}
        for pattern in patterns:
            if not _first_words(pattern.elements):
                raise PatternError(f"a pattern may not begin with a gap, a part of speech or optional words only: {dict(pattern.rule)}")
            # Most places that have the first word do not have the second.
            for word, seconds in _openings(pattern.elements).items():
                self._by_first.setdefault(word, []).append((pattern, seconds))

    def find(self, doc: Doc) -> list[tuple[int, int, Mapping[str, str]]]:
        """Finds as (first token, last token + 1, rule), the longest of each pattern at each place."""
        found = []
        words = words_of(doc)
        for place, (word, following) in enumerate(zip(words, [*words[1:], ""], strict=True)):
            for pattern, seconds in self._by_first.get(word, ()):
                if seconds is not None and following not in seconds:
                    continue
                span = _match(doc, words, pattern.elements, place)
                if span and span[0] < span[1]:
                    found.append((*span, pattern.rule))
        return found


def _match(doc: Doc, words: list[str], elements: tuple[_Element, ...], place: int) -> tuple[int, int] | None:
    best: tuple[int, int] | None = None
    for end, begin_mark, end_mark in _ends(doc, words, elements, 0, place, None, None):
        span = (place if begin_mark is None else begin_mark, end if end_mark is None else end_mark)
        if best is None or span[1] - span[0] > best[1] - best[0]:
            best = span
    return best


def _ends(
    doc: Doc, words: list[str], elements: tuple[_Element, ...], at: int, place: int, begin: int | None, end: int | None
) -> Iterable[tuple[int, int | None, int | None]]:
    # What leaves no choice is gone through without a generator for each step: most places fail at the second word.
    while at < len(elements):
        element = elements[at]
        if element.kind == "mark":
            begin, end = (place, end) if element.value == "«" else (begin, place)
        elif element.kind == "word" and not element.optional:
            if place >= len(words) or words[place] not in element.words:
                return
            place += 1
        else:
            break
        at += 1
    else:
        yield place, begin, end
        return
    if element.kind == "start":
        if _starts_sentence(doc, place):
            yield from _ends(doc, words, elements, at + 1, place, begin, end)
        return
    if element.kind == "end":
        if _ends_sentence(doc, place):
            yield from _ends(doc, words, elements, at + 1, place, begin, end)
        return
    if element.kind == "gap":
        for skipped in range((_GAP if element.value == "..." else _CLAUSE_GAP) + 1):
            yield from _ends(doc, words, elements, at + 1, place + skipped, begin, end)
            if place + skipped >= len(words) or words[place + skipped] in ".!?;" or "\n" in words[place + skipped]:
                break
            if element.value == ".." and words[place + skipped] in _CLAUSE_ENDS:
                break
        return
    if element.kind == "group":
        word = words[place] if place < len(words) else ""
        for option in element.by_first.get(word, element.by_any):
            yield from _ends(doc, words, option + elements[at + 1 :], 0, place, begin, end)
    elif place < len(words):
        if element.kind == "word":
            if words[place] in element.words:
                yield from _ends(doc, words, elements, at + 1, place + 1, begin, end)
        elif element.value in (doc[place].pos_, doc[place].tag_):
            yield from _ends(doc, words, elements, at + 1, place + 1, begin, end)
    if element.optional:
        yield from _ends(doc, words, elements, at + 1, place, begin, end)


def _starts_sentence(doc: Doc, place: int) -> bool:
    while place > 0 and place < len(doc) and not doc[place].is_sent_start:
        if not _is_filler(doc[place - 1]):
            return False
        place -= 1
    return place < len(doc)


def _ends_sentence(doc: Doc, place: int) -> bool:
    while place < len(doc) and not doc[place].is_sent_start:
        if not _is_filler(doc[place]):
            return False
        place += 1
    return True


def _is_filler(token: Token) -> bool:
    return token.is_punct or token.is_space
