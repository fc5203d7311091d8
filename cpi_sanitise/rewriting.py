"""Statement by statement: what is left after the cuts, made grammatical and impersonal again. Takes away, never adds a fact.

What was cut decides the frame, whoever found it: "I saw" before a man selling leaves "A man was selling", "I am worried
that" leaves "There is a concern that", a cut telling leaves the bare clause. A statement of which no sentence can be
made is dropped whole; its words stay in the sealed record.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from spacy.tokens import Doc, Token

from .english import agrees_plural, lemma, third_person
from .english import past as past_of
from .lexicon import words
from .offsets import text_of, token_offsets
from .provenance import is_first_person, is_role, own_subject, predicate_class, subject_of
from .quotation import quoted
from .spans import Identifier, ProvenanceSpan, Span, Statement, VantageSpan, overlaps, within

CONCERN, THOUGHT, DOUBTED = "there is a concern that", "it is thought that", "it is doubted that"
UNTHOUGHT = "it is not thought that"
_NEGATIONS = frozenset("not n't n’t never dont".split())
_SAYS_SO = re.compile(
    r"\b(?:to my mind|if you ask me|(?:looks?|seems?|sounds?|feels?) to (?:me|us)|(?:in|by) my book|for my money|my (?:guess|money|reading)|"
    r"i'?d (?:say|guess|bet)|as (?:i|we) see it|(?:i|we) would say)\b",
    re.IGNORECASE,
)
_NOUN_CONCERN = "there is a concern about"
_SUBJECT_FORM = {"him": "he", "her": "she", "them": "they", "me": "a person", "us": "others"}
_PLAIN_PERSONS = {"me": "a person", "us": "others", "myself": "a person", "ourselves": "others", "mine": "theirs", "ours": "theirs"}
_LEADING = frozenset(
    "that and but so or because also then which who , ; : - – — . ) ] / plus as whilst while where when although though sd sed said says saying".split()
)
_TRAILING = frozenset(
    "and but so or because that which who when where while whilst if to of in at from by with for on about as , ; : "
    "- – — ( [ / the a an my our also although though is was are were has had".split()
)
_RELATIVES = frozenset("where when which who".split())
_FINITE = frozenset("VBD VBZ VBP MD".split())
_CONTENT = frozenset("NOUN PROPN VERB NUM ADJ".split())
_BULLETS = frozenset("- – — • * · > ◦ ▪ ● + # =".split())
_SUBJECT_PRONOUNS = frozenset("he she they it".split())
_SMALL_PARTS = frozenset("DET ADP PART AUX CCONJ SCONJ PUNCT PRON".split())
_YOUNG = {
    "pupil": "young person",
    "child": "child",
    "kid": "child",
    "lad": "lad",
    "man": "man",
    "woman": "woman",
    "lady": "woman",
    "boy": "boy",
    "girl": "girl",
    "young person": "young person",
}
_KIN = {
    "son": "young male",
    "daughter": "young female",
    "husband": "man",
    "wife": "woman",
    "mum": "woman",
    "mother": "woman",
    "dad": "man",
    "father": "man",
    "brother": "man",
    "sister": "woman",
    "neighbour": "resident",
}


@dataclass(slots=True)
class Piece:
    """A word of the statement to be: its text, whether a space stands before it, the token or the identifier it comes from."""

    text: str
    space: bool
    token: Token | None = None
    identifier: int | None = None


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A statement's new text with the identifiers that still stand in it, as (start, end, index), and whether a hedge
    was put in its place."""

    text: str
    identifiers: tuple[tuple[int, int, int], ...]
    hedged: bool
    changed: bool


def rewrite(
    doc: Doc,
    statement: Statement,
    provenance: Sequence[ProvenanceSpan],
    vantage: Sequence[VantageSpan],
    identifiers: Sequence[Identifier],
    descriptions: Mapping[int, str],
) -> Rewritten | None:
    """The statement without what is cut, or None where nothing that stands by itself is left.

    `vantage` are the spans to be replaced by their plain words; `descriptions` say by index which identifiers are
    written as words ("a woman") because they are the source's own. `vantage` and `identifiers` are in order and apart; of
    `provenance` only what touches the statement is asked for.
    """
    span = doc.char_span(statement.start, statement.end, alignment_mode="expand")
    if span is None or not len(span):
        return None
    in_quotation = quoted(doc)
    starts, ends = token_offsets(doc)
    cut: set[int] = set()
    for found in provenance:
        first, last = bisect_right(ends, found.start), bisect_left(starts, found.end)
        cut.update(place for place in range(max(first, span.start), min(last, span.end)) if not doc[place].is_space)
    cut = _whole_clauses(span.doc, span.start, span.end, cut, in_quotation)
    substitutes: dict[int, str] = {}
    if cut:
        cut |= _torn_quotations(doc, span.start, span.end, cut, in_quotation)
        cut |= _commas_around(doc, span.start, span.end, cut)
        substitutes, without = _substitutes(doc, span.start, span.end, cut, in_quotation)
        cut = (cut | without) - set(substitutes)
    if cut:
        cut = _without_orphans(doc, span.start, span.end, cut, substitutes, identifiers)
        substitutes |= _repaired_pronoun(doc, span.start, span.end, cut, in_quotation)
    kept = [token for token in span if token.i not in cut and not token.is_space]
    if not any(token.is_alpha or token.like_num for token in kept):
        return _assessed(doc, statement, provenance)
    if not cut and not vantage and not any(is_first_person(token, in_quotation) for token in kept):
        return _finish(_pieces(kept, vantage, identifiers, descriptions), hedge="", changed=False)
    groups = _groups(kept, cut, substitutes) if cut else [kept]
    if len(groups) > 1 and _is_only_time(groups[0]):
        groups[:2] = [[*groups[0], *groups[1]]]
    hedges = _hedges(doc, span.start, span.end, groups, cut)
    finders = [finder for found in provenance if overlaps(found, statement) for finder in found.found_by]
    band = next((_band(doc, found) for found in provenance if overlaps(found, statement) and "rule row 61" in found.found_by), "")
    texts: list[list[Piece]] = []
    for group, hedge in zip(groups, hedges, strict=True):
        group = _strip(group)
        if not group:
            continue
        pieces = _pieces(group, vantage, identifiers, descriptions)
        for number, piece in enumerate(pieces):
            if piece.token is not None and piece.token.i in substitutes and piece.text == piece.token.text:
                piece.text = substitutes[piece.token.i]
                if number and pieces[number - 1].text.lower() in _DETERMINERS:
                    piece.text = piece.text.removeprefix("a ").removeprefix("an ")
        pieces = _as_known(group, pieces, cut, in_quotation)
        if any(finder in _BY_RECORD for finder in finders):
            pieces = _rounded(pieces)
        framed = _frame(group, pieces, cut, in_quotation, hedge)
        alone = len(groups) > 1 and framed and all(piece.identifier is not None for piece in _said(framed))
        if framed and not alone and (not cut or not (_is_broken(framed) or _is_crumb(framed))):
            if band and not texts:
                framed = _prefix(band, framed)
            texts.append(framed)
    if not texts or (cut and not _says_enough(texts, len(cut))):
        return None
    joined: list[Piece] = []
    for number, pieces in enumerate(texts):
        if number:
            if joined[-1].text not in ".!?":
                joined.append(Piece(".", False))
            pieces[0].space = True
            _capitalise(pieces)
        joined.extend(pieces)
    return _finish(joined, hedge="".join(hedges), changed=True)


# --- what is kept -------------------------------------------------------------------------------------------------------


