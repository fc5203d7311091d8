"""What every stage asks of a Doc, worked out once: its text, which spaCy puts together anew each time, and where its tokens stand."""

from __future__ import annotations

from spacy.attrs import IDX, LENGTH  # type: ignore[import-not-found]
from spacy.tokens import Doc

_TEXT, _WORDS, _STARTS, _CAPITALS = "cpi_text", "cpi_lower_words", "cpi_starts", "cpi_capitals"


def keep_text(doc: Doc, text: str) -> None:
    """Spare the Doc that was made of this text putting it together again."""
    doc.user_data[_TEXT] = text


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


def token_offsets(doc: Doc) -> tuple[list[int], list[int]]:
    """Start and end of every token, in characters; both rise, so that what touches a span is a slice."""
    if _STARTS not in doc.user_data:
        array = doc.to_array([IDX, LENGTH]).reshape(-1, 2)
        doc.user_data[_STARTS] = (array[:, 0].tolist(), array.sum(1).tolist())
    offsets: tuple[list[int], list[int]] = doc.user_data[_STARTS]
    return offsets
