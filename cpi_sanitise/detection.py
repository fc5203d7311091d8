"""Identifiers: Presidio's AnalyzerEngine with the recognizers of `recognizers/` and one for the encoder, then what only the whole text tells.

After Presidio come the form values, and every further mention of a name that was found once, in any case.
"""

from __future__ import annotations

import re
from bisect import bisect_left, insort
from collections.abc import Sequence

import numpy as np
from presidio_analyzer import AnalyzerEngine, EntityRecognizer, RecognizerRegistry, RecognizerResult
from presidio_analyzer.context_aware_enhancers import ContextAwareEnhancer
from presidio_analyzer.nlp_engine import NlpArtifacts
from spacy.tokens import Doc

from recognizers import RECOGNIZERS
from recognizers.wordlists import words as gazetteer

from .errors import DetectionError
from .form_search import FormValue, search_form
from .lexicon import common_words, nicknames, towns, words
from .offsets import has_capitals, text_of, words_of
from .parsing import CpiNlpEngine, scores_of, word_tokens
from .spans import Identifier, in_order, overlaps

TYPES = "PERSON PHONE POSTCODE VEHICLE_REG EMAIL URL USERNAME ADDRESS DOB NATIONAL_ID FINANCIAL ORGANISATION LOCATION".split()
_TITLES = frozenset(
    "mr mrs ms miss dr rev revd sir dame lady lord cllr prof pc dc ds di dci sgt ps pcso wpc insp inspector "
    "constable detective sergeant sister father brother imam".split()
)
_NEVER_A_NAME = frozenset(
    "i he she they it we you me him her them us mum mam dad nan gran grandad auntie uncle monday tuesday wednesday "
    "thursday friday saturday sunday january february "
    "march april june july august september october november december christmas easter eid ramadan police snapchat "
    "whatsapp instagram facebook tiktok telegram nhs cpi dsl gp "
    "xanax cannabis cocaine heroin crack ketamine spice mcat fentanyl islam allah god jesus bmw audi ford vauxhall "
    "corsa golf polo astra fiesta focus mercedes transit tesco asda aldi lidl".split()
)
_SPOKEN = re.compile(r"\b(?:oh|zero|nought|one|two|three|four|five|six|seven|eight|nine|ten|double|triple|hundred|thousand|slash|dash)\b")
_PLATE_CUE = re.compile(
    r"\b(?:reg|vrm|plate|plates|index|ends?|ending|starts?|starting|begins|letters|partial|number|numbers)\b", re.IGNORECASE
)
_CAR_BEFORE = (
    r"\b(?:black|white|silver|gr[ae]y|red|blue|green|gold|maroon|orange|yellow|purple|beige|bronze|brown|dark|light|old|new|battered|"
    r"skoda|mercedes|renault|seat|vauxhall|ford|vw|volkswagen|citroen|nissan|toyota|kia|dacia|hyundai|honda|audi|bmw|fiat|reg)\W+$"
)
# Share of the probability that a word is part of such a span, above which it is taken. Chosen on corpora/dev for recall first.
THRESHOLD = 0.05
_UNSURE = 0.3  # a word of ordinary English that is no first name is a nickname only where the encoder is surer than this
_CALENDAR = frozenset(
    "mon tue tues wed weds thu thur thurs fri sat sun monday tuesday wednesday thursday friday saturday sunday mondays tuesdays wednesdays thursdays fridays "
    "saturdays sundays jan feb mar apr jun jul aug sep sept oct nov dec january february march april may june july august september october november december "
    "bank holiday easter xmas christmas diwali eid ramadan purim passover hanukkah chanukah vaisakhi lent advent halloween hogmanay bonfire "
    "tomoz tmrw tonite and am pm".split()
)


