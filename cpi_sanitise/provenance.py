"""Doc to provenance spans: who told, and how it became known (annotation guide, section 2).

Three finders, and what any of them finds is a span: the phrases of `rules/provenance.toml`; grammar, which follows a
clause whose subject is the source ("I saw", "a support worker was told") to the end of the telling and no further; and
the encoder's provenance tags. A sentence of which nothing else is left is taken whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np
from spacy.tokens import Doc, Token

from .english import lemma
from .lexicon import rules, word_lists, words
from .offsets import text_of
from .parsing import scores_of, word_tokens
from .phrases import Phrasebook, compile_pattern
from .quotation import quoted
from .spans import Identifier, ProvenanceSpan, Touching, in_order

# Operating point of the encoder's provenance tags, chosen on corpora/dev for recall first (see benchmarks/results).
THRESHOLD, GAP_THRESHOLD, MEAN_THRESHOLD, CERTAIN = 0.05, 0.03, 0.14, 0.4
# The encoder learned on whole submissions: in a text of fewer words than SHORT grammar says what is content, in a longer one the encoder
# may say otherwise from a share of OVERRULED on.
SHORT, OVERRULED = 60, 0.5
REFUTED = 0.08  # what grammar would cut and the encoder gives less than this on average is content, and stays
_SUBJECTS = ("nsubj", "nsubj:pass", "csubj", "csubj:pass")
_CONTENTS = ("ccomp", "parataxis", "csubj")
_HEARERS = ("obj", "iobj", "obl", "nmod")
_FIRST = frozenset("i we me us my our mine ours myself ourselves im ive".split())
# Verbs of the consulting room, the interview and the form: without a hearer named they still show that there was one.
_INTERVIEW = frozenset("disclose confide divulge reveal report state mention".split())
# What a source does about it; with such a verb a trade or a service is the source in action.
_ACTION = frozenset(
    "ring call phone contact log record refer escalate raise notify inform email submit complete attend visit treat "
    "dress escort support safeguard speak discuss monitor "
    "signpost advise complete photograph search confiscate check remove move exclude offer assess review examine "
    "screen weigh prescribe dispense issue book interview meet".split()
)
_CHANNEL_WORDS = frozenset("police polise form forms report referral submission incident incidents 101 mash email".split())
_BEGINS_CLAUSE = frozenset("PRON DET NUM NOUN PROPN ADJ".split())
_DAYS = frozenset("monday tuesday wednesday thursday friday saturday sunday".split())
_SMALL = frozenset(
    "and but or so that which who also then too as well , . ; : - – — ( ) ... … because although though while when "
    "if to of the a an it this was is has been had".split()
)


@lru_cache(maxsize=1)
def _phrasebook() -> Phrasebook:
    return Phrasebook(compile_pattern(rule["pattern"], word_lists(), rule) for rule in rules("provenance"))


@lru_cache(maxsize=1)
def _hedges() -> Phrasebook:
    return Phrasebook(compile_pattern(rule["pattern"], word_lists(), rule) for rule in rules("hedges"))


def is_first_person(token: Token, in_quotation: Sequence[bool]) -> bool:
    """Whether the word stands for the source; "US" is a country unless all is in capitals."""
    lower = token.lower_
    if lower not in _FIRST or in_quotation[token.i]:
        return False
    if token.text == "US":
        return text_of(token.doc).isupper()
    return not (lower == "i" and token.i + 1 < len(token.doc) and token.nbor(1).text == ".")


def find_provenance(doc: Doc, identifiers: Sequence[Identifier], labels: dict[str, list[str]]) -> list[ProvenanceSpan]:
    """Provenance spans in order; those of one kind that touch are one. They may overlap where kinds differ."""
    if not len(doc):
        return []
    share = _share(doc, labels)
    by_grammar, contents = _by_grammar(doc, identifiers)
    phrases, told = _by_phrases(doc)
    certain = [*phrases, *_by_layout(doc), *_registers(doc, identifiers)]
    grammar = [span for found in by_grammar for span in _not_refuted(doc, found, share)]
    found = [*certain, *grammar, *_by_encoder(doc, share, labels, contents | told)]
    found += _of_source_identifiers(doc, identifiers, found)
    return _merged(doc, [*found, *_rests(doc, found)])


def _share(doc: Doc, labels: dict[str, list[str]]) -> np.ndarray | None:
    """How far the encoder takes each token for provenance; None where the model has no such head."""
    if "provenance" not in labels:
        return None
    share = np.zeros(len(doc), dtype=np.float32)
    if len(word_tokens(doc)):
        share[word_tokens(doc)] = 1 - scores_of(doc).words["provenance"][:, labels["provenance"].index("O")]
    for first, last, _ in _hedges().find(doc):
        # Nobody's doubt about the content is no provenance, however the encoder reads it; "I think it may be" loses "I think" only.
        if last < len(doc) and share[last] <= THRESHOLD:
            share[first:last] = 0
    # "I" in a subject's own words is the likeliest thing to be mistaken: there the encoder must be surer.
    inside = np.array(quoted(doc), dtype=bool)
    share[inside & (share < CERTAIN)] = 0
    return share


def _not_refuted(doc: Doc, span: ProvenanceSpan, share: np.ndarray | None) -> list[ProvenanceSpan]:
    """The parts of a span found by grammar that the encoder does not hold to be content. A part with a first person is never given back.

    Decided run by run and not word by word: half a clause serves nobody.
    """
    piece = doc.char_span(span.start, span.end, alignment_mode="expand")
    if share is None or piece is None or (span.kind == "relationship" and len(piece) < 6):
        return [span]
    in_quotation = quoted(doc)
    kept: set[int] = set()
    run: list[int] = []
    for place in range(piece.start, piece.end + 1):
        if place < piece.end and share[place] <= THRESHOLD:
            run.append(place)
            continue
        # A verb of seeing or telling is not given back without the one who saw or told.
        knows = len(run) <= 3 and piece.start not in run and any(predicate_class(doc[inner]) not in ("", "action") for inner in run)
        if run and (knows or share[run].mean() >= REFUTED or any(is_first_person(doc[inner], in_quotation) for inner in run)):
            kept.update(run)
        if place < piece.end:
            kept.add(place)
        run = []
    parts = _runs(doc, kept, span.kind)
    if len(kept) < len(piece):
        parts = [part for part in parts if not _is_crumb(doc, part, share, in_quotation, kept)]
    return [ProvenanceSpan(part.start, part.end, span.kind, span.found_by) for part in parts]


def _is_crumb(doc: Doc, part: ProvenanceSpan, share: np.ndarray, in_quotation: Sequence[bool], kept: set[int]) -> bool:
    """A word or two left over of a clause that was given back: nobody would cut them by themselves. A verb whose subject is cut is none."""
    piece = doc.char_span(part.start, part.end, alignment_mode="expand")
    if piece is None or len(piece) > 2:
        return False
    if any((subject := own_subject(token)) is not None and subject.i in kept for token in piece):
        return False
    return bool(share[piece.start : piece.end].max() < CERTAIN) and not any(is_first_person(token, in_quotation) for token in piece)


def _span(doc: Doc, first: int, last: int, kind: str, found_by: str) -> ProvenanceSpan:
    while first < last and doc[first].is_space:
        first += 1
    while last > first and doc[last - 1].is_space:
        last -= 1
    end = doc[last - 1].idx + len(doc[last - 1]) if last > first else doc[first].idx
    return ProvenanceSpan(doc[first].idx, end, kind, (found_by,))


def _by_phrases(doc: Doc) -> tuple[list[ProvenanceSpan], set[int]]:
    """The finds of the phrasebook, and the words that a telling among them leaves as what was told."""
    in_quotation = quoted(doc)
    spans = []
    told: set[int] = set()
    for first, last, rule in _phrasebook().find(doc):
        if all(in_quotation[first:last]):
            continue
        if rule.get("extent") == "sentence":
            sentence = doc[first].sent
            first, last = sentence.start, max(last, sentence.end)
        spans.append(_span(doc, first, last, rule["kind"], f"rule row {rule['row']}"))
        if rule.get("leaves") == "rest":
            told |= {token.i for token in doc[first].sent if not first <= token.i < last and not is_first_person(token, in_quotation)}
        elif (
            rule.get("leaves") == "content"
            and (begin := last + (last < len(doc) and doc[last].text == ",")) < (end := doc[first].sent.end)
            and doc[begin].pos_ in _BEGINS_CLAUSE
        ):
            rest = range(begin, end)
            if not any(is_first_person(doc[place], in_quotation) for place in rest):
                told.update(rest)
    return spans, told


def _by_encoder(doc: Doc, share: np.ndarray | None, labels: dict[str, list[str]], contents: set[int]) -> list[ProvenanceSpan]:
    """Runs of words above the threshold. A gap of a word or two that is not clearly content is closed; a word by itself must be certain.

    `contents` is what grammar or a phrase has shown to be seen, told or thought: there it must be surer, and in a short text has no say.
    """
    places = word_tokens(doc)
    if share is None or not len(places):
        return []
    share = share.copy()
    if len(doc) < SHORT:
        share[list(contents)] = 0
    else:
        share[[place for place in contents if share[place] < OVERRULED]] = 0
    scores, tags = scores_of(doc).words["provenance"], labels["provenance"]
    kinds = sorted({tag[2:] for tag in tags if tag != "O"})
    columns = {kind: [number for number, tag in enumerate(tags) if tag[2:] == kind] for kind in kinds}
    of_word = share[places]
    runs: list[tuple[int, int]] = []
    for word in np.flatnonzero(of_word > THRESHOLD).tolist():
        if (
            runs
            and not doc[int(places[word])].is_sent_start
            and word - runs[-1][1] <= 3
            and (word == runs[-1][1] + 1 or of_word[runs[-1][1] + 1 : word].min() > GAP_THRESHOLD)
        ):
            runs[-1] = (runs[-1][0], word)
        else:
            runs.append((word, word))
    inside = quoted(doc)
    spans = []
    for first, last in runs:
        in_words_of_another = all(inside[int(place)] for place in places[first : last + 1])
        peak = of_word[first : last + 1].max()
        if of_word[first : last + 1].mean() < MEAN_THRESHOLD or (last - first < 2 and (in_words_of_another or peak < CERTAIN)):
            continue
        if not any(doc[int(place)].is_alpha or doc[int(place)].like_num for place in places[first : last + 1]):
            continue
        if peak >= CERTAIN:
            first, last = _to_phrases(doc, places, of_word, first, last)
        kind = max(kinds, key=lambda kind: float(scores[first : last + 1, columns[kind]].sum()))
        spans.append(_span(doc, int(places[first]), int(places[last]) + 1, kind, "encoder"))
    return spans


_LEANS_ON = frozenset("aux aux:pass cop case det cc nummod punct nmod:poss".split())
_DOUBTFUL = 0.2
_BARE_SUBJECTS = frozenset("he she they it there".split())
_TELLS_NOTHING = frozenset("his her their its the a an is are was were has have had be been being".split())


def _to_phrases(doc: Doc, places: np.ndarray, share: np.ndarray, first: int, last: int) -> tuple[int, int]:
    """A run without the words at its ends that lean on a word outside: "is" of "is cooking", "the" of "the lorry", "her" of "her uncle"."""
    inside = quoted(doc)

    def leans_outside(word: int) -> bool:
        token = doc[int(places[word])]
        governor = token.head.i
        if token.dep_ in ("nsubj", "nsubj:pass") and share[word] < _DOUBTFUL and token.pos_ == "NOUN" and governor > int(places[last]):
            return not any(inner.dep_ == "nmod:poss" for inner in token.children)
        if token.dep_ in ("nsubj", "nsubj:pass", "expl") and token.lower_ in _BARE_SUBJECTS and governor > int(places[last]):
            return True
        if token.dep_ not in _LEANS_ON or is_first_person(token, inside):
            return False
        if token.dep_ in ("aux", "aux:pass", "cop"):
            subject = own_subject(token.head)
            if subject is not None and subject.pos_ == "PRON" and int(places[first]) <= subject.i <= int(places[last]):
                return False  # "it is" goes together
        return (share[word] < CERTAIN or (token.lower_ in _TELLS_NOTHING and share[word] < 0.9)) and not int(
            places[first]
        ) <= governor <= int(places[last])

    def doubtful_phrase() -> int:
        """Where a phrase at the end begins that goes with a word before the run: "at night" after "down my road"."""
        for token in doc[int(places[first]) + 1 : int(places[last]) + 1]:
            if token.dep_ not in ("obl", "obl:tmod") or token.head.i >= int(places[first]):
                continue
            phrase = [inner.i for inner in token.subtree if inner.i <= int(places[last])]
            if phrase[-1] == int(places[last]):
                words = [word for word in range(first, last + 1) if int(places[word]) >= phrase[0]]
                if words[0] > first and share[words].max() < _DOUBTFUL:
                    return words[0]
        return last + 1

    last = doubtful_phrase() - 1
    while last > first and leans_outside(last):
        last -= 1
    while first < last and leans_outside(first):
        first += 1
    return first, last


# --- grammar ---------------------------------------------------------------------------------------------------------


def subject_of(verb: Token) -> Token | None:
    """Its own subject; a joined verb without one shares that of the verb it is joined to."""
    for child in verb.children:
        if child.dep_ in _SUBJECTS:
            return child
    if verb.dep_ == "conj" and verb.head.i != verb.i and verb.pos_ in ("VERB", "AUX", "ADJ"):
        return subject_of(verb.head)
    return None


def own_subject(verb: Token) -> Token | None:
    """Its own subject only."""
    return next((child for child in verb.children if child.dep_ in _SUBJECTS), None)


def _phrase_words(token: Token) -> list[str]:
    """The noun with its compounds and adjectives before it, as rows of words that end with it: "health visitor", "visitor"."""
    first = token.i
    while first > 0 and token.i - first < 3 and doc_word(token.doc, first - 1):
        first -= 1
    row = [token.doc[number].lower_ for number in range(first, token.i + 1)]
    return [" ".join(row[number:]) for number in range(len(row))]


def doc_word(doc: Doc, place: int) -> bool:
    """Whether the token is a word that can belong to the name of a post."""
    token = doc[place]
    return token.is_alpha and token.pos_ in ("NOUN", "ADJ", "PROPN", "ADV")


def is_role(token: Token, *lists: str) -> bool:
    """Whether a noun, with the words before it, names one of the lists' entries."""
    phrases = _phrase_words(token)
    return any(not words(name).isdisjoint(phrases) for name in lists)


