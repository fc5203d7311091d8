"""Named small places that single out premises or a spot: parks, estates, blocks, pubs, stations, lay-bys.

Format: no standard; the head nouns are the feature types of OS Open Names and OS Points of Interest. Towns, villages and suburbs
carry the intelligence and are kept: words/towns.txt and words/villages_like_streets.txt. A head noun after a word that names a
kind ("car park", "police station") is no name: words/place_nouns.txt.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from .context import words_before
from .family import FamilyRecognizer, Find, lowered
from .named import NAME_WORDS, Case, Name, case_of, name_before
from .wordlists import word_set, words

_STRONG = (
    r"(?:industrial|trading|housing|council) estate|business park|retail park|leisure park|country park|"
    r"caravan (?:park|site)|holiday park|industrial park|enterprise park|science park|technology park|"
    r"shopping (?:centre|center|precinct|park|arcade)|recreation ground|rec|playing fields?|"
    r"sports ground|skate ?park|play ?area|play ?park|playground|nature reserve|car park|multi-?storey(?: car park)?|"
    r"(?:train|railway|bus|tube|coach|metro) station|tram stop|bus stop|service station|lay-?by|"
    r"lay by|underpass|roundabout|allotments|cemetery|caravan site|travell?ers?['’]? site|estate|"
    r"precinct|"
    r"social club|public house|pub|arms|inn|tavern|tower block|flats|retail outlet|marina|viaduct"
)
_WEAK = (
    r"park|house|court|towers?|mansions|point|heights|woods?|common|bridge|station|fields?|meadows?|"
    r"green|pond|lake|lakes|reservoir|services|farm|farm site|quarry|pier|lock|mill|mall|arcade|"
    r"square|yard|"
    r"gardens|view|barn|cottages?|tannery|depot|market hall|hall|hill fort|spinney|copse|plantation|"
    r"nursery site|site|buildings|apartments|interchange|terminal|docks?|quay|wharf|beach|cove|"
    r"head|vaults|hotel bar|stadium|ground|bandstand|"
    r"clock tower|war memorial|memorial|village hall|walk"
)
_HEAD = re.compile(rf" (?:(?P<strong>{_STRONG})|{_WEAK})(?![a-z0-9\-]|['’][a-z])")
_PUB_ADJECTIVE = (
    r"Red|White|Black|Golden|Gold|Blue|Green|Old|New|Royal|Three|Two|Five|Seven|King['’]?s|Kings|"
    r"Queen['’]?s|Queens|Duke of|Prince of|Marquis of|Lord|Lamb and|Rose and|Fox and|Dog and|"
    r"Hare and|Coach and|Horse and|Crown and|Star and|"
    r"Hare &|Fox &|Rose &|Dog &|Coach &|Horse &|Crown &|Drowned|Flying|Jolly|Merry|Running|Laughing|"
    r"Drunken|Slug and|Eagle and|Bird in|Cross|Bay|Spotted|Slaughtered|Weavers|Baker['’]?s|Railway|"
    r"Station|George and|Pig and|Cat and|Rising|Hope and|Elephant and"
)
_PUB_NOUN = (
    r"Lion|Lions|Hart|Horse|Horses|Swan|Bell|Bells|Crown|Oak|Bull|Dragon|Boar|Stag|Fox|Hounds?|"
    r"Duck|Anchor|Ship|Plough|Wheatsheaf|Cross|Keys|Tuns|Barrels|Head|Arms|Castle|Greyhound|"
    r"Goose|Cock|Eagle|Star|Sun|Rat|Dog|"
    r"Cat|Pig|Whistle|Lamb|Flag|Garter|Fleece|Bear|Badger|Otter|Raven|Crow|Falcon|Pheasant|Partridge|"
    r"Unicorn|Griffin|Wellington|York|Wales|Granby|Nelson|Tavern|Inn|Hand|Bush|Gate|Feathers|"
    r"Pike|Trout|Salmon|Barrel|Lettuce|Child|Duck|"
    r"Thistle|Pelican|Cricketers|Farrier|Miner|Sailor|Monk|Friar|Bishop|Rocket|Locomotive|Anchor|Compasses|Moon|Dray|Spur"
)
_PUB = re.compile(
    rf"(?<![A-Za-z])(?:[Tt]he|at|in|outside|behind|near|opposite)[ ](?P<name>(?:{_PUB_ADJECTIVE})[ ](?:{_PUB_NOUN}))(?![A-Za-z])"
)
_PUB_ANY_CASE = re.compile(
    r"(?<![A-Za-z])the[ ](?P<name>(?:red|white|black|golden|blue|royal|king['’]?s|kings|queen['’]?s|"
    r"queens|three|rose and|fox and|coach and|dog and|hare and|crown and)[ ](?:lion|hart|horse|"
    r"swan|bell|crown|oak|bull|dragon|boar|stag|fox|hounds?|duck|anchor|ship|plough|wheatsheaf|"
    r"tuns|head|arms|eagle|horses|lamb|castle))(?![A-Za-z])",
    re.I,
)
_NAMED_PUB = re.compile(
    r"(?<![A-Za-z])[Tt]he[ ](?P<name>[A-Z][\w'’]{1,20}(?:[ ](?:and[ ]|&[ ]|of[ ]|in[ ]|o['’][ ])?[A-Z][\w'’]{1,20}){0,3}"
    r")[ ](?:pub|public house|nightclub|bar|pub car park|beer garden)(?![A-Za-z])"
)
_AT = word_set(
    """at in near nr by behind outside from to around round through opposite on under off into inside beside up down along of
    over past"""
)

# A name before these heads that is one of these words names a kind.
_KINDS = word_set(
    """home home-office the head trap safe open full white green dolls halfway council crack public opera manor guest field
    custom coffee warehouse slaughter light green-belt power work play picnic burial building construction landing
    crime council web home new old main own police fire ambulance petrol polling gas service filling radio space work
    tv magistrates magistrate's magistrates' crown county family youth high supreme coroner's coroners employment
    appeal tennis children's childrens adult adults social mental emergency secret health probation prison legal
    financial essential youth drug customer victim family support human property cleaning postal public medical
    boiling starting turning breaking meeting focal talking gun knife power vantage view general common trafalgar
    court football cricket rugby battle mine corn coal oil water snooker town village city music dance sports concert
    exam pool dining school assembly day black flea super stock drug street job christmas farmers cattle fish labour
    property meat section head deputy square times front back burger letter figure red fore ahead warehouse data
    sewage recycling waste wind pig dairy chicken puppy cannabis bed street-market point-of match match-day good bad
    big real estate country blue the a safe-house street-view online sunday monday first second third third-party car
    dog dirt off-site off on-site exchange"""
)


class PlaceRecognizer(FamilyRecognizer):
    """Parks, estates, blocks, stations, pubs and the like by their own name."""

    entity_type = "LOCATION"

    def find(self, text: str) -> Iterator[Find]:
        """Yield names before a head noun, then names of pubs."""
        for match in _HEAD.finditer(lowered(text)):
            if find := _named(text, match):
                yield find
        for pattern, score in ((_PUB, 0.6), (_PUB_ANY_CASE, 0.6), (_NAMED_PUB, 0.7)):
            for match in pattern.finditer(text):
                start, end = match.span("name")
                if match.group("name").lower() not in (
                    "red cross",
                    "new star",
                    "red flag",
                    "red flags",
                    "black cat",
                    "old dog",
                    "golden child",
                    "white flag",
                    "three child",
                    "black dog",
                ) and not (re.match(r"(?:['’]s)?[ ](?:Road|Street|Lane|Surgery|School|road|street|lane)\b", text[end : end + 10])):
                    yield Find(start, end, score, "pub")


def _named(text: str, match: re.Match[str]) -> Find | None:
    head = match.start() + 1
    written = text[head : match.end()]
    strong = match.group("strong") is not None
    case = case_of(written)
    name = None
    if case is Case.UPPER and len(written) > 2:
        upper = name_before(text, head, Case.UPPER, most=2)
        if (
            upper
            and _is_own(upper)
            and (words_before(text, upper.start, 1).strip() in _AT or strong)
            and written.lower() not in ("site", "head", "point", "view", "services", "hall", "yard", "walk", "court")
        ):
            name = upper
    elif case is Case.TITLE:
        name = name_before(text, head, Case.TITLE, most=4, allow=NAME_WORDS)
    else:
        titled = name_before(text, head, Case.TITLE, most=4, allow=NAME_WORDS)
        if titled and (strong or written.lower() in _AFTER_NAMES) and not _opens_sentence(text, titled):
            name = titled
        elif titled is None and (
            strong
            and written.lower() not in ("inn", "arms", "pub", "lay by", "flats", "bus stop")
            or written.lower() in ("park", "woods", "tower", "heights")
        ):
            lower = name_before(text, head, Case.LOWER, most=2, stop=_KINDS | words("place_nouns"))
            if (
                lower
                and words_before(text, lower.start, 1).strip() in _AT
                and not any(word.endswith(("ing", "ly", "ed", "est")) for word in lower.words)
            ):
                name = lower
    if name is None or not _is_own(name) or name.words[-1].lower() in words("car_makes"):
        return None
    start, end = name.start, match.end()
    whole = " ".join(text[start:end].lower().split())
    if any(" ".join(whole.split()[first:]) in words("towns") for first in range(len(whole.split()))) or (
        whole in words("villages_like_streets") and written.lower() not in ("estate", "rec", "station", "house", "court")
    ):
        return None
    if re.match(
        r"[ ](?:Road|Rd|Street|Lane|Avenue|Close|Drive|Way|Crescent|Surgery|Medical|Primary|School|"
        r"Academy|Pharmacy|Nursing|Care Home|Council|road|street|lane|avenue|close|surgery)\b",
        text[end : end + 12],
    ):
        return None
    if following := re.match(
        r"[ ](?:Car Park|car park|Estate|estate|Flats|flats|Industrial Estate|Site|site|Station|Rec)\b", text[end : end + 20]
    ):
        end += following.end() if following.group()[1].isupper() else 0
    score = {Case.TITLE: 0.75, Case.UPPER: 0.5, Case.LOWER: 0.4}[name.case]
    return Find(start, end, score if strong else score - 0.15, "name and head noun of a place")


# Heads that people leave in lower case behind a capitalised name.
_AFTER_NAMES = word_set(
    """park woods wood common bridge station farm site tower towers flats estate quarry pond lake reservoir meadow meadows
    house court"""
)


def _is_own(name: Name) -> bool:
    last = name.words[-1].lower()
    if last in _KINDS or last in words("place_nouns") or last.endswith("'s") and last in ("king's's",):
        return False
    return " ".join(name.words).lower() not in ("maxwell", "companies", "kingdom", "head of", "heads of", "somerset") and any(
        len(word) > 1 for word in name.words
    )


def _opens_sentence(text: str, name: Name) -> bool:
    if len(name.words) > 1:
        return False
    before = text[max(0, name.start - 2) : name.start]
    return name.start == 0 or before in (". ", "! ", "? ") or before.endswith("\n")