class EncoderRecognizer(EntityRecognizer):  # type: ignore[misc]
    """Presidio recognizer over the encoder's identifier tags, which the Doc of the NlpArtifacts carries."""

    def __init__(self, labels: dict[str, list[str]]) -> None:
        self._head = "identifier" if "identifier" in labels else "ner"
        tags = labels[self._head]
        # The names head was taught towns and national bodies as well, which stay; it is believed of persons and handles only.
        wanted = TYPES if self._head == "identifier" else ["PERSON", "USERNAME"]
        self._columns = {
            entity_type: [number for number, tag in enumerate(tags) if tag[2:] == entity_type]
            for entity_type in wanted
            if f"B-{entity_type}" in tags
        }
        super().__init__(supported_entities=list(self._columns), name="EncoderRecognizer")

    def load(self) -> None:
        """Nothing: the encoder is the NLP engine's."""

    def analyze(self, text: str, entities: list[str], nlp_artifacts: NlpArtifacts) -> list[RecognizerResult]:
        doc: Doc = nlp_artifacts.tokens
        places = word_tokens(doc)
        if not len(places):
            return []
        scores = scores_of(doc).words[self._head]
        most = scores.max(0).tolist()
        found = []
        for entity_type, columns in self._columns.items():
            if sum(most[column] for column in columns) < THRESHOLD / 2:
                continue  # no word can come near it
            share = scores[:, columns].sum(-1)
            begins = scores[:, columns[0]]
            for first, last in _runs(share, begins, THRESHOLD):
                start, end = doc[int(places[first])].idx, doc[int(places[last])]
                found.append(RecognizerResult(entity_type, start, end.idx + len(end), float(share[first : last + 1].max())))
        return found


def _runs(share: np.ndarray, begins: np.ndarray, threshold: float) -> list[tuple[int, int]]:
    """Rows of neighbouring words above the threshold; a confident B- tag begins a new one."""
    runs: list[tuple[int, int]] = []
    for number in np.flatnonzero(share > threshold).tolist():
        if runs and runs[-1][1] == number - 1 and begins[number] < 0.7:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return runs


class _NoEnhancer(ContextAwareEnhancer):  # type: ignore[misc]
    """Presidio's own enhancer matches context inside words and only before; our recognizers weigh their context themselves."""

    def __init__(self) -> None:
        super().__init__(0.0, 0.0, 0, 0)

    def enhance_using_context(
        self,
        text: str,
        raw_results: list[RecognizerResult],
        nlp_artifacts: NlpArtifacts,
        recognizers: list[EntityRecognizer],
        context: list[str] | None = None,
    ) -> list[RecognizerResult]:
        return raw_results


def make_analyzer(engine: CpiNlpEngine) -> AnalyzerEngine:
    """Presidio's analyzer with our recognizers only; given a list, it never loads its predefined ones."""
    registry = RecognizerRegistry(recognizers=[*RECOGNIZERS, EncoderRecognizer(engine.encoder.labels)], supported_languages=["en"])
    return AnalyzerEngine(registry=registry, nlp_engine=engine, context_aware_enhancer=_NoEnhancer(), supported_languages=["en"])


def find_identifiers(artifacts: NlpArtifacts, analyzer: AnalyzerEngine, form: Sequence[FormValue]) -> list[Identifier]:
    """Identifiers of the narrative, disjoint and in order; those that the form names bring their roles with them.

    Raises DetectionError if a recognizer fails: a text that was not wholly read must not pass for a clean one.
    """
    doc: Doc = artifacts.tokens
    text = text_of(doc)
    try:
        results = analyzer.analyze(text, "en", nlp_artifacts=artifacts)
    except Exception as error:
        raise DetectionError(f"a recognizer failed ({type(error).__name__})") from None
    found = [
        Identifier(result.start, result.end, result.entity_type, result.score, (result.recognition_metadata["recognizer_name"],))
        for result in results
        if result.entity_type in TYPES
    ]
    trimmed = [_without_make(whole, text) for identifier in found if (whole := _trim(identifier, text))]
    found = [_without_town(identifier, text) for identifier in trimmed if _credible(identifier, doc)]
    in_form = [
        _without_town(identifier, text)
        for identifier in search_form(text, list(form))
        if not (identifier.type in ("ADDRESS", "ORGANISATION") and _only_towns(text[identifier.start : identifier.end]))
    ]
    found = _disjoint(text, in_form, found)
    labels = analyzer.nlp_engine.encoder.labels
    return _disjoint(text, found, _further_mentions(doc, found, labels) if len(word_tokens(doc)) else [])