def is_source(token: Token, sources: set[int], in_quotation: Sequence[bool]) -> bool:
    """Whether a noun or pronoun stands for the source: first person, a source's name, "my colleague"."""
    if is_first_person(token, in_quotation) or token.i in sources:
        return True
    return any(child.dep_ == "nmod:poss" and is_first_person(child, in_quotation) for child in token.children) and is_role(
        token, "role", "staff", "kin"
    )


def predicate_class(token: Token) -> str:
    """What a predicate does to its clause: perceive, report, believe, know, worried, sure, aware, action, or nothing of these."""
    base = lemma(token.lower_)
    for name in ("worried", "sure", "aware"):
        if token.lower_ in words(name):
            return name
    for name in ("believe", "know", "perceive", "report"):
        if base in words(name):
            return name
    return "action" if base in _ACTION else ""


def _by_grammar(doc: Doc, identifiers: Sequence[Identifier]) -> tuple[list[ProvenanceSpan], set[int]]:
    """The source's clauses, and the words in them that say what was seen, told or thought."""
    in_quotation = quoted(doc)
    contents: set[int] = set()
    # A named source in the scene may be the victim: only as a teller ("Leyla begged me") does such a name stand for the source.
    named = [identifier for identifier in identifiers if identifier.role in ("submitter", "source")]
    tellers = {token.i for identifier in named for token in doc.char_span(identifier.start, identifier.end, alignment_mode="expand") or ()}
    sources = {
        token.i
        for identifier in named
        if identifier.role == "submitter"
        for token in doc.char_span(identifier.start, identifier.end, alignment_mode="expand") or ()
    }
    spans: list[ProvenanceSpan] = []
    for token in doc:
        if token.is_space or in_quotation[token.i]:
            continue
        if token.dep_ in _SUBJECTS and token.head.i != token.i:
            if _is_part_of_ours(token, token.head, in_quotation):
                contents |= {inner.i for inner in token.head.subtree} - {inner.i for inner in token.subtree}
                continue
            telling = predicate_class(token.head) == "report"
            spans += _clause_of(doc, token, token.head, tellers if telling else sources, in_quotation, contents)
        elif token.dep_ == "conj" and own_subject(token) is None:
            shared = subject_of(token)
            if shared is not None and is_source(shared, sources, in_quotation):
                spans += _clause_of(doc, shared, token, sources, in_quotation, contents)
        if token.lower_ in ("my", "our") and is_first_person(token, in_quotation) and token.dep_ == "nmod:poss":
            spans.append(_possessed(doc, token))
        if is_first_person(token, in_quotation) and token.dep_ not in _SUBJECTS:
            contents |= _scene(token, sources, in_quotation)
        by_somebody = token.dep_ in ("obl:agent", "obl", "nmod") and any(child.lower_ == "by" for child in token.children)
        if by_somebody and (
            is_source(token, sources, in_quotation)
            or (is_role(token, "role", "staff") and token.head.tag_ == "VBN" and predicate_class(token.head))
        ):
            spans += _runs(doc, {inner.i for inner in token.subtree}, "source_role")
    return spans, contents


