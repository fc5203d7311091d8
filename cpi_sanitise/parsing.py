"""Narrative to Presidio's NlpArtifacts, once: a spaCy pipeline with the encoder as its component, behind Presidio's NlpEngine.

The component writes tags, parts of speech, a dependency tree (Universal Dependencies' labels) and sentences into the Doc
and leaves every head's scores beside it, so that no stage reads the text with the encoder again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import spacy
from presidio_analyzer.nlp_engine import NlpArtifacts, NlpEngine
from spacy.attrs import DEP, HEAD, POS, TAG  # type: ignore[import-not-found]
from spacy.language import Language
from spacy.tokens import Doc, Span, Token

from .encoder import NEWLINE, Encoder, Scores
from .offsets import keep_text, token_offsets

SCORES, WORDS, OFFSETS = "cpi_scores", "cpi_words", "cpi_word_offsets"
SENTENCE_START = 0.5
WRAPPED_LINE_START = 0.2  # a line break counts as evidence, so less is asked of the model
SHORT_LINE = 46  # characters: a line that stops before it was not wrapped by an e-mail program
LONGEST_SENTENCE = 250  # words; what takes longer is no sentence, and grammar is looked at sentence by sentence
LONGEST_RUN = 100  # characters without white space that are looked at together; a word is much shorter
_SURROGATE = re.compile("[\ud800-\udfff]")
_LONG_RUN = re.compile(rf"\S{{{LONGEST_RUN + 1},}}")
_BULLETS = frozenset("-–—•*·>◦▪●")
_ENDS = frozenset(".!?…")
_OPENING = frozenset("\"“‘'(")


class RunByRun:
    """spaCy's tokenizer, given at most LONGEST_RUN characters at a time without a space.

    It takes brackets and quotation marks off one by one and looks at all that is left each time, so that ten thousand
    brackets in a row would take minutes.
    """

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer

    def __call__(self, text: str) -> Doc:
        cuts = [place for run in _LONG_RUN.finditer(text) for place in range(run.start() + LONGEST_RUN, run.end(), LONGEST_RUN)]
        if not cuts:
            whole: Doc = self._tokenizer(text)
            return whole
        tokens = [token for start, end in zip((0, *cuts), (*cuts, len(text)), strict=True) for token in self._tokenizer(text[start:end])]
        return Doc(self._tokenizer.vocab, words=[token.text for token in tokens], spaces=[bool(token.whitespace_) for token in tokens])

    def __getattr__(self, name: str) -> Any:
        return getattr(self._tokenizer, name)


class EncoderComponent:
    """spaCy component: one encoder pass a Doc. Words are its tokens but for white space; a line break is a word of its own."""

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder

    def __call__(self, doc: Doc) -> Doc:
        tokens = [token for token in doc if not token.is_space or "\n" in token.text]
        scores = self.encoder([NEWLINE if token.is_space else token.text for token in tokens])
        doc.user_data[SCORES] = scores
        doc.user_data[WORDS] = np.array([token.i for token in tokens], dtype=np.int64)
        if tokens:
            _annotate(doc, tokens, scores, self.encoder.labels)
        return doc


def _annotate(doc: Doc, tokens: list[Token], scores: Scores, labels: dict[str, list[str]]) -> None:
    starts = _sentence_starts(tokens, scores.words["sent_start"][:, 1])
    deps = [labels["dep"][index] for index in scores.words["dep"].argmax(-1).tolist()]
    heads, deps = _trees(tokens, scores.heads.tolist(), deps, starts)
    tags = [labels["tag"][index] for index in scores.words["tag"].argmax(-1).tolist()]
    parts = [labels["pos"][index] for index in scores.words["pos"].argmax(-1).tolist()]
    strings = doc.vocab.strings
    known = {text: strings.add(text) for text in {"dep", "_SP", "SPACE", "ROOT", *deps, *tags, *parts}}
    space = (known["dep"], known["_SP"], known["SPACE"])
    rows: list[tuple[int, int, int, int]] = []
    places = [token.i for token in tokens]
    number_at = {token.i: number for number, token in enumerate(tokens) if not token.is_space}
    last = places[0]
    for place in range(len(doc)):
        number = number_at.get(place)
        if number is None:
            rows.append(((last - place) % 2**64, *space))
            continue
        last = place
        head = places[heads[number]]
        relation = known["ROOT" if head == place else deps[number]]
        rows.append(((head - place) % 2**64, relation, known[tags[number]], known[parts[number]]))
    doc.from_array([HEAD, DEP, TAG, POS], np.array(rows, dtype=np.uint64))  # type: ignore[arg-type]  # spaCy's stub knows no unsigned integers


def _sentence_starts(tokens: list[Token], scores: np.ndarray) -> list[int]:
    """Where sentences and list items begin: the model's word, and line breaks, which are certain where the line was not merely wrapped."""
    starts = [0]
    line_began = tokens[0].idx

    def begin(number: int) -> None:
        before = tokens[number - 1]
        opens = (
            before.text in _OPENING
            and not before.whitespace_
            and (number < 2 or tokens[number - 2].whitespace_ or tokens[number - 2].is_space)
        )
        place = number - 1 if opens else number
        if place > starts[-1]:
            starts.append(place)

    for number in range(1, len(tokens)):
        token, before = tokens[number], tokens[number - 1]
        if token.is_space:
            continue
        if before.is_space:
            previous = tokens[number - 2] if number > 1 else before
            line_length = previous.idx + len(previous) - line_began
            line_began = token.idx
            if (
                before.text.count("\n") > 1
                or previous.text[-1] in _ENDS
                or previous.text == ":"
                or token.text[0] in _BULLETS
                or line_length < SHORT_LINE
                or _is_item_number(tokens, number)
                or scores[number] > WRAPPED_LINE_START
            ):
                begin(number)
        elif scores[number] > SENTENCE_START and token.text[0] not in "'\"”’)],.;:!?":
            begin(number)
    ends = [*starts[1:], len(tokens)]
    return [place for start, end in zip(starts, ends, strict=True) for place in range(start, end, LONGEST_SENTENCE)]