def _trim(identifier: Identifier, text: str) -> Identifier | None:
    """Without white space, stray punctuation and a possessive ending."""
    start, end = identifier.start, identifier.end
    while start < end and (text[start].isspace() or text[start] in ",.;:!?-–—•*\"“”‘'"):
        start += 1
    if identifier.type == "PERSON" and _OF_A_FEAST.search(text[max(0, start - 12) : start]) and text[start : start + 4].lower() == "eve ":
        start += 4
    while end > start and (
        text[end - 1].isspace() or text[end - 1] in ",;:!?\"“”‘'’-–—" or (text[end - 1] == "." and not text[end - 2].isupper())
    ):
        end -= 1
    if identifier.type in ("PERSON", "ORGANISATION", "LOCATION") and end - start > 3 and text[end - 2 : end].lower() in ("'s", "’s"):
        end -= 2
    return _moved(identifier, start, end) if end > start else None


_OF_A_FEAST = re.compile(r"(?:year['’]?s|christmas|xmas)\s+$", re.IGNORECASE)
_LONGEST_ADDRESS = 300  # characters; the pattern tries every place in it, and what is longer is cut whole
_TOWN_BEHIND = re.compile(r"^(.*\w.*?)(?:,\s*|\s+(?:in|at|near|out)\s+)([^\W\d_][\w'’ -]*?)(?:\s+way)?$", re.DOTALL)


def _without_town(identifier: Identifier, text: str) -> Identifier:
    """An address ends before the town it is in, which is what officers need (annotation guide, section 1)."""
    if identifier.type not in ("ADDRESS", "LOCATION", "ORGANISATION") or identifier.end - identifier.start > _LONGEST_ADDRESS:
        return identifier
    behind = _TOWN_BEHIND.match(text[identifier.start : identifier.end])
    if not behind or behind[2].lower() not in towns():
        return identifier
    return _moved(identifier, identifier.start, identifier.start + behind.end(1))


_BETWEEN_TOWNS = re.compile(r"\s*(?:,|/|&|\band\b|\bor\b|\bto\b)\s*(?:on$|in$|at$)?", re.IGNORECASE)
_TOWARDS = re.compile(r"\s+(?:way|end|area|side|direction)$", re.IGNORECASE)


def _only_towns(text: str) -> bool:
    """Whether nothing but towns is named: "Harrogate and Skipton", "out Evesham way"."""
    parts = [_TOWARDS.sub("", part.strip()) for part in _BETWEEN_TOWNS.split(text) if part.strip()]
    return bool(parts) and all(part.lower() in towns() for part in parts)


def _only_known_to_all(lower: str) -> bool:
    """Whether nothing but chains and national bodies is named, or nothing at all: "Boots and Superdrug", "the"."""
    parts = [part.strip(" .'’\"").removeprefix("the ") for part in _BETWEEN_TOWNS.split(lower)]
    return all(part in gazetteer("not_organisations") or part in ("", "the", "a", "an", "of", "in", "at", "on") for part in parts)


def _moved(identifier: Identifier, start: int, end: int) -> Identifier:
    return Identifier(start, end, identifier.type, identifier.score, identifier.found_by, identifier.roles)