def _clause_of(
    doc: Doc, subject: Token, verb: Token, sources: set[int], in_quotation: Sequence[bool], contents: set[int]
) -> list[ProvenanceSpan]:
    """The part of the verb's clause that tells of the source."""
    does = predicate_class(verb)
    if not does:
        # "I would like to report that", "we are writing to share": the predicate that counts is the inner one.
        inner = next(
            (child for child in verb.children if child.dep_ in ("xcomp", "advcl") and own_subject(child) is None and child.i > verb.i), None
        )
        if inner is not None and predicate_class(inner) in ("report", "perceive") and _contents(inner, predicate_class(inner)):
            kind = "self_reference" if is_first_person(subject, in_quotation) else "source_role"
            if is_source(subject, sources, in_quotation):
                return _source_clause(doc, verb, predicate_class(inner), kind, in_quotation, contents, inner)
    if is_source(subject, sources, in_quotation):
        if _is_scene(subject, verb, does, in_quotation):
            contents |= {token.i for token in verb.subtree}
            return []
        kind = "self_reference" if is_first_person(subject, in_quotation) else "source_role"
        return _source_clause(doc, verb, does, kind, in_quotation, contents)
    post = is_role(subject, "role", "staff")
    if post and _is_post_of_source(subject) and does:
        return _source_clause(doc, verb, does, "source_role", in_quotation, contents)
    if does == "report" or verb.lower_ in ("told", "said", "asked"):
        hearer = any(
            is_source(child, sources, in_quotation) or is_role(child, "hearer", "role") for child in verb.children if child.dep_ in _HEARERS
        )
        content = _contents(verb, "report")
        teller = is_role(subject, "kin") and (hearer or lemma(verb.lower_) in {"report", "state", "disclose", "tell", "say", "inform"})
        if content and (hearer or teller or lemma(verb.lower_) in _INTERVIEW):
            return _source_clause(doc, verb, "report", "relationship" if teller else "acquisition", in_quotation, contents)
    return []