def _whole_clauses(doc: Doc, first: int, last: int, cut: set[int], in_quotation: Sequence[bool]) -> set[int]:
    """Cuts widened where a first person is left as the subject of a clause: nothing of what the source did may stay."""
    cut = set(cut)
    for place in range(first, last):
        token = doc[place]
        if place in cut or token.dep_ not in ("nsubj", "nsubj:pass") or not is_first_person(token, in_quotation):
            continue
        verb = token.head
        inside = {inner.i for inner in verb.subtree if first <= inner.i < last}
        for child in verb.children:
            subject = own_subject(child) if child.dep_ in ("conj", "parataxis") else None
            if subject is not None and not is_first_person(subject, in_quotation):
                inside -= {inner.i for inner in child.subtree} - {part.i for part in child.children if part.dep_ == "cc"}
        cut |= inside
    # "the" or "to" between two cuts says nothing and reads as a fault.
    for place in range(first + 1, last - 1):
        if place not in cut and place - 1 in cut and place + 1 in cut:
            token = doc[place]
            is_subject = token.pos_ == "PRON" and token.dep_ in ("nsubj", "nsubj:pass")
            if token.pos_ in _SMALL_PARTS and not is_subject:
                cut.add(place)
    return cut


def _torn_quotations(doc: Doc, first: int, last: int, cut: set[int], in_quotation: Sequence[bool]) -> set[int]:
    """The rest of quotations of which most is cut: half of somebody's words is not what was said."""
    torn: set[int] = set()
    place = first
    while place < last:
        end = place
        while end < last and in_quotation[end]:
            end += 1
        said = [inner for inner in range(place, end) if doc[inner].is_alpha]
        if 0 < len(said) < 2 * sum(inner in cut for inner in said):
            torn.update(range(place, end))
        place = max(end, place + 1)
    return torn


def _commas_around(doc: Doc, first: int, last: int, cut: set[int]) -> set[int]:
    """Both commas of an aside that is cut: "the lads, «my client says», sell"."""
    commas: set[int] = set()
    for place in range(first + 1, last - 1):
        opens_aside = place not in cut and place + 1 in cut or place in cut and place - 1 not in cut
        if opens_aside and doc[place].text == ",":
            end = place + 1
            while end < last and end in cut:
                end += 1
            if end < last - 1 and doc[end].text == ",":
                commas |= {place, end}
    return commas


def _substitutes(doc: Doc, first: int, last: int, cut: set[int], in_quotation: Sequence[bool]) -> tuple[dict[int, str], set[int]]:
    """Cut nouns that a kept verb cannot do without, with what is written for them, and words that go with a place that is cut:
    "one of our pupils" is a young person, "outside our temple" is nothing."""
    found: dict[int, str] = {}
    without: set[int] = set()
    for place in range(first, last):
        token = doc[place]
        partly = token.lower_ in _COUNTS | {"one"} and any(
            child.dep_ == "nmod"
            and child.i in cut
            and child.i > place
            and any(is_first_person(inner, in_quotation) for inner in child.children)
            for child in token.children
        )
        if (place not in cut and not partly) or token.head.i in cut or token.head.i == place:
            continue
        if token.pos_ not in ("NOUN", "PROPN", "NUM", "PRON", "DET") and not partly:
            continue
        if is_first_person(token, in_quotation) or token.dep_ not in (
            "nsubj",
            "nsubj:pass",
            "obj",
            "iobj",
            "obl",
            "obl:agent",
            "nmod",
            "nmod:poss",
        ):
            continue
        if token.dep_ in ("nsubj", "nsubj:pass") and token.i > token.head.i and {place - 1, place + 1} <= cut:
            # "…, Yolanda told me" with no verb for Yolanda in the tree: the subject of the telling, not of what was told.
            continue
        fire = "fire" in (token.head.lower_, *(child.lower_ for child in token.head.children)) and lemma(token.head.lower_) in (
            "fire",
            "set",
        )
        case = [child for child in token.children if child.dep_ == "case" and (child.i not in cut or fire)]
        possessive = token.dep_ == "nmod:poss" and any(child.lower_ in ("'s", "’s") for child in token.children)
        if token.dep_ in ("obl", "obl:agent", "nmod") and not case:
            continue
        if token.dep_ == "nmod:poss" and not possessive:
            continue
        if token.pos_ == "PRON" and not partly and token.lower_ not in ("one", "some", "someone", "another", "several"):
            continue
        if token.dep_ in _SUBJECTS and any(child.dep_ in _SUBJECTS and child.i not in cut for child in token.head.children):
            continue
        counted = partly or token.pos_ in ("NUM", "PRON", "DET") or token.lower_ in ("member", "couple", "group", "lot", "several")
        noun = next((child for child in token.children if counted and child.dep_ == "nmod" and child.pos_ == "NOUN"), token)
        if case and lemma(token.head.lower_) in ("shout", "scream", "swear", "say", "yell", "speak"):
            without |= {child.i for child in case}  # what was said stays, without the hearer
            continue
        if case and not is_role(noun, "role", "staff", "client", "kin") and not (case[0].lower_ == "to" and fire):
            # Where it happened is known only from where the source stands.
            without |= {inner.i for child in case for inner in child.subtree}
            continue
        known = noun.pos_ != "NOUN" or is_role(noun, "role", "staff", "client", "kin", "workplace") or noun.lower_ in _PARTS
        if not known and not any(is_first_person(child, in_quotation) for child in noun.children) and noun.lower_ not in _PEOPLE:
            continue  # a thing: nobody can say what it was
        plural = token.tag_ in ("NNS", "NNPS") or token.lower_ in _COUNTS
        text = _described(noun.lower_, plural)
        if plural and (
            number := next((doc[at].lower_ for at in range(first, place + 1) if doc[at].lower_ in _COUNTS and (at in cut or partly)), None)
        ):
            text = f"{number} {text}"
        if possessive and text == "a person" and token.head.lower_ in words("kin") and not _sex_of_pronoun(token, first, last, cut):
            # "my colleague's husband" is a man: whose, points to the source
            found[place] = _described(token.head.lower_, token.head.tag_ == "NNS")
            without |= {token.head.i} | {child.i for child in token.children if child.dep_ == "case"}
            continue
        if possessive:
            owner = _sex_of_pronoun(token, first, last, cut)
            text = ("a " + owner if owner and is_role(noun, "client") else text) + "'s"
        if fire and case and case[0].i in cut:
            text = f"{case[0].lower_} {text}"
        if token.dep_ in ("obj", "nsubj", "nsubj:pass") and noun.lower_ in _PARTS:
            text = "the " + noun.lower_
        found[place] = text
    return found, without


_CRUMB = 3
_SMALL_DEPS = frozenset("case det aux aux:pass cop mark cc amod nummod compound fixed compound:prt".split())
_ARGUMENTS = frozenset(
    "obj iobj obl obl:agent obl:tmod nmod nmod:poss xcomp ccomp acl advcl appos amod nummod compound flat advmod".split()
)