def _credible(identifier: Identifier, doc: Doc) -> bool:
    """Whether a name that the encoder found can be one."""
    text = text_of(doc)
    span = text[identifier.start : identifier.end]
    lower = span.lower()
    if identifier.found_by == ("GivenNameRecognizer",) and lower in words("car_models"):
        # "a dark red Octavia estate": beside a colour or a make it is the car.
        return not re.search(_CAR_BEFORE, text[max(0, identifier.start - 40) : identifier.start], re.IGNORECASE)
    if identifier.found_by != ("EncoderRecognizer",):
        return True
    digits = sum(character.isdigit() for character in span)
    if re.fullmatch(r"[Xx*_.\-\s]+", span):
        return False  # a full mask: whoever wrote it has taken the identifier out
    if identifier.type in ("PERSON", "ORGANISATION", "LOCATION", "ADDRESS") and lower in words("abroad"):
        return False
    if identifier.type == "POSTCODE" and re.fullmatch(r"y\s?\d{1,2}", lower):
        return False  # a year at school
    if identifier.type in ("POSTCODE", "FINANCIAL", "NATIONAL_ID") and not digits and not _SPOKEN.search(lower):
        return False
    if identifier.type == "VEHICLE_REG" and not (
        _like_a_plate(lower)
        and (digits or _SPOKEN.search(lower) or _PLATE_CUE.search(text, max(0, identifier.start - 40), identifier.start))
    ):
        return False
    if identifier.type == "ADDRESS" and text[identifier.end : identifier.end + 1] == "%":
        return False
    if identifier.type in ("PERSON", "ORGANISATION", "ADDRESS", "LOCATION") and all(
        part in _CALENDAR for part in re.findall(r"[^\W_]+", lower)
    ):
        return False
    if identifier.type in ("LOCATION", "ADDRESS", "ORGANISATION") and (_only_towns(span) or _only_known_to_all(lower)):
        return False
    if identifier.type == "LOCATION" and span.islower() and text[identifier.end : identifier.end + 1] == "-":
        return False  # half of "the lay-by"
    if (
        identifier.type in ("ADDRESS", "LOCATION")
        and span.islower()
        and (lower in gazetteer("ordinary_words") or lower in words("fillers"))
    ):
        return identifier.score > (0.5 if lower in words("fillers") else 0.2)
    if identifier.type == "ADDRESS" and re.search(r"\baged?\s*$", text[max(0, identifier.start - 6) : identifier.start], re.IGNORECASE):
        return False
    if identifier.type == "DOB":
        cue = re.search(r"\b(?:d\.?\s?o\.?\s?b|born|birth)", text[max(0, identifier.start - 30) : identifier.start], re.IGNORECASE)
        return bool(cue) or digits >= 5 or bool(_SPOKEN.search(lower)) or bool(re.fullmatch(r"\d{1,2}[./-]\d{1,2}[./-]\d{2}", lower))
    if identifier.type == "PERSON":
        parts = re.findall(r"[^\W\d_]+", lower)
        if (
            not parts
            or span in ("A", "I")
            or lower in gazetteer("car_makes")
            or all(part in _NEVER_A_NAME or part in _TITLES for part in parts)
            or any(lower in words(name) for name in ("role", "kin", "client", "nationalities", "street_drugs", "car_models"))
            or (span.isupper() and lower in words("tool"))
        ):
            return False
        if lower in towns() and identifier.score < 0.9:
            return False
        if identifier.score < _UNSURE and all(
            part in gazetteer("ordinary_words") and part not in gazetteer("first_names") for part in parts
        ):
            return False
        if span.islower() and all(part in common_words() for part in parts):
            return identifier.score > (0.75 if has_capitals(doc) else 0.6)
    return any(character.isalnum() for character in span)


_WORD_BEFORE_PLATE = re.compile(r"^([^\W\d_]{4,})\W+(?=\S)")


def _without_make(identifier: Identifier, text: str) -> Identifier:
    """A plate begins after the make or model that stands before it ("Vito BV21 OTA"), which officers need."""
    start = identifier.start
    while identifier.type == "VEHICLE_REG" and (word := _WORD_BEFORE_PLATE.match(text[start : identifier.end])):
        if _spells_a_plate(word[1].lower()):
            break
        start += word.end()
    return _moved(identifier, start, identifier.end)


def _like_a_plate(text: str) -> bool:
    """Whether letters and figures could be of a plate: short groups, or the words by which letters and figures are spelt out."""
    groups = re.findall(r"[^\W\d_]+|\d+", text)
    if sum(map(len, groups)) < 3 or not any(map(_spells_a_plate, groups)):
        return False
    return any(group.isdigit() for group in groups) or not all(group in gazetteer("ordinary_words") for group in groups)


def _spells_a_plate(group: str) -> bool:
    return group.isdigit() or len(group) <= 3 or group in words("spelling") or bool(_SPOKEN.fullmatch(group))