def _scene(token: Token, sources: set[int], in_quotation: Sequence[bool]) -> set[int]:
    """The clause in which somebody else does something to the source that the log must tell, without the source: "he threatened us"."""
    verb = token.head
    for _ in range(4):
        if verb.pos_ == "VERB" and lemma(verb.lower_) in words("scene"):
            break
        if verb.dep_ == "ROOT" or verb.head.i == verb.i:
            return set()
        verb = verb.head
    if verb.dep_ == "xcomp" and own_subject(verb) is None and lemma(verb.head.lower_) in words("scene"):
        verb = verb.head  # "he threatened to kill me"
    subject = subject_of(verb)
    if subject is None or lemma(verb.lower_) not in words("scene") or is_source(subject, sources, in_quotation):
        return set()
    if is_role(subject, "role", "staff", "hearer") or subject.tag_ in ("WP", "WDT"):
        return set()
    if lemma(verb.lower_) in ("ask", "want") and not any(child.dep_ == "xcomp" and child.tag_ == "VB" for child in verb.children):
        return set()
    clause = [inner for inner in verb.subtree if inner.dep_ != "punct"]
    if sum(is_first_person(inner, in_quotation) for inner in clause) > 1:
        return set()
    return {inner.i for inner in clause}


def _is_part_of_ours(subject: Token, verb: Token, in_quotation: Sequence[bool]) -> bool:
    """Whether it happens to, or is done by, one of those whom the source serves or works with, and nothing else in it is the source's."""
    group = next((child for child in subject.children if child.dep_ == "nmod" and child.pos_ == "NOUN"), subject)
    if not any(is_first_person(token, in_quotation) or token.lower_ == "the" for token in group.children):
        return False
    served = is_role(group, "client") and any(is_first_person(token, in_quotation) for token in group.children)
    struck = subject.dep_ == "nsubj:pass" and lemma(verb.lower_) in words("scene") and is_role(group, "role", "staff", "client")
    if not (served or struck) or predicate_class(verb):
        return False
    rest = {inner.i for inner in verb.subtree} - {inner.i for inner in subject.subtree}
    return not any(is_first_person(verb.doc[place], in_quotation) for place in rest)


