"""What every stage asks of a Doc, worked out once: its text, which spaCy puts together anew each time, and where its tokens stand."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from spacy.attrs import IDX, LENGTH  # type: ignore[import-not-found]
from spacy.tokens import Doc

_TEXT, _WORDS, _STARTS, _CAPITALS = "cpi_text", "cpi_lower_words", "cpi_starts", "cpi_capitals"


def text_of(doc: Doc) -> str:
    """The narrative."""
    if _TEXT not in doc.user_data:
        doc.user_data[_TEXT] = doc.text
    text: str = doc.user_data[_TEXT]
    return text


def words_of(doc: Doc) -> list[str]:
    """Its tokens in lower case, with one kind of apostrophe."""
    if _WORDS not in doc.user_data:
        doc.user_data[_WORDS] = [token.lower_.replace("’", "'") for token in doc]
    words: list[str] = doc.user_data[_WORDS]
    return words


def has_capitals(doc: Doc) -> bool:
    """Whether there is any capital in the narrative: without, spelling tells nothing."""
    if _CAPITALS not in doc.user_data:
        doc.user_data[_CAPITALS] = any(character.isupper() for character in text_of(doc))
    return bool(doc.user_data[_CAPITALS])


def token_offsets(doc: Doc) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Start and end of every token, in characters; both rise, so that what touches a span is a slice."""
    if _STARTS not in doc.user_data:
        array = doc.to_array([IDX, LENGTH]).astype(np.int64).reshape(-1, 2)
        doc.user_data[_STARTS] = (array[:, 0], array[:, 0] + array[:, 1])
    offsets: tuple[NDArray[np.int64], NDArray[np.int64]] = doc.user_data[_STARTS]
    return offsets