def _disjoint(text: str, strong: Sequence[Identifier], weak: Sequence[Identifier]) -> list[Identifier]:
    """Both together: where two overlap, the longer stays and takes over roles and finders, what sticks out of the shorter stays too."""
    kept: list[Identifier] = []
    starts: list[tuple[int, int]] = []  # where what is kept begins, with its place in `kept`: all of it is disjoint
    everyone = [(identifier, 1) for identifier in strong] + [(identifier, 0) for identifier in weak]
    everyone.sort(key=lambda pair: (pair[0].start - pair[0].end, -pair[1], -pair[0].score, pair[0].start, pair[0].type))
    for identifier, _ in everyone:
        pieces = [(identifier.start, identifier.end)]
        near = slice(max(0, bisect_left(starts, (identifier.start, -1)) - 1), bisect_left(starts, (identifier.end, -1)))
        for number in sorted(number for _, number in starts[near]):
            other = kept[number]
            if overlaps(identifier, other):
                kept[number] = Identifier(
                    other.start,
                    other.end,
                    other.type,
                    max(other.score, identifier.score),
                    tuple(dict.fromkeys((*other.found_by, *identifier.found_by))),
                    tuple(dict.fromkeys((*other.roles, *identifier.roles))),
                )
                pieces = [
                    piece
                    for start, end in pieces
                    for piece in ((start, min(end, other.start)), (max(start, other.end), end))
                    if piece[1] - piece[0] > 2
                ]
        whole = len(pieces) == 1 and pieces[0] == (identifier.start, identifier.end)
        for start, end in pieces:
            rest = identifier if whole else _trim(_moved(identifier, start, end), text)
            # A crumb of a find ("is ", "at") is no identifier; one with a figure or a capital may be its distinctive part.
            if rest is not None and (
                whole or re.search(r"\w{3}", text[rest.start : rest.end]) and not text[rest.start : rest.end].islower()
            ):
                insort(starts, (rest.start, len(kept)))
                kept.append(rest)
    return in_order(kept)


def _further_mentions(doc: Doc, found: Sequence[Identifier], labels: dict[str, list[str]]) -> list[Identifier]:
    """Every other place where a word of a found name, or a short form of it, stands as a name, in any case."""
    text = text_of(doc)
    in_capitals = text.isupper()
    mixed = has_capitals(doc) and not in_capitals
    wanted: dict[str, Identifier] = {}
    short: dict[str, Identifier] = {}
    for identifier in found:
        if identifier.type == "PERSON":
            for word in re.findall(r"[^\W\d_]{2,}(?:['’][^\W\d_]{2,})*", text[identifier.start : identifier.end]):
                if word.lower() not in _TITLES and word.lower() not in _NEVER_A_NAME and (len(word) > 2 or word.isupper()):
                    wanted.setdefault(word.lower(), identifier)
                    for name in nicknames(word):
                        short.setdefault(name, identifier)
    # Told apart by apostrophe only further down: the Doc's words have one kind of it.
    near = {name.replace("’", "'") for name in (*wanted, *short)}
    if not near:
        return []
    lower = words_of(doc)
    person = _person_share(doc, labels)
    mentions = []
    for number, place in enumerate(word_tokens(doc).tolist()):
        if lower[place].removesuffix("'s") not in near:
            continue
        token = doc[place]
        word = token.lower_
        word = word[:-2] if word.endswith(("'s", "’s")) else word
        first = wanted.get(word) or (short.get(word) if token.text[:1].isupper() and len(word) > 2 else None)
        if first is None or len(word) < 2:
            continue
        is_word = word in common_words() or word in words("kin")
        if is_word and (
            (token.text.islower() and mixed and person[number] < 0.2)
            or (token.is_sent_start and person[number] < 0.2)
            or token.text.isupper() != in_capitals
            and person[number] < 0.05
        ):
            continue
        if is_word and not mixed and token.pos_ != "PROPN" and person[number] < 0.2:
            continue
        mentions.append(Identifier(token.idx, token.idx + len(word), "PERSON", first.score, ("further mention",), first.roles))
    return mentions


def _person_share(doc: Doc, labels: dict[str, list[str]]) -> np.ndarray:
    """How far the encoder takes each word for part of a name."""
    head = "identifier" if "identifier" in labels else "ner"
    share: np.ndarray = scores_of(doc).words[head][:, [number for number, tag in enumerate(labels[head]) if tag[2:] == "PERSON"]].sum(-1)
    return share