def _is_scene(subject: Token, verb: Token, does: str, in_quotation: Sequence[bool]) -> bool:
    """Whether somebody near the source ("my neighbour", "my cousin") is whom it is about: the only tie to the source is that "my"."""
    if does or verb.pos_ != "VERB" or is_first_person(subject, in_quotation) or not is_role(subject, "kin", "client"):
        return False
    first = [token for token in {*verb.subtree, *subject.subtree} if is_first_person(token, in_quotation)]
    return len(first) == 1 and first[0].head.i == subject.i and not is_role(subject, "role")


def _is_post_of_source(subject: Token) -> bool:
    """ "A nurse", "our nurse", "staff", "the school" can be the source; "his nurse" or "nurse Adams" need not be."""
    determiners = [child.lower_ for child in subject.children if child.dep_ in ("det", "nmod:poss")]
    return not determiners or determiners[0] in {"a", "an", "the", "my", "our", "one", "some", "several", "another", "two"}


def _contents(verb: Token, does: str) -> list[Token]:
    """The parts below a predicate that carry what was seen, told or thought."""
    found = [child for child in verb.children if child.dep_ in _CONTENTS and not (child.dep_ == "parataxis" and child.i < verb.i)]
    if does == "perceive":
        found += [child for child in verb.children if child.i < verb.i and _is_time(child)]
        found += [child for child in verb.children if child.dep_ in ("obj", "xcomp", "obl", "obl:tmod", "advmod") and child.i > verb.i]
        if not any(child.dep_ in ("obj", "ccomp", "xcomp", "csubj") for child in found):
            return []
    elif does in ("worried", "aware", "believe", "know"):
        found += [
            child for child in verb.children if child.dep_ in ("advcl", "xcomp") and child.i > verb.i and own_subject(child) is not None
        ]
        found += [
            child
            for child in verb.children
            if child.dep_ == "obl"
            and child.i > verb.i
            and any(case.lower_ in ("about", "of", "for", "by", "with", "over", "regarding") for case in child.children)
        ]
        if does == "know" and not found:
            found += [
                child
                for child in verb.children
                if child.dep_ == "obj" and any(part.dep_ in ("acl:relcl", "acl") for part in child.children)
            ]
    if lemma(verb.lower_) == "have":
        found += [child for child in verb.children if child.dep_ == "obj"]
    return found