def _without_orphans(
    doc: Doc, first: int, last: int, cut: set[int], substitutes: Mapping[int, str], identifiers: Sequence[Identifier]
) -> set[int]:
    """Cuts widened to whole phrases: what depends on a cut word, and says nothing without it, goes too."""
    cut = set(cut)
    starts, ends = token_offsets(doc)
    named = {
        place
        for found in identifiers
        for place in range(max(first, bisect_right(ends, found.start)), min(last, bisect_left(starts, found.end)))
    }

    def drop(token: Token) -> None:
        inner = [inner for inner in token.subtree if first <= inner.i < last]
        # More than a crumb is worth a rough edge; a town says where, whatever it hung on.
        if any(word.pos_ in ("PROPN", "NUM") or word.i in named for word in token.subtree):
            return
        if sum(word.pos_ in _CONTENT and word.i not in cut for word in inner) <= _CRUMB:
            cut.update(word.i for word in inner)

    for _ in range(3):
        before = len(cut)
        left = set(range(first, last)) - cut
        stands = {
            token.i
            for token in doc[first:last]
            if token.i in left and token.dep_ not in ("acl:relcl", "advcl", "acl") and _is_clause(token, left)
        }
        for place in range(first, last):
            token = doc[place]
            if place in cut or token.is_punct or token.is_space:
                continue
            head = token.head
            orphan = head.i in cut and head.i not in substitutes and first <= head.i < last
            if (
                orphan
                and token.dep_ in _SMALL_DEPS
                and place not in named
                and not _leads_on(head)
                and (place + 1 in cut or place + 1 == last)
            ):
                subject = own_subject(head)
                if not (token.dep_ in ("aux", "aux:pass", "cop") and subject is not None and subject.i not in cut):
                    cut.add(place)
            elif head.i in cut and head.i != place and token.dep_ in ("nsubj", "nsubj:pass") and token.pos_ == "PRON" and place + 1 in cut:
                if not any(child.dep_ == "conj" and child.i not in cut and own_subject(child) is None for child in head.children):
                    cut.add(place)
            elif token.lower_ == "that" and token.dep_ == "mark" and place - 1 >= first and doc[place - 1].lower_ in ("and", "or", ","):
                over = head.head if head.dep_ == "conj" else head
                before = any(doc[inner].lower_ == "that" and doc[inner].dep_ == "mark" and inner in cut for inner in range(first, place))
                if before or (over.head.i in cut and over.dep_ in ("ccomp", "csubj", "acl", "acl:relcl", "advcl")):
                    cut.add(place)  # "he told me that he owes, and that he is followed": both stand by themselves now
            elif token.dep_ in ("obl", "nmod", "obl:agent") and any(
                child.dep_ == "case" and child.i in cut and child.i < token.i for child in token.children
            ):
                if head.i not in cut and stands - {inner.i for inner in token.subtree}:
                    drop(token)
            elif (
                token.dep_ == "acl:relcl"
                and (orphan or any(child.i in cut and (child.dep_ in _SUBJECTS or child.tag_ in ("WP", "WDT")) for child in token.children))
                or orphan
                and token.dep_ in _ARGUMENTS
                and not _leads_on(head)
                and place not in stands
            ) and stands - {inner.i for inner in token.subtree}:
                drop(token)
        if len(cut) == before:
            break
    return cut


_SUBJECTS = ("nsubj", "nsubj:pass", "csubj", "csubj:pass")


def _leads_on(head: Token) -> bool:
    """Whether a cut word is one after which what was seen, told or thought stands by itself."""
    return predicate_class(head) not in ("", "action") or lemma(head.lower_) in ("have", "be", *_RECORDING)


_PARTS = frozenset(
    "window windows door doors gate gates fence wall walls roof car van vehicle bins till counter desk sign camera cameras locks".split()
)


_COUNTS = frozenset("two three four five six several some many".split())
_SEX = {"he": "male", "him": "male", "his": "male", "she": "female", "her": "female", "hers": "female"}
_SEX_OF = {
    **dict.fromkeys(
        "son husband dad father brother uncle nephew boyfriend grandad grandfather boy lad man stepdad stepfather lads boys".split(), "male"
    ),
    **dict.fromkeys(
        "daughter wife mum mam mother sister aunt auntie niece girlfriend nan gran grandmother girl woman lady stepmum stepmother".split(),
        "female",
    ),
}
_PEOPLE = frozenset(
    "person people man men woman women worker officer employee informant applicant occupier occupant person's guy bloke lad lass fella".split()
)
_PLAIN_NOUNS = frozenset("boy girl man woman lady lad child baby".split())


def _sex_of_pronoun(owner: Token, first: int, last: int, cut: set[int]) -> str:
    """The sex that a pronoun after a possessor gives it; nothing where the pronoun can as well be the owned person's."""
    owned = _SEX_OF.get(owner.head.lower_, "")
    found = next((_SEX[token.lower_] for token in owner.doc[owner.i : last] if token.i not in cut and token.lower_ in _SEX), "")
    return found if found != owned else ""


def _repaired_pronoun(doc: Doc, first: int, last: int, cut: set[int], in_quotation: Sequence[bool]) -> dict[int, str]:
    """A pronoun whose noun was cut before it, and the description that the text itself gives: "My tenant says he is paid" → "A male is paid"."""
    for place in range(first, last):
        if place not in cut:
            continue
        noun = doc[place]
        if noun.pos_ not in ("NOUN", "PROPN") or noun.dep_ not in ("nsubj", "nsubj:pass", "nmod", "obl"):
            continue
        sex = _SEX_OF.get(noun.lower_, "")
        ours = any(is_first_person(token, in_quotation) for token in noun.children) and is_role(noun, "client")
        plain = noun.lower_ in _PLAIN_NOUNS and noun.dep_ == "nsubj"
        kin = bool(sex) and is_role(noun, "kin") and noun.dep_ == "nsubj" and any(child.lower_ in ("his", "her") for child in noun.children)
        if not (ours or plain or kin):
            continue
        for token in doc[place + 1 : last]:
            if token.i in cut or in_quotation[token.i]:
                continue
            if token.lower_ in _SEX and (not sex or _SEX[token.lower_] == sex):
                if any(other.lower_ in _SEX and _SEX[other.lower_] == _SEX[token.lower_] for other in doc[:first]):
                    return {}  # the text has named the person before
                what = noun.lower_ if plain else _SEX[token.lower_]
                article = "the" if plain and any(other.lower_ == noun.lower_ for other in doc[:first]) else "a"
                owns = token.tag_ == "PRP$" or token.dep_ == "nmod:poss"
                return {token.i: f"{article} {what}" + ("'s" if owns else "")}
    return {}


def _described(noun: str, plural: bool) -> str:
    """What the log calls somebody whom the source spoke of by a tie to itself."""
    singular = noun[:-1] if noun.endswith("s") and not noun.endswith("ss") else noun
    plain = _YOUNG.get(singular) or _KIN.get(singular) or ("person" if singular not in words("workplace") else "premises")
    if plain == "premises":
        return plain
    if plural:
        return {"person": "people", "child": "children", "man": "men", "woman": "women", "young person": "young people"}.get(
            plain, plain + "s"
        )
    return ("an " if plain[0] in "aeiou" else "a ") + plain


_DETERMINERS = frozenset("the a an this that these those".split())
_BY_RECORD = ("rule row 18", "rule row 19")
_TIME_WORDS = frozenset(
    "last this next on at in the week month year night morning afternoon evening yesterday today tonight tomorrow ago two three four five six days "
    "weeks months monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september october "
    "november december early late about around".split()
)


def _is_only_time(group: Sequence[Token]) -> bool:
    """Whether a row of kept words says no more than when: it belongs to what follows."""
    worded = [token for token in group if not token.is_punct]
    return bool(worded) and len(worded) < 6 and all(token.lower_ in _TIME_WORDS or token.like_num for token in worded)


def _as_known(group: Sequence[Token], pieces: list[Piece], cut: set[int], in_quotation: Sequence[bool]) -> list[Piece]:
    """ "no job «that we know of»" → "no known job"; "«as far as we are aware» nobody" → "as far as is known nobody": without it the log would claim more."""
    doc = group[0].doc

    def run(place: int, step: int) -> list[Token]:
        found: list[Token] = []
        while 0 <= place < len(doc) and place in cut and len(found) < 9:
            found.append(doc[place])
            place += step
        return found if any(token.lower_ in ("know", "aware", "knowledge") for token in found) else []

    after = run(group[-1].i + 1, 1) if group[-1].i + 1 in cut else run(group[-2].i + 1, 1) if len(group) > 1 else []
    after = [token for token in after if not token.is_punct]
    if after and after[0].lower_ in ("that", "which", "we", "i") and any(is_first_person(token, in_quotation) for token in after):
        at = next(
            (number for number in range(len(pieces) - 1, -1, -1) if (token := pieces[number].token) is not None and token.pos_ == "NOUN"),
            None,
        )
        negated = any(token.lower_ in ("no", "not", "n't", "any", "nobody", "never", "without", "only") for token in group)
        if at is not None and negated:
            return [*pieces[:at], Piece("known", True), *pieces[at:]]
    before = run(group[0].i - 1, -1)[::-1]
    if [token.lower_ for token in before[:3]] in (["as", "far", "as"], ["so", "far", "as"]):
        return _prefix("as far as is known", pieces)
    return pieces


