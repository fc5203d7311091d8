"""Names of persons that their form gives away: behind a title, in capitals before a first name, as initials, masked, as a nickname.

Format: titles as in Debrett's forms of address and police ranks (College of Policing); "SURNAME, First" as in police and school
records; lists of first names and surnames in words/. Names without such a form are found by a model elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from .context import Cues
from .family import FamilyRecognizer, Find, lowered
from .wordlists import word_set, words

_NAME = r"(?:(?:O|D|Mc|Mac)['’]?)?[^\W\d_a-zß-öø-ÿ][^\W\d_]{1,20}(?:['’\-][^\W\d_]{2,20})?"
_PARTICLE = r"(?:de|da|dos|van|von|der|den|al|el|bin|ibn|bint|la|le|st\.?|St\.?|abu|ul|ur|y)"
_TITLE = (
    r"Mr|Mrs|Ms|Miss|Mx|Master|Dr|Doctor|Prof|Professor|Revd?|Reverend|Father|Fr|Sister|Brother|"
    r"Imam|Rabbi|Pastor|Bishop|Canon|Deacon|Sheikh|Shaykh|Maulana|Mawlana|Mufti|Hafiz|Ustadh|"
    r"Granthi|Pandit|Cllr|Councillor|Sir|"
    r"Lady|Lord|Dame|PCSO|WPC|WDC|PC|DC|DS|DI|DCI|DCS|PS|Sgt|Sergeant|Insp|Inspector|Supt|Superintendent|"
    r"Constable|CI|Judge|Justice|Capt|Captain|Cpl|Corporal|Lt|Major|Col|Colonel|Staff Nurse|"
    r"Det|SGT"
)
_AND = r"(?:(?:Mr|Mrs|Ms|Dr|Miss)\.?[ ](?:and|&|\+)[ ])?"
_INITIAL = r"[A-Z]\.?(?=[ ])"
_TITLED = re.compile(
    rf"(?<![\w.\-]){_AND}(?P<title>{_TITLE})\b\.?[ \u00a0]{{1,2}}(?P<name>(?:{_INITIAL}[ ]){{0,2}}(?:{_PARTICLE}[ ]){{0,2}}{_NAME}"
    rf"(?:[ ](?:{_PARTICLE}[ ]){{0,2}}{_NAME}){{0,2}}|[A-Z](?:\.[ ]?[A-Z]){{0,2}}\.?(?![\w])|"
    r"[A-Z]\*{2,12})"
)
_TITLED_LOWER = re.compile(
    r"(?<![\w.\-])(?:(?:mr|mrs)[ ](?:and|&)[ ])?(?P<title>mr|mrs|ms|miss|dr|cllr|prof|rev|sgt|"
    r"pc|dc|imam|pastor|rabbi|sister|father|auntie|aunty|uncle)\.?[ ](?P<first>[^\W\d_][\w'’\-]{1,20}|"
    r"[a-z](?![\w'’]))(?P<second>[ ][^\W\d_][\w'’\-]{1,20})?(?P<third>[ ][^\W\d_][\w'’\-]{1,20})?",
    re.I,
)
_ROLE = re.compile(
    r"(?<![\w.\-])(?:Nurse|Officer|Coach|Uncle|Aunt|Auntie|Aunty|Nan|Nanny|Grandma|Grandad|Matron|"
    rf"Cousin|Big|Lil|Lil['’]|Little|Young|Old|Fat|Mad|Ginger|Scouse|Irish)[ ](?P<name>{_NAME})"
)
_KINSHIP = word_set("nurse officer coach uncle aunt auntie aunty nan nanny grandma grandad matron cousin")
_NOT_TITLED = word_set(
    "world martens pepper kipling who whippy brown's chapel bean beast muscle men whilst it was and the is has said fixit"
)
_SURNAME_FIRST = re.compile(
    r"(?<![\w'’])(?P<surname>(?:[A-Z]['’]|MC|MAC|Mc|Mac)?[A-Z]{2,20}(?:[ \-][A-Z]{2,20})?),[ ](?P<first>[A-Z][a-z]{1,20}"
    r"(?:-[A-Z][a-z]{1,20})?|[A-Z]{2,20})(?![\w'’])(?:[ ][A-Z][a-z]{1,20}(?=[ ,.;)]|$))?"
)
_FIRST_SURNAME = re.compile(
    r"(?<![\w'’\-])(?P<first>[A-Z][a-z]{1,20}(?:-[A-Z][a-z]{1,20})?)[ ](?:[A-Z][a-z]{1,20}[ ])?(?P<surname>(?:(?:O['’]"
    r"|Mc|Mac)[A-Z]{2,20}|[A-Z]{3,20})(?:-[A-Z]{2,20})?)(?![\w'’])"
)
_DOTTED = re.compile(r"(?<![\w.@/])(?:[A-Z]\.[ ]?){2,3}(?![\w@])|(?<![\w.@/])[A-Z]\.[A-Z](?![\w.@])")
_NOT_DOTTED = word_set("uk us usa eu un ni gp pc dc am pm ie eg nb ps ba ma bsc phd md bbc nhs cid dob ca pa sa rta po tv dj")
_BARE = re.compile(r"(?<![\w.'’/&\-])(?P<initials>[A-Z]{2,3})(?![\w&/\-]|['’][A-Z])")
_MASKED = re.compile(
    r"(?<![\w*@./])(?:[A-Z]\*{2,15}(?:[ ][A-Z]?\*{2,15}){0,2}|[A-Z]_{3,12}(?:[ ][A-Z]_{3,12}){1,2}|"
    r"[A-Z]-{3,12}(?:[ ][A-Z]-{3,12}){1,2}|[A-Z]x{3,12}(?:[ ][A-Z]x{3,12}){1,2}|[A-Z]\.{3,8}[ ][A-Z]\.{3,8})"
    r"(?![\w*@])"
)
_SWEARING = frozenset("FSCBWTADfscbwtad")
_KNOWN_AS = re.compile(
    r"\b(?P<cue>known(?:[ ](?:locally|online|only|better|also|to[ ]\w{1,12}|on[ ]the[ ]street)"
    r")?[ ]as|a\.?k\.?a\.?|goes[ ]by(?:[ ]the[ ]names?(?:[ ]of)?)?|go[ ]by|going[ ]by(?:[ ]the[ ]name(?:[ ]of)?)?|"
    r"went[ ]by|goes[ ]under(?:[ ]the[ ]name(?:[ ]of)?)?|"
    r"street[ ]names?(?:[ ](?:is|are|of|was))?|nick ?names?(?:[ ](?:is|are|of|was))?|nick ?named|"
    r"nickname[ ]of|moniker(?:[ ](?:is|of))?|alias(?:es)?|(?:calls?|calling|called)[ ](?:himself|"
    r"herself|themselves|themself|him|her)|answers[ ]to(?:[ ]the[ ]name(?:[ ]of)?)?|"
    r"refers?[ ]to[ ](?:him|her)[ ]as|referred[ ]to[ ]as|by[ ]the[ ]names?(?:[ ]of)?|first[ ]name(?:[ ](?:is|"
    r"was|of))?|surname(?:[ ](?:is|was|of))?|"
    r"named|(?:someone|somebody|man|male|men|males|lad|lads|guy|bloke|fella|person|boy|girl|"
    r"woman|female|lady|friend|mate|boyfriend|partner|brother|one|adult|youth|kid|dealer|cousin|"
    r"individual)[ ](?:just[ ]|only[ ]|also[ ])?(?:called|named)|saved[ ]as|tag(?:[ ]name)?[ ]is|"
    r"(?:they|everyone|everybody|people|kids|lads|all)[ ](?:all[ ])?calls?(?:[ ](?:him|her))?)"
    r"\b"
    r"[ ]?[:,\-–]?[ ]?(?:just[ ]|only[ ])?"
)
_QUOTED = re.compile(r"[\"“‘'](?P<name>[^\"“”’'\n]{1,30}?)[\"”’'](?![\w])")
_NICK = re.compile(rf"(?:{_NAME}|[A-Z][\w'’]{{0,20}}|[A-Z]{{1,4}})(?:[ ](?:{_NAME}|[A-Z][0-9]?|[0-9]{{1,2}}))" r"{0,2}(?![\w])")
_LOWER_NICK = re.compile(r"[a-z][\w'’]{1,15}(?![\w])")
_NICK_INSIDE = re.compile(rf"(?<![\w'’\-]){_NAME}[ ](?:[\"“‘'(][A-Z][\w'’ ]{{0,18}}[\"”’')])[ ]{_NAME}")
_NOT_NICKNAMES = word_set("mum dad mummy daddy nan gran boss mate bro bruv babe friend work home county lines")

_PERSON_CUE = Cues(
    "initials", "male", "female", "boy", "girl", "lad", "man", "woman", "pupil", "student", "patient", "client", "resident",
    "child", "tenant", "service user", "mum", "mother", "father", "dad", "brother", "sister", "son", "daughter", "partner",
    "boyfriend", "girlfriend", "ex", "friend", "subject", "victim", "suspect", "offender", "perpetrator", "named", "known as",
    "called", "young person", "yp", "service users", "learner", "offspring", "prisoner", "lady", "gentleman", "mr", "mrs", "youth",
    "name",
)  # fmt: skip


class TitleNameRecognizer(FamilyRecognizer):
    """Persons by title, by record form, by initials, by mask and by nickname."""

    entity_type = "PERSON"

    def find(self, text: str) -> Iterator[Find]:
        """Yield each form in turn."""
        yield from _titled(text)
        yield from _record_forms(text)
        yield from _initials(text)
        if "*" in text or "___" in text or "---" in text or "xxx" in text or "..." in text:
            yield from _masked(text)
        yield from _nicknames(text)


def _in_list(word: str) -> bool:
    low = word.lower().replace("’", "'")
    return low in words("first_names") or low in words("surnames")


def _titled(text: str) -> Iterator[Find]:
    for match in _TITLED.finditer(text):
        start, end = match.start(), match.end()
        pieces = re.split("[ ]", match.group("name"))
        if pieces[0].lower() in _NOT_TITLED or (pieces[0].lower() in words("common_words") and not _in_list(pieces[0])):
            continue
        upper = match.group("name").isupper() and len(match.group("name")) > 3
        # A name of two or three words must not swallow the next capitalised word of the sentence, nor, in capitals, the verb.
        while len(pieces) > 1 and (pieces[-1].lower() in words("common_words") or (upper and not _in_list(pieces[-1]))):
            end -= len(pieces.pop()) + 1
        if (
            match.group("title") in ("PC", "PS", "DI", "CI", "DS", "DC")
            and pieces[0].isupper()
            and len(pieces[0]) < 4
            and len(pieces) == 1
            and not _in_list(pieces[0])
        ):
            continue
        while text[end - 1] == "." and len(pieces[-1]) > 2:
            end -= 1
        yield Find(start, end, 0.9, "title and name")
    for match in _TITLED_LOWER.finditer(text):
        title = match.group("title")
        if not (title.islower() or title.isupper() and len(title) > 3):
            continue
        find = _titled_lower(match)
        if find:
            yield find
    for match in _ROLE.finditer(text):
        word = match.group().split(" ")[0].lower()
        name = match.group("name")
        if name.lower() in words("common_words") or name.lower().removesuffix("'s") in words("common_words"):
            continue
        if word in _KINSHIP:
            yield Find(*match.span("name"), 0.7, "name behind a role")
        elif name.lower() in words("first_names"):
            yield Find(match.start(), match.end(), 0.6, "first name with a byname")


def _titled_lower(match: re.Match[str]) -> Find | None:
    title, first = match.group("title").lower(), match.group("first")
    low = first.lower().removesuffix("'s").removesuffix("’s")
    if low in words("common_words") and not (low in words("first_names") and first[0].isupper()) or low in _NOT_TITLED:
        return None
    if title in ("miss", "pc", "dc", "imam", "pastor", "rabbi", "sister", "father", "auntie", "aunty", "uncle") and not (
        _in_list(low) and len(low) > 2
    ):
        return None
    start = match.start()
    if title in ("sister", "father", "auntie", "aunty", "uncle"):
        start = match.start("first")
    end = match.end("first") - (2 if first.lower().endswith(("'s", "’s")) else 0)
    if end == match.end("first"):
        for group in ("second", "third"):
            more = (match.group(group) or "").strip()
            if not more or more.lower() in words("common_words") or not _in_list(more):
                break
            end = match.end(group)
    return Find(start, end, 0.8, "title and name in lower case")


def _record_forms(text: str) -> Iterator[Find]:
    for match in _SURNAME_FIRST.finditer(text):
        first, surname = match.group("first").lower(), match.group("surname").lower()
        if first.split("-")[0] not in words("first_names") or surname in words("not_initials") or surname in words("towns"):
            continue
        known = surname in words("surnames")
        if match.group("first").isupper() and not (known and len(surname) > 3):
            continue
        if surname in words("common_words") and not known:
            continue
        yield Find(match.start(), match.end(), 0.9 if known else 0.7, "surname in capitals, first name")
    for match in _FIRST_SURNAME.finditer(text):
        first, surname = match.group("first").lower(), match.group("surname").lower()
        if (
            first.split("-")[0] in words("first_names")
            and first not in words("common_words")
            and surname not in words("not_initials")
            and surname not in words("common_words")
            and (len(surname) > 4 or surname in words("surnames"))
        ):
            yield Find(match.start(), match.end(), 0.85 if surname in words("surnames") else 0.6, "first name, surname in capitals")
    for match in _NICK_INSIDE.finditer(text):
        first, last = match.group().split(" ")[0].lower(), match.group().split(" ")[-1].lower()
        if (
            first in words("first_names")
            and (last in words("surnames") or last not in words("common_words"))
            and first not in words("common_words")
        ):
            yield Find(match.start(), match.end(), 0.8, "name with its nickname inside")


def _initials(text: str) -> Iterator[Find]:
    for match in _DOTTED.finditer(text):
        letters = re.sub("[^A-Z]", "", match.group())
        if letters.lower() in _NOT_DOTTED:
            continue
        end = match.start() + len(match.group().rstrip())
        cued = _PERSON_CUE.before(text, match.start(), 3)
        yield Find(match.start(), end, 0.8 if cued else 0.5, "initials with full stops")
    known: set[str] = set()
    bare = [
        match
        for match in _BARE.finditer(text)
        if match.group().lower() not in words("not_initials") and match.group().lower() not in words("common_words")
    ]
    for match in bare:
        letters = match.group()
        if (
            (_PERSON_CUE.before(text, match.start(), 1) and text[match.start() - 2 : match.start() - 1].isalpha())
            or re.search(
                r"\binitials?[ :]{1,2}(?:(?:are|is|of|were|was)[ ])?[\"“‘']?$", text[max(0, match.start() - 18) : match.start()], re.I
            )
            or _follows_own_name(text, match.start(), letters)
        ) and not re.match(r"[ ](?:[A-Z][a-z]|[0-9])", text[match.end() : match.end() + 3]):
            known.add(letters)
    if not known or _mostly_capitals(text):
        return
    for match in bare:
        if match.group() in known:
            yield Find(match.start(), match.end(), 0.7, "initials beside a word for a person")


def _follows_own_name(text: str, start: int, letters: str) -> bool:
    """Say whether the initials stand in brackets behind the name they abbreviate: "Kelly Wright (KW)"."""
    if text[start - 1 : start] != "(":
        return False
    before = re.findall(r"[^\W\d_][\w'’\-]*", text[max(0, start - 60) : start - 1])[-len(letters) :]
    return len(before) == len(letters) and all(word[0] == letter for word, letter in zip(before, letters, strict=True))


def _mostly_capitals(text: str) -> bool:
    sample = text[:4000]
    return sum(map(str.isupper, sample)) * 2 > sum(map(str.isalpha, sample))


def _masked(text: str) -> Iterator[Find]:
    for match in _MASKED.finditer(text):
        written = match.group()
        several = " " in written
        if not several and written[0] in _SWEARING and not _PERSON_CUE.before(text, match.start(), 2):
            continue
        yield Find(match.start(), match.end(), 0.85 if several else 0.6, "part-masked name")


def _nicknames(text: str) -> Iterator[Find]:
    for cue in _KNOWN_AS.finditer(lowered(text)):
        start = cue.end()
        # "goes by 'Kez' or 'Kezza'": each of the names is one.
        for _ in range(4):
            span = _nickname(text, start, cue.group("cue").lower())
            if span is None:
                break
            yield Find(*span, 0.75, "nickname beside its cue")
            link = re.match(r"[\"”’']?[ ]?(?:,|/|or|and|&)[ ](?:also[ ])?(?:or[ ])?(?=[\"“‘'A-Z])", text[span[1] : span[1] + 16])
            if link is None:
                break
            start = span[1] + link.end()


def _nickname(text: str, start: int, cue: str) -> tuple[int, int] | None:
    if quoted := _QUOTED.match(text, start):
        name = quoted.group("name")
        plain = all(word.islower() for word in name.split()) and (cue.startswith("call") or name.split()[:1] in (["my"], ["the"], ["a"]))
        return quoted.span("name") if name.strip() and len(name.split()) < 5 and not plain else None
    if nick := _NICK.match(text, start):
        words_of = nick.group().split(" ")
        end = nick.end()
        # "a bloke called Lines": behind a person and "called" a capital is enough.
        sure = words_of[0].istitle() and not text.isupper() and cue.endswith(" called")
        while len(words_of) > sure and (
            words_of[-1].lower() in words("common_words") and words_of[-1].lower() not in ("big", "young", "old", "little", "red", "black")
        ):
            end -= len(words_of.pop()) + 1
        if (
            not words_of
            or words_of[0].lower() in words("common_words")
            and len(words_of) < 2
            and words_of[0].lower() not in words("first_names")
            and not sure
        ):
            return None
        if " ".join(words_of).lower() in words("towns") | words("not_initials") | words("platforms") or (
            words_of[0].lower() in _NOT_NICKNAMES and not sure
        ):
            return None
        if re.search("(?:Road|Street|Lane|Surgery|School|Park|House|Centre)$", text[start:end]):
            return None
        return start, end
    if (
        (lower := _LOWER_NICK.match(text, start))
        and ("name" in cue or "aka" in cue.replace(".", "") or cue.startswith(("goes", "going", "go", "alias", "calls", "calling")))
        or (lower and "called" in cue and (lower.group().lower() in words("first_names") or cue.endswith(" called")))
        or (lower and re.search("call(?:s?|s? him|s? her)$", cue))
    ):
        word = lower.group().lower()
        if (
            word in words("common_words")
            or word in _NOT_NICKNAMES
            or (cue in ("named", "surname", "first name", "go by") and word not in words("first_names") and word not in words("surnames"))
        ):
            return None
        return lower.span()
    return None