def _is_time(token: Token) -> bool:
    """Whether a part of the clause says when it was seen: "last week", "on Tuesday". An occasion ("at Tuesday's visit") is no such time."""
    inner = [part.lower_ for part in token.subtree]
    dated = {"yesterday", "today", "tonight", "week", "night", "month", "morning", "afternoon", "evening", "year", "ago"} | _DAYS
    return (
        token.dep_ in ("obl:tmod", "obl:npmod", "nmod:tmod", "advmod", "obl")
        and bool(dated & set(inner))
        and len(inner) < 5
        and not any(is_role(part, "occasion", "workplace") or part.lower_ in _FIRST for part in token.subtree)
    )


def _source_clause(
    doc: Doc, verb: Token, does: str, kind: str, in_quotation: Sequence[bool], contents: set[int], inner_verb: Token | None = None
) -> list[ProvenanceSpan]:
    clause = {token.i for token in verb.subtree}
    kept: set[int] = set()
    if does not in ("", "action"):
        for content in _contents(inner_verb or verb, does):
            subject = own_subject(content)
            if subject is not None and is_first_person(subject, in_quotation):
                continue
            inner = {token.i for token in content.subtree}
            kept |= inner - {child.i for child in content.children if child.lower_ == "that" and child.dep_ == "mark"}
            if content.dep_ == "obl" and does in ("worried", "aware", "believe", "know"):
                kept -= {child.i for child in content.children if child.dep_ == "case"}
            speaks_itself = does == "report" and inner_verb is None and kind == "self_reference" and verb.tag_ != "VBN"
            aside = content.dep_ in ("obl", "obl:tmod", "advmod") and does == "perceive" and not _is_time(content)
            if not speaks_itself and not aside and _says_something(content, in_quotation):
                contents |= kept & inner
    for child in verb.children:
        joined = predicate_class(child)
        if child.dep_ == "conj" and own_subject(child) is None and joined in ("perceive", "aware", "know", "believe"):
            # "I opened his locker and found a bag of pills"
            for content in _contents(child, joined):
                if _says_something(content, in_quotation) and not (content.dep_ in ("obl", "advmod") and joined == "perceive"):
                    kept |= {token.i for token in content.subtree}
                    contents |= {token.i for token in content.subtree}
        if child.dep_ == "advcl" and child.i > verb.i and any(mark.lower_ in ("because", "as", "since") for mark in child.children):
            # What moved the source to act is what others did: "we have barred him because he was selling".
            reason = own_subject(child)
            if reason is not None and reason.pos_ in ("PRON", "PROPN", "NOUN") and _says_something(child, in_quotation):
                why = {token.i for token in child.subtree} - {mark.i for mark in child.children if mark.dep_ == "mark"}
                if does in ("", "action") and not is_role(reason, "role", "staff"):
                    kept |= why
                    contents |= why
        if child.dep_ in ("conj", "parataxis", "advcl") and not any(token.i in kept for token in child.subtree):
            subject = own_subject(child)
            if subject is not None and not is_first_person(subject, in_quotation) and (child.dep_ != "advcl" or child.i < verb.i):
                if child.dep_ == "advcl" and any(
                    mark.lower_ in ("because", "when", "while", "as", "if", "after", "before", "so") for mark in child.children
                ):
                    continue
                kept |= {token.i for token in child.subtree} - {part.i for part in child.children if part.dep_ == "cc"}
    parent = verb.head
    if verb.dep_ == "ccomp" and parent.i != verb.i and not kept and own_subject(parent) is not None:
        clause |= {token.i for token in parent.subtree if token.i <= parent.i or token.i in clause}
    return _runs(doc, clause - kept, kind)


