"""Forms of English verbs, as far as rules and repairs need them: forms of a lemma, and the lemma of a form.

Irregular forms stand in `rules/irregular_verbs.txt`, one verb a line: base, past, participle; all others are regular.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

_RULES = Path(__file__).parent / "rules"
_VOWELS = "aeiou"
_DOUBLING = frozenset(
    "stop grab drop chat beg rob stab hit cut plan refer admit permit commit occur prefer ban jog tip tap slap snap "
    "swap wrap trap ship slip strip drag nod pop rub scan shop spot step transfer control travel cancel equal label".split()
)


@lru_cache(maxsize=1)
def _irregular() -> dict[str, tuple[str, str]]:
    rows = (line.split() for line in (_RULES / "irregular_verbs.txt").read_text(encoding="utf-8").splitlines() if line[:1].isalpha())
    return {base: (past, participle) for base, past, participle in rows}


def _stem(base: str) -> str:
    return base + base[-1] if base in _DOUBLING else base


def third_person(base: str) -> str:
    """ "carry" → "carries"."""
    special = {"be": "is", "have": "has", "do": "does", "go": "goes"}
    if base in special:
        return special[base]
    if base.endswith(("s", "x", "z", "ch", "sh")):
        return base + "es"
    if base.endswith("y") and base[-2:-1] not in _VOWELS:
        return base[:-1] + "ies"
    return base + "s"


def past(base: str) -> str:
    """ "carry" → "carried"; "see" → "saw"."""
    if base in _irregular():
        return _irregular()[base][0]
    return _regular_past(base)


def participle(base: str) -> str:
    """ "see" → "seen"."""
    if base in _irregular():
        return _irregular()[base][1]
    return _regular_past(base)


def _regular_past(base: str) -> str:
    if base.endswith("e"):
        return base + "d"
    if base.endswith("y") and base[-2:-1] not in _VOWELS:
        return base[:-1] + "ied"
    return _stem(base) + "ed"


def ing(base: str) -> str:
    """ "carry" → "carrying"; "take" → "taking"."""
    if base.endswith("ie"):
        return base[:-2] + "ying"
    if base.endswith("e") and not base.endswith(("ee", "oe", "ye")) and base != "be":
        return base[:-1] + "ing"
    doubled = (
        base + base[-1]
        if base in _DOUBLING or base in {"get", "sit", "run", "let", "put", "set", "dig", "win", "begin", "swim", "forget"}
        else base
    )
    return doubled + "ing"


@lru_cache(maxsize=4096)
def forms(base: str) -> frozenset[str]:
    """Every form of a verb."""
    if base == "be":
        return frozenset("be am is are was were been being 's 're 'm".split())
    extra = {"'ve", "'d", "'s"} if base == "have" else set()
    return frozenset({base, third_person(base), past(base), participle(base), ing(base)} | extra)


@lru_cache(maxsize=1)
def _lemmas() -> dict[str, str]:
    return {form: base for base in _irregular() for form in (third_person(base), ing(base), *_irregular()[base])}


@lru_cache(maxsize=16384)
def lemma(form: str) -> str:
    """The base of a verb's form; of an unknown regular form the likeliest, which `forms` leads back to it."""
    form = form.lower()
    if form in {"am", "is", "are", "was", "were", "been", "being", "'m", "'re"}:
        return "be"
    if form in _irregular():
        return form
    if form in _lemmas():
        return _lemmas()[form]
    for ending, candidates in (
        ("ying", (form[:-4] + "ie",)) if len(form) <= 5 else ("ying", (form[:-3],)),
        ("ing", (form[:-4], form[:-3], form[:-3] + "e")),
        ("ied", (form[:-3] + "y",)),
        ("ed", (form[:-3], form[:-2], form[:-1])),
        ("ies", (form[:-3] + "y",)),
        ("es", (form[:-2], form[:-1])),
        ("s", (form[:-1],)),
    ):
        if form.endswith(ending) and len(form) > len(ending) + 1:
            for candidate in candidates:
                if len(candidate) > 2 and form in forms(candidate) and _plausible(candidate, form):
                    return candidate
    return form


def _plausible(base: str, form: str) -> bool:
    """Whether the base spells like one: "notic" is not, "notice" is; "stopp" is not, "stop" is."""
    if len(base) > 2 and base[-1] == base[-2] and base[-1] not in "slfze":
        return False
    if form.endswith(("ing", "ed")) and len(base) + len("ing" if form.endswith("ing") else "ed") == len(form):
        return not (base.endswith(("c", "v", "g", "u", "iz", "is", "as", "at")) and not base.endswith(("ng", "eat", "oat", "gas", "ias")))
    return True


def agrees_plural(words: list[str], tags: list[str]) -> bool:
    """Whether a noun phrase takes "are": its last noun is plural, two are joined by "and", or a number above one opens it."""
    nouns = [tag for tag in tags if tag.startswith("NN")]
    if "and" in [word.lower() for word in words] and len(nouns) > 1:
        return True
    opening = next((word.lower() for word in words), "")
    if opening in {"two", "three", "four", "five", "six", "several", "many", "some", "these", "those", "few", "both", "they"}:
        return not (opening == "some" and nouns and nouns[0] in {"NN", "NNP"})
    counted = next((word for word, tag in zip(words, tags, strict=True) if tag == "CD"), None)
    if counted is not None and tags.index("CD") < len(tags) - 1:
        return counted.lower() not in {"one", "1"}
    return bool(nouns) and nouns[0] in {"NNS", "NNPS"}
