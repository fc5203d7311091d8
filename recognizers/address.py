"""Postal addresses below the town: house number or name with street, flat and block, a street alone.

Format: BS 7666 (street gazetteer: descriptor last, "Mill Lane"), Royal Mail "How to address mail" (sub-building, building,
thoroughfare); street descriptors in words/street_types.txt. The town is not part of the find. From the descriptor the name is
walked backwards; a descriptor that is also a word ("close", "drive") needs a house number, a capital or a word of address.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from .context import Cues, words_before
from .family import FamilyRecognizer, Find, lowered
from .named import NAME_WORDS, Case, Name, case_of, name_before
from .wordlists import lines, word_set, words

_N = r"[0-9OoIl]{0,3}[0-9][0-9OoIl]{0,3}[A-Za-z]?"
_SPOKEN_UNIT = (
    r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen)"
)
_SPOKEN_N = (
    r"(?:(?:a|one|two) hundred(?: and)? )?(?:(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|"
    rf"ninety)(?:[ -]{_SPOKEN_UNIT})?|{_SPOKEN_UNIT})"
)
_UNIT_WORD = r"(?:flats?|apartment|apt|maisonette|bedsit|studio|room|rm|unit|block|plot|caravan|pitch|bungalow|chalet|lodge)"
_UNIT_NUMBER = r"(?:no\.?[ ]?|number[ ])?(?:[0-9]{1,4}(?:[/\-][0-9]{1,4})?[A-Za-z]?|[A-H])"
_NUMBER_BEFORE = re.compile(
    rf"(?<![0-9A-Za-z£$€:./\-])(?P<number>(?:(?:no\.?|nos\.?|number|numbers)[ ]?)?(?:{_N}(?:[ ]?(?:[-–/&]|"
    rf"and|to)[ ]?{_N}){{0,3}}|(?<=number ){_SPOKEN_N}|{_SPOKEN_N}(?=[ ]))),?[ ]{{1,2}}(?:of[ ])?$",
    re.I,
)
_NO_GAP_NUMBER = re.compile(r"(?<![0-9A-Za-z£$€:./\-])(?P<number>(?:no\.?|number)[ ]?[0-9]{1,4}[A-Za-z]?),?[ ]{1,2}$", re.I)
_UNIT_BEFORE = re.compile(
    rf"(?<![A-Za-z0-9])(?P<unit>{_UNIT_WORD}[ ]?{_UNIT_NUMBER})(?:,[ ]?|[ ]{{1,2}}|[ ]?[-–/][ ]?|[ ]?\n[ ]?)(?:of[ ]|at[ ])?$", re.I
)
_UNIT = re.compile(
    rf"\b(?P<word>flat|apartment|apt|maisonette|bedsit|room|rm|unit|plot|pitch|berth|chalet|caravan)[ ]?(?P<number>{_UNIT_NUMBER})(?![0-9A-Za-z%])",
    re.I,
)
_UNIT_AFTER = re.compile(
    r",?[ ]{1,2}(?P<unit>(?:flat|apartment|apt|maisonette|room|unit|no\.?|number)[ ]?[0-9]{1,4}[A-Za-z]?)(?![0-9A-Za-z])", re.I
)
_BLOCK_NOUNS = (
    "house|court|tower|towers|lodge|mansions|heights|point|apartments|buildings|cottages?|farm|villas?|barn|hall|manor|wharf|mill|"
    "hse|grange|rest|maltings|forge|bungalow|vicarage|rectory|place|view|flats"
)
_BLOCK_BEFORE = re.compile(rf"(?P<noun>\b(?:{_BLOCK_NOUNS}))(?:,[ ]?|[ ]?\n[ ]?|[ ]{{1,2}}(?=$))$", re.I)
_HOUSE_NAME_BEFORE = re.compile(r"(?<![A-Za-z0-9])(?P<name>(?:The|Y|Yr|Ty|Tŷ|Bryn|Plas|Pen)[ ][A-Z][\w'’\-]{1,20}),[ ]?$")
_NUMBER_ALONE = re.compile(
    r"\b(?:at|in|of|from|is|outside|into|to|its|it's|the house|next door to|opp\.?|opposite|neighbour|nbr)[ ]"
    r"(?:their[ ]|the[ ])?\(?(?P<number>(?:number|"
    r"no\.?|num|house)[ ](?:[0-9]{1,4}[A-Za-z]?|" + _SPOKEN_N + r"))(?![0-9A-Za-z%])(?!,[0-9])",
    re.I,
)
_FOLLOWED_BY_HEAD = re.compile(
    r"(?:['’]s)?[ ](?:Surgery|Medical|Health|Dental|Clinic|Hospital|Primary|Infant|Junior|High|"
    r"Secondary|Academy|School|College|Nursery|Pharmacy|Church|Chapel|Mosque|"
    r"Masjid|Gurdwara|Temple|Care|Nursing|Hostel|Hotel|Inn|Estate|Industrial|Trading|Business|"
    r"Retail|Shopping|Station|Community|Children|Youth|Recreation|"
    r"Playing|Car Park|Allotments|Practice|Stores|Garage|Library|Police|FC|Club|Bridge|Cemetery)\b",
    re.I,
)
_MEASURE = re.compile(r"(?:minutes?|mins?|hours?|hrs?|miles?|metres?|yards?|doors?|years?|yrs?|days?|weeks?|km|m)$", re.I)

_WELSH = re.compile(
    r"(?<![A-Za-z0-9])(?:(?P<number>[0-9]{1,4}[A-Za-z]?),?[ ])?(?:(?P<sure>Heol|Ffordd|Stryd|"
    r"Lôn)|Maes|Clos|Bryn|Rhodfa|Cwrt|Cae)[ ](?:(?:y|yr|Y|Yr)[ ])?[A-Z][\w'’\-]{1,20}(?:[ ][A-Z][\w'’\-]{1,20})?"
)

_AT = word_set("""on in at off down along up from near nr of outside behind to by opposite into via between address is around round""")
_LIVES = Cues(
    "lives", "live", "living", "lived", "resides", "residing", "address", "addresses", "home", "house", "moved", "stays", "staying",
    "flat", "property", "tenancy", "tenant", "house on", "based", "rents", "parked", "parks",
)  # fmt: skip
_AGED = Cues(
    "aged", "age", "year", "yr", "section", "clause", "route", "bus", "number of", "category", "level", "tier", "junction", "j",
)  # fmt: skip
_PEOPLE = word_set(
    """people men women males females man woman boys girls lads kids children youths teenagers persons adults residents
    tenants others bed bedroom bedrooms beds minutes mins hours times days weeks months years of off screen screens
    tyre tyres cars weeks"""
)
_NOT_STREETS = word_set(
    """main same back side slip bus dirt country ring access service trunk approach driveway front gravel motorway toll cycle
    tow tow-path foot dual rocky bumpy private long very no one garden parking blind dead steep a-road high railway
    walking middle mean fast slow left right inside outside overtaking crawler hard bus-only closed one-way two-way
    cul-de-sac residential treelined near minutes minute mins min hour hours mile miles five ten house houses terraced
    end mid bungalow detached victorian semi corner wall easy street safe only half tough first hand hard no open
    under get all any such long some either bank book test sex guest car water town city village country council
    football theme skate caravan back rear garage court police post pre flash usb food blood whip hard-drive pen flash
    test-drive sunday thumb"""
)


class _Piece(NamedTuple):
    start: int
    end: int
    score: float
    reason: str


@cache
def _streets() -> tuple[re.Pattern[str], frozenset[str]]:
    """Return the pattern of all descriptors, and those that make a street in lower case too."""
    entries = [line.split("\t") for line in lines("street_types")]
    choice = "|".join(sorted((entry[0] for entry in entries), key=len, reverse=True))
    sure = frozenset(entry[0] for entry in entries if entry[1] == "sure")
    return re.compile(rf" (?:{choice})(?![\w])"), sure


class AddressRecognizer(FamilyRecognizer):
    """Streets with and without number, flats with their block, house names with their street."""

    entity_type = "ADDRESS"

    def find(self, text: str) -> Iterator[Find]:
        """Yield streets with what stands before and behind them, then flats with their block, then bare house numbers."""
        streets, sure = _streets()
        for match in streets.finditer(lowered(text)):
            if piece := _street(text, match.start() + 1, match.end(), match.group()[1:] in sure):
                yield Find(*_with_building(text, piece))
        for match in _WELSH.finditer(text):
            if match.group("number") or match.group("sure"):
                yield Find(*_with_building(text, _Piece(match.start(), match.end(), 0.75, "street, Welsh descriptor first")))
        for match in _UNIT.finditer(text):
            if find := _flat(text, match):
                yield find
        for match in _NUMBER_ALONE.finditer(text):
            following = re.match(r"[ ]([A-Za-z]+)", text[match.end() : match.end() + 20])
            if not (following and following.group(1).lower() in _PEOPLE):
                yield Find(*match.span("number"), 0.5, "house number beside a word of place")


def _street(text: str, head: int, end: int, sure: bool) -> _Piece | None:
    """Return the street, with its number where it has one, that ends in this descriptor; None if it is an ordinary word."""
    written = text[head:end]
    if text[end : end + 1] in ("'", "’"):
        return None
    if written == "ST" and not text[max(0, head - 3) : head - 1].isupper():
        return None
    if (
        written.lower() == "st"
        and re.match(r"\.?[ ][A-Z][a-z]", text[end : end + 4])
        and not re.match(r"\.?[ ](?:and|in|at|on)\b", text[end : end + 5])
    ):
        return None
    if written.lower() == "dr" and re.match(r"\.?[ ][A-Z]", text[end : end + 3]):
        return None
    name = None
    cases = {Case.TITLE: (Case.TITLE,), Case.UPPER: (Case.UPPER, Case.TITLE), Case.LOWER: (Case.TITLE, Case.LOWER)}[case_of(written)]
    for case in cases:
        name = name_before(
            text, head, case, most=4, stop=frozenset() if case is Case.TITLE and not written.isupper() else _NOT_STREETS, allow=NAME_WORDS
        )
        if name is not None:
            break
    article = None
    if name is None:
        article = re.search(r"(?<![A-Za-z])[Tt]he[ ]$", text[max(0, head - 5) : head])
        if article is None or not written[0].isupper():
            return None
        name = Name(head - 4, ("The",), Case.TITLE)
    if text[end : end + 1] == "." and written.lower() in ("st", "rd", "ave", "ln", "cl", "dr"):
        end += 1 if text[end + 1 : end + 2] in (" ", ",") and re.match(r"\.?[ ,]{1,2}[a-z]|\.,", text[end : end + 4]) else 0
    number = _NUMBER_BEFORE.search(text, max(0, name.start - 44), name.start)
    start = name.start
    if number and not _is_house_number(text, number):
        number = None
    if number:
        start = number.start("number")
        if name.case is Case.LOWER and not sure and not _lower_with_number(text, start, name, written):
            return None
        if name.case is Case.LOWER and _MEASURE.search(name.words[-1]):
            return None
        return _Piece(start, end, 0.9, "house number and street")
    if _FOLLOWED_BY_HEAD.match(text, end) and (case_of(written) is not Case.LOWER):
        return None
    if re.match(
        r"(?:['’]s)?[ ](?:surgery|school|primary|medical|estate|industrial|care home|station|police|park|shops)\b", text[end : end + 14]
    ):
        return None
    prefixed = (
        _UNIT_BEFORE.search(text, max(0, start - 30), start) is not None
        or _BLOCK_BEFORE.search(text, max(0, start - 16), start) is not None
        or _HOUSE_NAME_BEFORE.search(text, max(0, start - 40), start) is not None
    )
    return _street_alone(text, name, start, end, written, sure, prefixed, article is not None)


def _is_house_number(text: str, number: re.Match[str]) -> bool:
    written = number.group("number")
    if re.fullmatch(r"(?:19|20)[0-9]{2}", written) and not _LIVES.before(text, number.start(), 3):
        return False
    return not _AGED.before(text, number.start("number"), 1) and not re.search(
        r"(?:[£$€]|\b[AMB])$", text[max(0, number.start("number") - 2) : number.start("number")]
    )


def _lower_with_number(text: str, start: int, name: Name, written: str) -> bool:
    last = words_before(text, start, 1).strip()
    opening = text[max(0, start - 2) : start]
    if any(word in _PEOPLE or word in _NOT_STREETS for word in name.words):
        return False
    return (
        last in _AT
        or opening.endswith(("\n", ", ", ": ", "- "))
        or start == 0
        or _LIVES.before(text, start, 3)
        or _UNIT_BEFORE.search(text, max(0, start - 30), start) is not None
    )


def _street_alone(text: str, name: Name, start: int, end: int, written: str, sure: bool, prefixed: bool, article: bool) -> _Piece | None:
    last = words_before(text, start, 1).strip()
    placed = last in _AT and re.search(r"[A-Za-z][ \n]$", text[max(0, start - 2) : start]) is not None
    whole = " ".join(text[start:end].lower().split())
    if whole in (
        "quality street",
        "coronation street",
        "sesame street",
        "wall street",
        "downing street",
        "memory lane",
        "abbey road",
        "milky way",
    ):
        return None
    if name.case is Case.LOWER:
        listed = text[max(0, start - 2) : start] == ", " and re.match(r"[,.;\n]|$", text[end : end + 1]) is not None
        if sure and (placed or prefixed or listed) and not (len(name.words) == 1 and name.words[0] in ("high", "st")):
            return _Piece(start, end, 0.6, "street in lower case after a word of place")
        ends = re.match(r"[,.;\n]|$|[ ]in[ ]", text[end : end + 4]) is not None
        if (
            not sure
            and ends
            and last == "on"
            and written in ("rise", "close", "drive", "way", "place", "croft", "row", "parade", "vale", "court", "walk", "hill")
            and not _general(name, written)
        ):
            return _Piece(start, end, 0.45, "street in lower case after on")
        if (
            not sure
            and (
                prefixed
                or (
                    last in ("on", "off", "in", "at") and _LIVES.before(text, start, 3) and not re.search(r"s$", name.words[-1][:-2] or "x")
                )
            )
            and not _general(name, written)
        ):
            return _Piece(start, end, 0.5, "street in lower case beside a word of address")
        return None
    if article:
        if sure and written.lower() in ("street", "road", "lane"):
            return None
        return (
            _Piece(start, end, 0.5, "street beside a word of address")
            if (prefixed or (placed and _LIVES.before(text, start, 4))) and not written.isupper()
            else None
        )
    if written.lower() in (
        "park",
        "bottom",
        "side",
        "track",
        "turn",
        "point",
        "link",
        "path",
        "yard",
        "field",
        "fields",
        "bank",
        "end",
        "cross",
        "down",
        "wood",
        "corner",
        "straight",
        "field",
        "meadow",
        "approach",
        "heights",
        "buildings",
        "view",
        "court",
    ) and _general(name, written):
        return None
    if whole in words("villages_like_streets") and not sure and not prefixed and last not in ("on", "off", "down", "along", "up"):
        return None
    if name.case is Case.UPPER and not sure and not (placed or prefixed):
        return None
    if not sure and written.lower() in _WEAK and not (placed or prefixed or _LIVES.before(text, start, 4)):
        return None
    if not sure and case_of(written) is Case.LOWER and not (placed or prefixed):
        return None
    if written.lower() == "st" and name.words[-1].lower() in ("the", "st", "st."):
        return None
    if _general(name, written):
        return None
    return _Piece(start, end, 0.75 if sure else 0.6, "street alone")


# These end the names of parks, estates, firms and shows as often as of streets.
_WEAK = word_set(
    """park point end view link turn track path side bottom ride bank corner cross field fields down downs heights court
    buildings yard orchard paddock retreat meadow meadows quay wharf circus strand reach chase place approach square
    gate green hill"""
)
_WHOLE_PLACES = word_set(
    """car retail business skate theme caravan holiday science trailer country leisure police petrol train bus railway"""
    "magistrates crown county family youth high tennis food"
)


def _general(name: Name, written: str) -> bool:
    """Say whether the name names a kind and no street ("Crown Court", "Car Park", "Best Way")."""
    last = name.words[-1].lower()
    return written.lower() in ("park", "court", "place", "way", "point", "end", "side", "yard", "drive", "view") and (
        last in _WHOLE_PLACES
        or last in words("place_nouns")
        and written.lower() in ("park", "court", "yard", "drive")
        or last in ("best", "easy", "hard", "only", "third", "west", "east", "north", "south", "google", "usb", "one", "another")
    )


def _with_building(text: str, piece: _Piece) -> _Piece:
    """Widen a street by the flat, the block and the house name before it, and by a flat behind it."""
    start = piece.start
    score = piece.score
    for _ in range(3):
        if unit := _UNIT_BEFORE.search(text, max(0, start - 34), start):
            start = unit.start("unit")
        elif (block := _BLOCK_BEFORE.search(text, max(0, start - 16), start)) and (
            named := _block_name(text, block.start("noun"), block.group("noun"))
        ) is not None:
            start = named
        elif house := _HOUSE_NAME_BEFORE.search(text, max(0, start - 40), start):
            start = house.start("name")
        else:
            break
        number = _NO_GAP_NUMBER.search(text, max(0, start - 16), start)
        start = number.start("number") if number else start
        score = 0.9
    end = piece.end
    unit = _UNIT_AFTER.match(text, end)
    if unit and not re.match(r"[ ](?:" + "|".join(_PEOPLE) + r")\b", text[unit.end() : unit.end() + 12]):
        end, score = unit.end(), 0.9
    return _Piece(start, end, score, piece.reason if start == piece.start else "building and street")


def _block_name(text: str, noun: int, written: str) -> int | None:
    cases = {Case.TITLE: (Case.TITLE,), Case.UPPER: (Case.UPPER,), Case.LOWER: (Case.TITLE, Case.LOWER)}[case_of(written)]
    for case in cases:
        if name := name_before(text, noun, case, most=3, stop=words("place_nouns")):
            start = name.start
            article = re.search(r"(?<![A-Za-z])The[ ]$", text[max(0, start - 5) : start])
            return start - 4 if article and case is Case.TITLE and text[max(0, start - 6) : start - 4].strip() not in (".", "") else start
    return None


def _flat(text: str, match: re.Match[str]) -> Find | None:
    """Return a flat, with the block before or behind it; None where "flat 2 people" only counts."""
    word = match.group("word").lower()
    end = match.end()
    following = re.match(r"[ ]([A-Za-z]+)", text[end : end + 20])
    if following and following.group(1).lower() in _PEOPLE:
        return None
    number = match.group("number")
    if (
        number.isalpha()
        and not (number.isupper() and (text[end : end + 1] in ",." or text[end : end + 1] == ""))
        and not re.match(r"[ ,]{1,2}[A-Z]", text[end : end + 3])
    ):
        return None
    if block := _block_behind(text, end):
        return Find(match.start(), block, 0.85, "flat and block")
    before = _BLOCK_BEFORE.search(text, max(0, match.start() - 16), match.start())
    if before is None and text[match.start() - 1 : match.start()] == " ":
        before = re.search(rf"(?P<noun>\b(?:{_BLOCK_NOUNS}))[ ]$", text[max(0, match.start() - 16) : match.start()], re.I)
        offset = max(0, match.start() - 16)
    else:
        offset = 0
    if before:
        noun = offset + before.start("noun")
        start = _block_name(text, noun, before.group("noun"))
        if start is not None:
            return Find(start, end, 0.85, "flat and block")
    if word in ("room", "rm"):
        return Find(match.start(), end, 0.3, "room") if word == "rm" and len(number) > 1 else None
    return Find(match.start(), end, 0.6, "flat")


def _block_behind(text: str, end: int) -> int | None:
    tail = re.match(
        rf"(?:,[ ]?|[ ]{{1,2}}|[ ]?\n)(?:of[ ]|in[ ]|at[ ])?(?P<name>(?:[A-Za-z][\w'’.\-]{{1,20}}[ ]){{1,3}}?)(?P<noun>{_BLOCK_NOUNS})\b",
        text[end : end + 90],
        re.I,
    )
    if tail is None:
        return None
    names = tail.group("name").split()
    noun = tail.group("noun")
    if any(word.lower() in words("common_words") for word in names) or names[-1].lower() in words("place_nouns"):
        return None
    if noun[0].isupper() and not all(word[0].isupper() for word in names):
        return None
    return end + tail.end()