def _says_something(content: Token, in_quotation: Sequence[bool]) -> bool:
    """Whether what was seen, told or thought is plainly of others: no first person in it, no bare "it" or "that", no question."""
    inner = [token for token in content.subtree if not token.is_punct]
    seen_doing = content.dep_ == "obj" and any(
        child.dep_ in ("xcomp", "ccomp", "advcl", "acl") and child.i > content.i for child in (*content.head.children, *content.children)
    )
    if seen_doing and content.lower_ in ("him", "her", "them"):
        return True
    if not inner or (
        content.dep_ in ("parataxis", "advcl") and (own_subject(content) is None or inner[0].lower_ == "as" or len(inner) < 4)
    ):
        return False
    if (
        any(is_first_person(token, in_quotation) for token in inner)
        or inner[0].tag_ in ("WDT", "WP", "WRB")
        or inner[0].lower_ == "whether"
    ):
        return False
    if any(token.lower_ in _CHANNEL_WORDS for token in inner) or (content.dep_ == "parataxis" and predicate_class(content) == "report"):
        return False
    return any(token.pos_ in ("NOUN", "PROPN", "ADJ", "NUM") for token in inner) or len(inner) > 3


def _runs(doc: Doc, places: set[int], kind: str) -> list[ProvenanceSpan]:
    """Spans over neighbouring tokens; a run of nothing but punctuation or white space is none."""
    spans, ordered = [], sorted(places)
    for number, place in enumerate(ordered):
        if number and ordered[number - 1] == place - 1:
            continue
        last = place
        while number + 1 < len(ordered) and ordered[number + 1] == last + 1:
            number, last = number + 1, last + 1
        while last > place and (doc[last].is_punct or doc[last].is_space) and doc[last].text != ",":
            last -= 1
        if any(doc[inner].is_alpha for inner in range(place, last + 1)):
            spans.append(_span(doc, place, last + 1, kind, "grammar"))
    return spans


def _possessed(doc: Doc, possessive: Token) -> ProvenanceSpan:
    """ "my patient", "one of our pupils", "our reception": the possessive with its noun."""
    noun = possessive.head
    first, last = possessive.i, min(noun.i, possessive.i + 4) + 1
    if noun.i < possessive.i:
        last = possessive.i + 1
    elif noun.lower_ == "year" and last + 1 < len(doc) and doc[last].like_num and doc[last + 1].pos_ == "NOUN":
        noun, last = doc[last + 1], last + 2  # "our year 10 boys"
    if (
        first >= 2
        and doc[first - 1].lower_ == "of"
        and doc[first - 2].lower_ in {"one", "two", "three", "some", "several", "another", "many", "both", "a", "couple", "lot", "all"}
    ):
        first -= 2
    if last + 1 < len(doc) and doc[last].lower_ in ("'s", "’s"):
        owned = noun.head
        through = last < owned.i <= last + 3 and is_role(owned, "client", "kin") and not is_role(noun, "client")
        last = owned.i + 1 if through else last + 1
    kind = (
        "relationship"
        if is_role(noun, "client", "kin")
        else "organisation"
        if is_role(noun, "workplace", "staff", "role", "tool", "occasion")
        else "self_reference"
    )
    return _span(doc, first, last, kind, "grammar")


# --- layout, source's own identifiers, and what is left over ------------------------------------------------------------

_LEADS_TO_VALUE = frozenset(
    "at from of in by to for near outside on with the our via here and born dob d.o.b aged tel mob mobile phone number "
    "no ref : email via address".split()
)
_CLOSINGS = frozenset(
    "regards thanks sincerely faithfully wishes best cheers kr rgds salaam was-salaam wasalaam blessings yours ta".split()
)
_HEADERS = frozenset("from to cc bcc sent subject date fwd fw re".split())


@lru_cache(maxsize=1)
def _register_before() -> re.Pattern[str]:
    registers = "|".join(map(re.escape, sorted(words("register"), key=len, reverse=True)))
    return re.compile(
        rf"\b(?:{registers})\s*(?:no|nr|num|number|ref|reference|id|record|file|account|case|app)?\b[\s.:,#()-]*(?:is|was)?\s*$",
        re.IGNORECASE,
    )