def _is_item_number(tokens: list[Token], number: int) -> bool:
    text = tokens[number].text
    following = tokens[number + 1].text if number + 1 < len(tokens) else ""
    return (text[0].isdigit() and len(text) <= 3 and (text[-1] in ").:" or following in {")", ".", ":"})) or text in {"(", "["}


def _trees(tokens: list[Token], heads: list[int], deps: list[str], starts: list[int]) -> tuple[list[int], list[str]]:
    """One tree a sentence: heads outside the sentence and all roots but one go to the root, circles are broken."""
    heads, deps = list(heads), list(deps)
    for start, end in zip(starts, [*starts[1:], len(tokens)], strict=True):
        inside = [number for number in range(start, end) if not tokens[number].is_space]
        if not inside:
            continue
        roots = [number for number in inside if heads[number] == number]
        worded = [number for number in roots if tokens[number].is_alpha]
        outside = [number for number in inside if not start <= heads[number] < end or tokens[heads[number]].is_space]
        root = (worded or roots or outside or inside)[0]
        heads[root] = root
        for number in (*roots, *outside):
            if number != root:
                heads[number] = root
                deps[number] = "parataxis" if deps[number] == "root" else deps[number]
        safe = {root}
        for number in inside:
            path: list[int] = []
            at = number
            while at not in safe and at not in path:
                path.append(at)
                at = heads[at]
            if at not in safe:
                heads[at] = root
            safe.update(path)
    return heads, deps


@Language.factory("cpi_encoder")
def _make_component(nlp: Language, name: str) -> EncoderComponent:
    return EncoderComponent(Encoder())


def scores_of(doc: Doc) -> Scores:
    """The encoder's scores of this Doc's words (see `word_tokens`)."""
    scores: Scores = doc.user_data[SCORES]
    return scores


def word_tokens(doc: Doc) -> np.ndarray:
    """The index in the Doc of each word that has scores."""
    words: np.ndarray = doc.user_data[WORDS]
    return words


def word_offsets(doc: Doc) -> tuple[list[int], list[int]]:
    """Start and end of each word that has scores, in characters; worked out once a Doc."""
    if OFFSETS not in doc.user_data:
        words = word_tokens(doc).tolist()
        starts, ends = token_offsets(doc)
        doc.user_data[OFFSETS] = ([starts[word] for word in words], [ends[word] for word in words])
    offsets: tuple[list[int], list[int]] = doc.user_data[OFFSETS]
    return offsets


class CpiNlpEngine(NlpEngine):  # type: ignore[misc]
    """Presidio's door to the pipeline. English only; never downloads."""

    def __init__(self) -> None:
        self.nlp: Language | None = None

    def load(self) -> None:
        self.nlp = spacy.blank("en")
        self.nlp.max_length = 10_000_000
        self.nlp.tokenizer = RunByRun(self.nlp.tokenizer)
        self.nlp.add_pipe("cpi_encoder")

    def is_loaded(self) -> bool:
        return self.nlp is not None

    @property
    def encoder(self) -> Encoder:
        """The component's model."""
        assert_loaded = self.nlp
        if assert_loaded is None:
            raise RuntimeError("the NLP engine is not loaded")
        component: Any = assert_loaded.get_pipe("cpi_encoder")
        encoder: Encoder = component.encoder
        return encoder

    def process_text(self, text: str, language: str) -> NlpArtifacts:
        if self.nlp is None:
            self.load()
        if self.nlp is None:
            raise RuntimeError("the NLP engine is not loaded")
        # Half a surrogate pair cannot be hashed by spaCy; the mark for an unknown character takes its place and no offset moves.
        text = _SURROGATE.sub("\ufffd", text)
        doc = self.nlp(text)
        keep_text(doc, text)
        entities: list[Span] = []
        # No engine is handed on: Presidio would only use it to make key words for its own context enhancer, which we do without.
        return NlpArtifacts(entities, doc, token_offsets(doc)[0], [], None, language)

    def process_batch(
        self, texts: Iterable[str], language: str, batch_size: int = 1, n_process: int = 1, **kwargs: Any
    ) -> Iterator[tuple[str, NlpArtifacts]]:
        """One by one: a narrative's scores must not depend on its neighbours, and single passes are fastest."""
        for text in texts:
            yield text, self.process_text(text, language)

    def is_stopword(self, word: str, language: str) -> bool:
        return bool(self.nlp and self.nlp.vocab[word].is_stop)

    def is_punct(self, word: str, language: str) -> bool:
        return bool(self.nlp and self.nlp.vocab[word].is_punct)

    def get_supported_entities(self) -> list[str]:
        return []

    def get_supported_languages(self) -> list[str]:
        return ["en"]