_CLOCK = re.compile(r"([01]?\d|2[0-3])[:.]([0-5]\d)")


def _clock(hour: int, minute: int) -> str:
    half = "am" if hour % 24 < 12 else "pm"
    return f"{hour % 12 or 12}{f'.{minute:02}' if minute else ''}{half}"


def _rounded(pieces: list[Piece]) -> list[Piece]:
    """Times to the minute, which only a record gives, to the nearest quarter of an hour."""
    out: list[Piece] = []
    for piece in pieces:
        match = _CLOCK.fullmatch(piece.text) if piece.identifier is None else None
        if match and int(match[2]) % 5:
            minutes = (int(match[1]) * 60 + int(match[2]) + 7) // 15 * 15
            if out and out[-1].text.lower() == "at":
                out.append(Piece("about", True))
            piece.text = _clock(minutes // 60, minutes % 60)
        out.append(piece)
    return out


def _assessed(doc: Doc, statement: Statement, provenance: Sequence[ProvenanceSpan]) -> Rewritten | None:
    """The level of risk that a tool of one trade gave, without the tool (row 27)."""
    for found in provenance:
        if "rule row 27" in found.found_by and overlaps(found, statement):
            said = doc.text[max(found.start, statement.start) : min(found.end, statement.end)]
            match = _LEVEL.search(said)
            if match and any(tool in said[: match.start()].lower() for tool in words("scoring")):
                return Rewritten(f"The risk is assessed as {match[0].lower()}.", (), hedged=True, changed=True)
    return None


_LEVEL = re.compile(r"\b(?:very high|high|medium|standard|low|moderate|critical)\b", re.IGNORECASE)
_SHIFT = re.compile(r"\b(1[0-2]|0?[1-9])(?:[.:][0-5]\d)?\s?(am|pm)\b|\b([01]\d|2[0-3]):[0-5]\d\b", re.IGNORECASE)
_BANDS = ((5, "during the night"), (9, "in the early morning"), (12, "in the morning"), (17, "in the afternoon"), (21, "in the evening"))


def _band(doc: Doc, found: ProvenanceSpan) -> str:
    """The part of the day of a time that fits one shift: "just before I open up at 5am" → "in the early morning"."""
    match = _SHIFT.search(text_of(doc)[found.start : found.end + 6])
    if match is None:
        return ""
    hour = int(match[3]) if match[3] else int(match[1]) % 12 + (12 if match[2].lower() == "pm" else 0)
    return next((band for end, band in _BANDS if hour < end), "late in the evening")


def _groups(kept: list[Token], cut: set[int], substitutes: Mapping[int, str]) -> list[list[Token]]:
    """Rows of kept words that hang together: a new one begins where a clause hangs on something that was cut."""
    groups: list[list[Token]] = []
    for token in kept:
        owned = bool(groups) and groups[-1][-1].i in substitutes and substitutes[groups[-1][-1].i].endswith("'s")
        if groups and (owned or not (token.i - 1 in cut and _begins_clause(token, cut))):
            groups[-1].append(token)
        else:
            groups.append([token])
    return groups


def _begins_clause(token: Token, cut: set[int]) -> bool:
    """Whether an independent clause begins at the token: its clause's head hangs on a cut word or is the root."""
    verb = token
    while verb.dep_ not in ("ROOT", "ccomp", "conj", "parataxis", "advcl", "acl", "acl:relcl", "xcomp") and verb.head.i != verb.i:
        if verb.head.i in cut:
            seen = predicate_class(verb.head) in ("perceive", "aware", "know")
            return verb.dep_ == "obj" and seen and verb.pos_ in ("NOUN", "PROPN", "PRON", "NUM")
        verb = verb.head
    if verb.i in cut:
        return False
    subject = own_subject(verb)
    return subject is not None and subject.i >= token.i and (verb.head.i in cut or verb.dep_ in ("ROOT", "conj", "parataxis"))


def _strip(group: list[Token]) -> list[Token]:
    """Without joining words at either end that join nothing any more."""
    first, last = 0, len(group)
    while first < last and (group[first].lower_ in _LEADING or (group[first].is_punct and group[first].text not in "\"'“‘£$([*#@")):
        if group[first].lower_ in ("that", "which", "who") and first + 1 < last and group[first].dep_ in ("det", "nsubj"):
            break
        if group[first].lower_ in ("when", "while", "where", "as", "because", "although", "though", "so", "whilst") and _opens_subordinate(
            group, first
        ):
            break
        first += 1
    while (
        last > first
        and group[last - 1].lower_ in _TRAILING
        and (group[last - 1].lower_ in _RELATIVES or group[last - 1].dep_ not in ("obj", "obl", "nsubj", "compound:prt", "advmod"))
    ):
        last -= 1
    if last < len(group) and group[-1].text in ".!?":
        return [*group[first:last], group[-1]] if last > first else []
    return group[first:last]


def _opens_subordinate(group: list[Token], first: int) -> bool:
    """Whether a conjunction opens a clause whose main clause follows in the same group."""
    verb = group[first].head
    return verb.dep_ == "advcl" and any(token.i == verb.head.i for token in group)


def _pieces(
    group: Sequence[Token], vantage: Sequence[VantageSpan], identifiers: Sequence[Identifier], descriptions: Mapping[int, str]
) -> list[Piece]:
    """The words with identifiers as one piece each and vantage in plain words."""
    pieces: list[Piece] = []
    done: set[tuple[str, int]] = set()
    previous_end = skipped = -1
    identifier_at, plain_at = _first_at(group, identifiers), _first_at(group, vantage)
    for token in group:
        space = token.idx != previous_end or not pieces
        previous_end = token.idx + len(token)
        index, plain = identifier_at.get(token.i), plain_at.get(token.i)
        if plain is not None:
            if ("vantage", plain) not in done:
                done.add(("vantage", plain))
                if pieces and pieces[-1].text.lower() in ("a", "an") and vantage[plain].plain:
                    article = "an" if (vantage[plain].plain or "")[0].lower() in "aeiou" else "a"
                    pieces[-1].text = article.capitalize() if pieces[-1].text[0].isupper() else article
                pieces.extend(Piece(word, space or bool(number), token) for number, word in enumerate((vantage[plain].plain or "").split()))
            continue
        if index is None:
            if token.idx != skipped:
                pieces.append(Piece(token.text, space, token))
            continue
        found = identifiers[index]
        before, after = (
            token.text[: max(0, found.start - token.idx)],
            token.text[len(token) - max(0, previous_end - found.end) :] if previous_end > found.end else "",
        )
        if before:
            pieces.append(Piece(before, space, token))
            space = False
        if ("identifier", index) not in done:
            done.add(("identifier", index))
            text = descriptions.get(index)
            if text is not None and _is_he_or_she(pieces) and text_of(token.doc)[found.end : found.end + 1] == ",":
                skipped = found.end  # "She is Jade Kay, 24": she is 24
                continue
            if found.type == "PERSON" and pieces and pieces[-1].text.lower() in ("a", "an") and pieces[-1].identifier is None:
                space = pieces.pop().space  # "a Mr Woolf"
            pieces.append(Piece(text if text is not None else "\ufffc", space, token, None if text is not None else index))
        if after:
            pieces.append(Piece(after, False, token))
    return pieces


def _is_he_or_she(pieces: Sequence[Piece]) -> bool:
    return len(pieces) > 1 and pieces[-1].text in ("is", "was") and pieces[-2].text.lower() in ("he", "she", "they")


def _first_at(group: Sequence[Token], spans: Sequence[Span]) -> dict[int, int]:
    """By token the index of the first of the spans, which are in order and apart, that touches it."""
    starts, ends = token_offsets(group[0].doc)
    near = within(spans, group[0].idx, group[-1].idx + len(group[-1]))
    return {
        place: index
        for index in reversed(near)
        for place in range(bisect_right(ends, spans[index].start), bisect_left(starts, spans[index].end))
    }


# --- frames -------------------------------------------------------------------------------------------------------------


def _hedges(doc: Doc, first: int, last: int, groups: Sequence[Sequence[Token]], cut: set[int]) -> list[str]:
    """The frame of each group, from what was cut before and within it; what was cut behind the last one frames the last one."""
    ends = [*(group[-1].i + 1 for group in groups[:-1]), last]
    return [_hedge(doc, begin, end, cut) for begin, end in zip([first, *ends], ends, strict=False)]


def _hedge(doc: Doc, first: int, last: int, cut: set[int]) -> str:
    """The neutral frame for a source's belief or worry that was cut; doubt about the content must not go with the doubter."""
    found = ""
    for place in range(first, last):
        if place not in cut:
            continue
        token, does = doc[place], predicate_class(doc[place])
        if does == "worried" or token.lower_ in ("concern", "concerns", "worry", "worries"):
            if not any(child.i not in cut for child in token.subtree) and token.dep_ == "conj":
                continue
            subject = own_subject(token)
            if (
                token.dep_ == "amod"
                or (subject is not None and subject.lower_ == "who")
                or (place + 1 < last and doc[place + 1].lower_ == "to")
            ):
                continue  # "his friend, who is too frightened to say so": a fear of telling, not of what is told; "frightened women"
            if token.lower_ == "afraid" and all(inner in cut or doc[inner].is_punct for inner in range(place, last)):
                continue  # "she has sent one, I am afraid": no doubt at all
            return CONCERN
        if token.lower_ == "doubt" and subject_of(token) is not None:
            return DOUBTED
        if does in ("believe", "sure") or token.lower_ in (
            "opinion",
            "view",
            "impression",
            "suspicion",
            "hunch",
            "instinct",
            "gut",
            "personally",
            "imo",
        ):
            after = place + 1
            while after < last and after in cut and doc[after].lower_ == "that":
                after += 1
            denied = any(inner in cut and doc[inner].lower_ in _NEGATIONS for inner in range(max(first, place - 3), place))
            if does != "believe" or not denied:
                found = THOUGHT
            elif after < last and after not in cut:
                found = UNTHOUGHT  # otherwise it is something else that is not thought
    if not found and _SAYS_SO.search(" ".join(doc[place].text for place in range(first, last) if place in cut)):
        return THOUGHT
    return found


def _frame(group: list[Token], pieces: list[Piece], cut: set[int], in_quotation: Sequence[bool], hedge: str) -> list[Piece] | None:
    """The group as a clause that stands by itself, or None."""
    pieces = _impersonal(pieces, in_quotation)
    if not pieces:
        return None
    inside = {token.i for token in group}
    opening = group[0]
    if (speaker := _speaker(group, cut, in_quotation)) is not None:
        return _prefix(speaker, pieces)
    finite = opening.tag_ in ("VBZ", "VBP", "MD") or (
        opening.tag_ == "VBD" and opening.dep_ in ("ROOT", "conj", "parataxis", "ccomp", "cop")
    )
    if finite and opening.lower_ != "there" and opening.i - 1 in cut and not _has_subject(opening, inside):
        if (who := _somebody(opening, inside)) is None:
            return None
        if who:
            # Whoever it was is gone with the cut; that there was somebody is no new fact.
            return _prefix(who, pieces)
        rest = _strip(group[1:])  # "my view is that he sells": what is thought stands by itself
        begin = next((number for number, piece in enumerate(pieces) if rest and piece.token is rest[0]), None)
        return _frame(rest, pieces[begin:], cut, in_quotation, hedge) if begin is not None else None
    if cut and _is_fragment(group, inside, cut):
        return None
    tops = [token for token in group if token.head.i not in inside or token.head.i == token.i]
    tops = [token for token in tops if not token.is_punct] or tops
    clauses = [token for token in group if _is_clause(token, inside) and token.dep_ not in ("acl:relcl", "advcl", "acl")]
    top = next((token for token in (*tops, *clauses) if _is_clause(token, inside)), tops[0])
    governor = top.head if top.head.i in cut else None
    past = _is_past(group[0].doc, governor, opening.i, cut)
    first_word = next((token for token in group if token.is_alpha), group[0])
    speaks = first_word.lower_ in _SUBJECT_PRONOUNS and any(token.tag_ in _FINITE for token in group)
    if _saw_before(opening, cut) and (seen_doing := _doer_and_deed(group)) is not None:
        doer, deed = seen_doing
        if deed.lower_.endswith("ing") or past:
            row = [
                token for token in group[: group.index(deed)] if token.like_num or token.lower_ not in _TIME_WORDS or token.lower_ == "the"
            ]
            pieces = _with_verb(pieces, doer, deed, agrees_plural([token.text for token in row], [token.tag_ for token in row]), past)
            return _prefix(hedge, pieces) if hedge else pieces
    if (unfinished := _unfinished(group, cut, inside)) is not None:
        subject = own_subject(unfinished)
        if subject is not None and subject.i in inside:
            pieces = _with_verb(pieces, subject, unfinished, _is_plural(subject), past)
            return _prefix(hedge, pieces) if hedge else pieces
    if _is_clause(top, inside) or speaks:
        if hedge and (top.dep_ != "advcl" or not any(child.dep_ == "mark" and child.i in inside for child in top.children)):
            return _prefix(hedge, pieces)
        return pieces
    if governor is None and not hedge:
        return pieces if _can_stand(group) else None
    if (
        governor is not None
        and not hedge
        and not predicate_class(governor)
        and lemma(governor.lower_) != "have"
        and governor.pos_ in ("VERB", "AUX")
    ):
        worded = _said(pieces)
        # Less is a crumb of what the source did.
        return pieces if sum(token.pos_ in _CONTENT for token in group) > 3 and len(worded) > 5 else None
    nouns = [token for token in tops if token.pos_ in ("NOUN", "PROPN", "PRON", "NUM")]
    noun = next((token for token in nouns if token.lower_ not in _TIME_WORDS), next(iter(nouns), None))
    verb = next(
        (
            token
            for token in group
            if (
                token.tag_ in ("VBG", "VB")
                or (token.dep_ == "compound" and token.lower_.endswith("ing") and lemma(token.lower_) != token.lower_)
            )
            and (
                token.dep_ == "compound"
                or token.head.i not in inside
                or token.head == noun
                or token.dep_ in ("xcomp", "acl", "ccomp", "advcl")
            )
        ),
        None,
    )
    if hedge == CONCERN and noun is not None:
        return _prefix(_NOUN_CONCERN, pieces)
    if noun is not None:
        plural = _is_plural(noun)
        seen = (
            governor is None or predicate_class(governor) in ("perceive", "aware", "know", "report") or lemma(governor.lower_) in _RECORDING
        )
        between = [token for token in group if verb is not None and noun.i < token.i < verb.i]
        if (
            verb is not None
            and seen
            and verb.i > noun.i
            and all(token.pos_ not in ("VERB", "AUX") or token.dep_ == "flat" for token in between)
        ):
            return _with_verb(pieces, noun, verb, plural, past)
        if governor is not None and (
            predicate_class(governor) in ("perceive", "aware", "know", "report") or lemma(governor.lower_) == "have"
        ):
            if noun.pos_ == "PRON" and noun.lower_ in ("him", "her", "them", "it"):
                rest = [token for token in group if token.i > noun.i and not token.is_punct]
                if not rest:
                    return None
                for piece in pieces:
                    if piece.token is not None and piece.token.i == noun.i:
                        piece.text = _SUBJECT_FORM.get(noun.lower_, "it")
                at = next(number for number, piece in enumerate(pieces) if piece.token is not None and piece.token.i == noun.i)
                return [*pieces[: at + 1], Piece(_be(noun.lower_ == "them", past), True), *pieces[at + 1 :]]
            bare = _said(pieces)
            definite = first_word.lower_ in ("the", "this", "that", "these", "those", "his", "her", "their") and len(bare) < 4
            if (
                definite
                or noun.pos_ == "NUM"
                or noun.lower_ in ("one", "some")
                or any(mark in first_word.text + opening.text for mark in "/:")
            ):
                return pieces if len(bare) > 3 else None
            if all(piece.identifier is not None for piece in bare):
                return pieces if len(bare) > 1 else None
            if noun.pos_ != "PRON" and not any(token.tag_ in ("VBD", "VBZ", "VBP") and token.i < noun.i for token in group):
                plural = plural and pieces[0].text.lower() not in ("a", "an")
                return _prefix(f"there {_be(plural, past)}", pieces)
    return pieces if _can_stand(group) and not hedge else None


_RECORDING = frozenset("show record capture catch film log pick".split())


def _is_past(doc: Doc, governor: Token | None, start: int, cut: set[int]) -> bool:
    """Whether what is told lies before the telling: by the verb that was cut. What a camera or a register holds has been."""
    if governor is None:
        governor = next(
            (doc[place] for place in range(start - 1, max(-1, start - 8), -1) if place in cut and doc[place].pos_ == "VERB"), None
        )
    if governor is None:
        return False
    seen_by_device = lemma(governor.lower_) in _RECORDING and any(
        child.dep_ == "nsubj" and not child.ent_type_ and child.pos_ in ("NOUN", "PROPN") for child in governor.children
    )
    return governor.tag_ in ("VBD", "VBN") or seen_by_device


def _unfinished(group: Sequence[Token], cut: set[int], inside: set[int]) -> Token | None:
    """The verb that leant on a cut one and has a subject but no tense: "saw the men load", "see boys being handed"."""
    for verb in group:
        if verb.head.i not in cut or verb.dep_ not in ("ccomp", "xcomp", "acl", "obj", "advcl", "parataxis"):
            continue
        subject = own_subject(verb)
        if subject is None or subject.i not in inside or subject.i > verb.i:
            continue
        helpers = [child for child in verb.children if child.dep_ in ("aux", "aux:pass", "cop") and child.i in inside]
        if any(child.tag_ in _FINITE for child in helpers) or any(child.dep_ == "mark" for child in verb.children):
            continue
        if verb.tag_ == "VBG" or (helpers and helpers[0].tag_ == "VBG"):
            return verb
        bare = verb.tag_ in ("VB", "VBP") and not helpers and verb.lower_ == lemma(verb.lower_)
        seen = predicate_class(verb.head) == "perceive" and verb.head.tag_ in ("VBD", "VBN", "VB", "VBP")
        if bare and seen and subject.lower_ not in ("i", "he", "she", "we", "they"):
            return verb
    return None


_NOT_DEEDS = frozenset(
    "building morning evening clothing ring king thing something nothing string wedding ceiling meeting awning railing lodging".split()
)


def _saw_before(opening: Token, cut: set[int]) -> bool:
    """Whether the cut just before the words ends on a verb of seeing, finding or recording."""
    for place in range(opening.i - 1, max(-1, opening.i - 4), -1):
        if place not in cut:
            return False
        verb = opening.doc[place]
        if verb.is_alpha:
            return predicate_class(verb) == "perceive" or lemma(verb.lower_) in _RECORDING
    return False


def _doer_and_deed(group: Sequence[Token]) -> tuple[Token, Token] | None:
    """Who was seen and what doing, by the order of words: "two men carrying", "him arranging", "the men load". Needs no tree."""
    for number, token in enumerate(group):
        before = group[number - 1] if number else None
        if before is not None and (before.pos_ in ("NOUN", "PROPN") or before.lower_ in ("him", "her", "them")):
            doing = token.lower_.endswith("ing") and lemma(token.lower_) != token.lower_ and token.lower_ not in _NOT_DEEDS
            bare = token.tag_ in ("VB", "VBP") and token.pos_ == "VERB" and token.lower_ == lemma(token.lower_)
            if (doing and token.pos_ != "NOUN") or (doing and token.dep_ == "compound") or (bare and before.lower_ not in ("her",)):
                return before, token
        if token.pos_ not in ("DET", "NUM", "ADJ", "NOUN", "PROPN", "CCONJ", "ADV") and token.lower_ not in (
            "him",
            "her",
            "them",
            "his",
            "their",
            "a",
        ):
            return None
    return None


def _is_plural(noun: Token) -> bool:
    inner = [token for token in noun.subtree if token.i <= noun.i or token.dep_ in ("conj", "cc")]
    return agrees_plural([token.text for token in inner], [token.tag_ for token in inner])


def _speaker(group: Sequence[Token], cut: set[int], in_quotation: Sequence[bool]) -> str | None:
    """The frame for words in quotation whose telling was cut: "he said" of a subject, "it was said" of whoever else (G9)."""
    opening = group[0]
    if opening.text not in "\"“'‘" or opening.i - 1 not in cut or not in_quotation[opening.i]:
        return None
    doc = opening.doc
    for place in range(opening.i - 1, max(-1, opening.i - 14), -1):
        if place not in cut:
            break
        verb = doc[place]
        if predicate_class(verb) == "report" or verb.lower_ in ("said", "told", "shouted"):
            subject = own_subject(verb)
            if subject is not None and subject.lower_ in _SUBJECT_PRONOUNS - {"it"}:
                return (
                    f"{subject.lower_} said"
                    if verb.tag_ in ("VBD", "VBN")
                    else f"{subject.lower_} says"
                    if subject.lower_ != "they"
                    else "they say"
                )
            return "it was said:" if subject is not None and subject.pos_ == "NOUN" else None
        if lemma(verb.lower_) == "overhear":
            return "it was said:"
    return None


def _is_fragment(group: Sequence[Token], inside: set[int], cut: set[int]) -> bool:
    """Whether the words are the tail of a clause that was cut, or a clause whose verb lost what completes it."""
    clauses = [token for token in group if _is_clause(token, inside)]
    opening = group[0]
    if not clauses and opening.i - 1 in cut and (opening.pos_ == "ADP" or (opening.pos_ == "PART" and opening.dep_ == "mark")):
        return True
    for verb in clauses:
        # "asked whether he sells" is a question: without the asking it would become a statement.
        asks = [child for child in verb.children if child.dep_ == "mark" and child.lower_ in ("whether", "if")]
        if asks and verb.head.i in cut and verb.dep_ in ("ccomp", "advcl", "xcomp"):
            return True
    if (
        opening.i - 1 in cut
        and opening.dep_ in ("aux", "cop", "aux:pass")
        and opening.tag_ in _FINITE
        and len(group) > 1
        and group[1].dep_ in ("nsubj", "nsubj:pass")
    ):
        return True  # "asked me could he stay"
    said = [token for token in group if token.is_alpha or token.like_num]
    if len(said) > 5:
        return False
    for verb in clauses:
        after = [child for child in verb.children if child.i > verb.i and not child.is_punct]
        lost = [child for child in after if child.i in cut]
        if lost and len(lost) == len([child for child in after if child.dep_ != "compound:prt"]) and verb.pos_ == "VERB":
            return True
    return False


def _somebody(opening: Token, inside: set[int]) -> str | None:
    """Who does what a verb says whose subject is cut: "a person" or "people"; nothing where the verb is of the telling itself, None where it says nothing."""
    auxiliary = opening.dep_ in ("aux", "aux:pass", "cop")
    verb = opening.head if auxiliary else opening
    if auxiliary and (verb.i not in inside or (verb.pos_ in ("NOUN", "PROPN") and opening.tag_ == "VBD")):
        return None
    subject = subject_of(verb)
    if subject is not None and subject.i not in inside and subject.pos_ == "NOUN" and subject.lower_ in _TELLINGS:
        clause = next((child for child in verb.children if child.dep_ in ("ccomp", "parataxis", "csubj") and child.i in inside), None)
        return "" if clause is not None or _is_clause(verb, inside - {opening.i}) else None
    if not any(child.i in inside and child.i > opening.i and not child.is_punct for child in verb.children) and not auxiliary:
        return None
    plural = opening.tag_ == "VBP" or (subject is not None and subject.tag_ in ("NNS", "NNPS"))
    return "people" if plural else "a person"


_TELLINGS = frozenset(
    "view feeling impression opinion belief suspicion worry concern fear hunch guess version account story explanation words point thing picture "
    "message question answer theory rumour talk gossip word".split()
)


def _has_subject(token: Token, inside: set[int]) -> bool:
    """Whether the token, or the verb it belongs to, has a subject among the words that are left."""
    return any(
        child.dep_ in ("nsubj", "nsubj:pass", "expl") and child.i in inside for verb in (token, token.head) for child in verb.children
    )


def _be(plural: bool, past: bool) -> str:
    return ("were" if plural else "was") if past else ("are" if plural else "is")


def _with_verb(pieces: list[Piece], noun: Token, verb: Token, plural: bool, past: bool) -> list[Piece]:
    """ "two men dealing" → "two men were dealing"; "him leave" → "he left"."""
    out: list[Piece] = []
    helper = next((child for child in verb.children if child.dep_ in ("aux", "aux:pass") and child.tag_ == "VBG"), verb)
    for piece in pieces:
        if piece.token is not None and piece.token.i == noun.i and piece.text.lower() in _SUBJECT_FORM:
            piece.text = _SUBJECT_FORM[piece.text.lower()]
            plural = piece.text == "they"
        if piece.token is not None and piece.token.i == helper.i:
            if helper.tag_ == "VBG" or helper.lower_.endswith("ing"):
                out.append(Piece(_be(plural, past), True))
            elif past:
                piece.text = past_of(lemma(verb.lower_))
            else:
                piece.text = verb.text if plural else third_person(lemma(verb.lower_))
        out.append(piece)
    return out


def _is_clause(token: Token, inside: set[int]) -> bool:
    """Whether the token heads a clause with a subject and a finite verb that are all still there."""
    subject = next(
        (child for child in token.children if child.dep_ in ("nsubj", "nsubj:pass", "csubj", "expl") and child.i in inside), None
    )
    if subject is None:
        return False
    return (
        token.tag_ in _FINITE
        or any(child.dep_ in ("aux", "aux:pass", "cop") and child.i in inside for child in token.children)
        or token.pos_ == "VERB"
    )


def _can_stand(group: list[Token]) -> bool:
    """Whether words without a clause of their own still say something: a list item, a line of a table, a verb with its object."""
    worded = [token for token in group if token.is_alpha or token.like_num or token.is_digit]
    return any(token.pos_ in ("NOUN", "PROPN", "VERB", "NUM", "ADJ") for token in worded) and (len(worded) > 1 or len(group[0].text) > 5)


_OBJECTS = frozenset("them him me us".split())
_OPEN_END = frozenset(
    "is are was were am be been has have had will would can could may might must the a an my our his her their to of "
    "and or but who whose which that".split()
)
_BROKEN = re.compile(
    r"^there (?:is|are|was|were) (?:is|are|was|were|has|have|had|he|she|they|it|to|of|from|and|been)\b|\b(who|which|that|"
    r"the|a|an|of|to|is|was) \1\b|\bwho whose\b",
    re.IGNORECASE,
)


def _said(pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces that say something: words, figures and identifiers, without punctuation."""
    return [piece for piece in pieces if piece.identifier is not None or piece.text[0].isalnum()]


def _is_crumb(pieces: Sequence[Piece]) -> bool:
    """A word or three without a name, a figure or a clause: "what to do", "a 12-year", "there is name"."""
    said = _said(pieces)
    if len(said) > 3 or any(piece.identifier is not None for piece in said):
        return False
    first = said[0].text.lower() if said else ""
    told = any(piece.token is not None and piece.token.tag_ in _FINITE for piece in said)
    return first in ("what", "who", "how", "why", "there") or (first in ("a", "an") and not told and len(said) < 3)


def _says_enough(texts: Sequence[Sequence[Piece]], cut: int) -> bool:
    """Whether what is left of a statement is more than a name, a place or a crumb beside what was cut."""
    said = [piece for pieces in texts for piece in _said(pieces)]
    content = [
        piece
        for piece in said
        if piece.identifier is None
        and piece.token is not None
        and piece.token.pos_ in ("NOUN", "VERB", "ADJ", "NUM")
        and len(piece.text) > 1
    ]
    if not content:
        # The address of something, with its town, is worth a line; a lone name is not.
        named = {piece.identifier for piece in said if piece.identifier is not None}
        if len(named) > 1 and cut < 4:
            return True  # who it is, with a date of birth or a number
        towns = [piece for piece in said if piece.identifier is None and piece.token is not None and piece.token.pos_ == "PROPN"]
        return bool(towns) and any(piece.identifier is not None for piece in said) and any(piece.text == "," for piece in texts[0])
    says = any(piece.token is None or piece.token.pos_ in ("VERB", "AUX", "NUM", "PROPN") for piece in said if piece.identifier is None)
    if cut > 3 and len(content) < 3 and not says and not any(piece.identifier is not None for piece in said):
        return False  # "a water bill", of a whole sentence
    return len(said) > 2 or cut < 4 or (len(content) > 1 and cut < 8)


def _is_broken(pieces: list[Piece]) -> bool:
    """Whether the words cannot be a sentence: they end on a word that asks for another, or stumble over one."""
    said = [piece.text for piece in pieces if piece.identifier is not None or any(character.isalnum() for character in piece.text)]
    last = next((piece.token for piece in reversed(pieces) if piece.token is not None and piece.text[0].isalnum()), None)
    ends_well = last is not None and last.lower_ in ("her", "his") and last.dep_ != "nmod:poss"
    opens_badly = said and said[0].lower() in _OBJECTS and len(said) > 1
    return not said or opens_badly or (said[-1].lower() in _OPEN_END and not ends_well) or bool(_BROKEN.search(" ".join(said)))


def _prefix(frame: str, pieces: list[Piece]) -> list[Piece]:
    """The frame before the clause, which loses its capital unless it is a name's."""
    first = pieces[0]
    if (
        first.identifier is None
        and first.token is not None
        and first.text[:1].isupper()
        and not first.text.isupper()
        and (first.token.pos_ != "PROPN" or first.text in ("A", "An", "The"))
        and first.text != "I"
    ):
        first.text = first.text[0].lower() + first.text[1:]
    first.space = True
    return [*(Piece(word, bool(number)) for number, word in enumerate(frame.split())), *pieces]


_COUNTED = frozenset("two three four five six seven eight both all some several".split())


def _impersonal(pieces: list[Piece], in_quotation: Sequence[bool]) -> list[Piece]:
    """Possessives and objects of the source that are left become what anybody may be; a count that includes the source goes."""
    out: list[Piece] = []
    skip_to = -1
    for piece in pieces:
        token = piece.token
        if token is not None and token.i < skip_to:
            continue
        if piece.identifier is not None or token is None or piece.text != token.text or not is_first_person(token, in_quotation):
            out.append(piece)
            continue
        lower = token.lower_
        if lower in ("my", "our"):
            noun = token.head.lower_
            if noun in words("client") | words("kin"):
                continue
            out.append(Piece("the", piece.space, token))
        elif lower in _PLAIN_PERSONS:
            telling = predicate_class(_verb_over(token)) == "report" or lemma(_verb_over(token).lower_) in (
                "shout",
                "scream",
                "speak",
                "talk",
            )
            if (
                token.dep_ in ("obl", "nmod")
                and telling
                and out
                and out[-1].text.lower() in ("to", "with", "for", "from", "by", "of", "at")
            ):
                out.pop()
            elif telling and lemma(token.head.lower_) in ("tell", "inform", "say", "advise", "warn", "text", "message", "phone", "ring"):
                continue
            else:
                group = False
                if out and out[-1].text.lower() == "of" and len(out) > 1 and out[-2].text.lower() in _COUNTED:
                    del out[-2:]
                    group = True
                    if out and out[-1].text.lower() in ("the", "all"):
                        out.pop()
                joined = [inner for inner in token.subtree if inner.dep_ in ("conj", "cc", "nummod") and inner.i > token.i]
                if joined and any(inner.lower_ in ("other", "others") for inner in joined):
                    group, skip_to = True, max(inner.i for inner in joined) + 1
                out.append(Piece("others" if group else _PLAIN_PERSONS[lower], piece.space, token))
    return out


def _verb_over(token: Token) -> Token:
    verb = token.head
    while verb.pos_ not in ("VERB", "AUX") and verb.head.i != verb.i:
        verb = verb.head
    return verb


# --- finish -------------------------------------------------------------------------------------------------------------


def _capitalise(pieces: list[Piece]) -> None:
    first = next((piece for piece in pieces if piece.text), None)
    if first is not None and first.identifier is None and first.text[:1].islower():
        first.text = first.text[0].upper() + first.text[1:]


def _finish(pieces: list[Piece], *, hedge: str, changed: bool) -> Rewritten | None:
    """Pieces to text: brackets and commas that hold nothing go, the first letter is a capital, a full stop ends it."""
    pieces = _tidy([piece for piece in pieces if piece.text])
    while len(pieces) > 1 and pieces[0].text in _BULLETS and pieces[0].identifier is None:
        pieces.pop(0)
    if changed:
        while (
            pieces
            and pieces[0].text.lower() in _LEADING
            and pieces[0].identifier is None
            and pieces[0].text.lower()
            not in ("when", "while", "where", "as", "because", "although", "though", "that", "who", "which", "so")
        ):
            pieces.pop(0)
    if not any(piece.identifier is not None or any(character.isalnum() for character in piece.text) for piece in pieces):
        return None
    if changed:
        pieces = _whole_quotation(pieces)
        if not pieces:
            return None
    _capitalise(pieces)
    ended = pieces[-1].text[-1] in ".!?…:" or (pieces[-1].text in "\"'”’" and len(pieces) > 1 and pieces[-2].text in ".!?")
    if changed and not ended:
        pieces.append(Piece(".", False))
    text = ""
    places: list[tuple[int, int, int]] = []
    for number, piece in enumerate(pieces):
        if number and piece.space and text and not text.endswith(("(", "[", "“", "‘")):
            text += " "
        if piece.identifier is not None:
            places.append((len(text), len(text) + len(piece.text), piece.identifier))
        text += piece.text
    return Rewritten(text, tuple(places), bool(hedge), changed)


def _whole_quotation(pieces: list[Piece]) -> list[Piece]:
    """Without a quotation mark whose fellow was cut, and without a comma before the closing one at the end."""
    marks = [number for number, piece in enumerate(pieces) if piece.identifier is None and piece.text == '"']
    if len(marks) % 2:
        del pieces[marks[-1] if pieces[marks[-1]].space is False or len(marks) > 1 else marks[0]]
    opened = [number for number, piece in enumerate(pieces) if piece.text in "“”" and piece.text]
    if len(opened) == 1:
        del pieces[opened[0]]
    end = len(pieces) - (len(pieces) > 1 and pieces[-1].text == ".")
    if end > 1 and pieces[end - 1].text in ('"', "”") and pieces[end - 2].text == ",":
        pieces[end - 2].text = "."
        del pieces[end:]
    return pieces


_NO_SPACE_BEFORE = frozenset(", . ; : ! ? ) ] ” …".split())
_JOINS = frozenset(", ; : - – —".split())
_CLOSES = re.compile(r"[,;:.!?)\]”…]+")


def _tidy(pieces: list[Piece]) -> list[Piece]:
    out: list[Piece] = []
    for piece in pieces:
        if piece.identifier is None and len(piece.text) < 4 and _CLOSES.fullmatch(piece.text):
            if out and out[-1].identifier is None and out[-1].text in _JOINS | {"(", "["} and piece.text[0] in ",;:.!?)]":
                if out[-1].text in ("(", "["):
                    out.pop()
                    if piece.text[0] in ")]":
                        continue
                else:
                    out.pop()
            if piece.text[0] in _NO_SPACE_BEFORE:
                piece.space = False
            if out and out[-1].text == piece.text and piece.text != ".":
                continue
            if not out:
                continue
        out.append(piece)
    while out and out[-1].identifier is None and out[-1].text in _JOINS | {"(", "["}:
        out.pop()
    opening = [number for number, piece in enumerate(out) if piece.identifier is None and piece.text == "("]
    closing = [number for number, piece in enumerate(out) if piece.identifier is None and piece.text == ")"]
    if len(opening) != len(closing):
        out = [piece for number, piece in enumerate(out) if number not in set(opening) ^ set(closing) or number not in opening + closing]
    return out


_AGE = re.compile(
    r"\W{0,4}(?:(?:who|he|she|is|aged?|only|just|now|about|a|child|of)\W+){0,4}(\d{1,2}|"
    r"seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen)\b(?![/.:]\d|\s*(?:am|pm|st|nd|rd|th|hundred)\b)",
    re.IGNORECASE,
)
_TITLES = {"mr": "male", "mrs": "female", "miss": "female", "ms": "female", "sir": "male", "lady": "female"}
_ADULT = 18


def descriptions(doc: Doc, identifiers: Sequence[Identifier]) -> dict[int, str]:
    """What the log calls a source who is also a subject or the victim, by the index of each mention: never by name, never by trade.

    Sex and age as far as the text gives them: a title, an age behind the name, the next pronoun; the same for every mention of a name.
    """
    text = text_of(doc)
    pronouns = {_SEX[token.lower_] for token in doc if token.lower_ in _SEX}
    everywhere = next(iter(pronouns)) if len(pronouns) == 1 else ""
    known: dict[str, tuple[str, bool]] = {}
    mentions = [
        (index, found) for index, found in enumerate(identifiers) if found.type == "PERSON" and found.role in ("submitter", "source")
    ]
    for _, found in mentions:
        name = text[found.start : found.end].lower()
        sex, young = known.get(name.split()[0], ("", False))
        piece = doc.char_span(found.start, found.end, alignment_mode="expand")
        if piece is None:
            continue
        title = _TITLES.get(name.split()[0].rstrip("."), "")
        others = [other.start for other in identifiers if other.type == "PERSON" and other.start > found.end]
        limit = min(others, default=len(text))
        after = [token for token in doc[piece.end : piece.end + 25] if token.lower_ in _SEX and token.idx < limit]
        before = doc[piece.start - 2].lower_ if piece.start > 1 and doc[piece.start - 1].lower_ in ("is", "was") else ""
        sex = sex or title or _SEX.get(before, "") or everywhere or (_SEX[after[0].lower_] if after else "")
        age = _AGE.match(text, found.end)
        young = young or bool(age and not (age[1].isdigit() and int(age[1]) >= _ADULT) and age[1].lower() not in ("eighteen", "nineteen"))
        for word in name.split():
            known[word] = (sex, young)
    called = {
        ("male", True): "a boy",
        ("female", True): "a girl",
        ("", True): "a young person",
        ("male", False): "a man",
        ("female", False): "a woman",
    }
    return {
        index: called.get(known.get(text[found.start : found.end].lower().split()[0], ("", False)), "a person") for index, found in mentions
    }