def _registers(doc: Doc, identifiers: Sequence[Identifier]) -> list[ProvenanceSpan]:
    """The name of a register before a number of it: "hospital number", "EMIS no". Who can quote it works where it is kept."""
    text = text_of(doc)
    spans = []
    for identifier in identifiers:
        if identifier.type == "NATIONAL_ID":
            begin = max(0, identifier.start - 40)
            if match := _register_before().search(text[begin : identifier.start]):
                end = begin + match.start() + len(match[0].rstrip())
                spans.append(ProvenanceSpan(begin + match.start(), end, "channel", ("layout",)))
    return spans


def _by_layout(doc: Doc) -> list[ProvenanceSpan]:
    """E-mail headers, and all that follows a closing formula near the end."""
    spans: list[ProvenanceSpan] = []
    lines: list[tuple[int, int, list[Token]]] = []
    first, line = 0, []
    for token in doc:
        if not token.is_space:
            line.append(token)
        elif "\n" in token.text:
            lines.append((first, token.i, line))
            first, line = token.i + 1, []
    lines = [row for row in (*lines, (first, len(doc), line)) if row[2]]
    for number, (begin, end, line) in enumerate(lines):
        if line[0].lower_.rstrip(":") in _HEADERS and (":" in line[0].text or (len(line) > 1 and line[1].text == ":")):
            spans.append(_span(doc, begin, end, "channel", "layout"))
        worded = [token for token in line if token.is_alpha]
        if number and worded and len(worded) <= 4 and worded[-1].lower_ in _CLOSINGS and len(doc) - end < 90:
            spans.append(_span(doc, begin, len(doc), "channel", "layout"))
            break
    return spans


def _of_source_identifiers(doc: Doc, identifiers: Sequence[Identifier], found: Sequence[ProvenanceSpan]) -> list[ProvenanceSpan]:
    """What only the source's own name, number or workplace holds together: "at Oakmount Surgery", "call 07700 …"."""
    spans = []
    at = Touching(found)
    for identifier in identifiers:
        if identifier.role not in ("submitter", "source") or (identifier.type == "PERSON" and identifier.role == "source"):
            continue  # a named source who is left in the scene is a victim or a subject: rewriting describes that person
        if any(span.start <= identifier.start and identifier.end <= span.end for span in at(identifier.start, identifier.end)):
            continue
        piece = doc.char_span(identifier.start, identifier.end, alignment_mode="expand")
        if piece is None:
            continue
        first, last = piece.start, piece.end
        while first > 0 and (doc[first - 1].lower_ in _LEADS_TO_VALUE or doc[first - 1].dep_ == "case"):
            first -= 1
        kind = "organisation" if identifier.type in ("ORGANISATION", "ADDRESS", "POSTCODE", "LOCATION") else "source_role"
        spans.append(_span(doc, first, last, kind, "grammar"))
    return spans


def _rests(doc: Doc, found: Sequence[ProvenanceSpan]) -> list[ProvenanceSpan]:
    """Sentences of which the cuts leave only small words are taken whole."""
    spans = []
    kind_at: dict[int, str] = {}
    for span in found:
        piece = doc.char_span(span.start, span.end, alignment_mode="expand")
        if piece is not None:
            kind_at.update(dict.fromkeys(range(piece.start, piece.end), span.kind))
    for sentence in doc.sents:
        inside = range(sentence.start, sentence.end)
        kinds = [kind_at[place] for place in inside if place in kind_at]
        if not kinds:
            continue
        rest = [token for token in sentence if token.i not in kind_at and not token.is_space]
        if rest and all(token.is_punct or token.lower_ in _SMALL or token.pos_ in ("PUNCT", "CCONJ", "SCONJ", "DET") for token in rest):
            spans.append(_span(doc, sentence.start, sentence.end, max(sorted(set(kinds)), key=kinds.count), "grammar"))
    return spans


def _merged(doc: Doc, spans: Iterable[ProvenanceSpan]) -> list[ProvenanceSpan]:
    """Spans of one kind that overlap or touch become one; finders are joined."""
    merged: list[ProvenanceSpan] = []
    spans, text = list(spans), text_of(doc)
    for kind in sorted({span.kind for span in spans}):
        last: ProvenanceSpan | None = None
        for span in in_order([span for span in spans if span.kind == kind and span.end > span.start]):
            if last is not None and (span.start <= last.end or not text[last.end : span.start].strip(" ,")):
                last = ProvenanceSpan(last.start, max(last.end, span.end), kind, tuple(dict.fromkeys((*last.found_by, *span.found_by))))
                merged[-1] = last
            else:
                last = span
                merged.append(span)
    return in_order(merged)
