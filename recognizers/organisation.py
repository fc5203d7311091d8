"""Named single organisations: a name and a head noun ("Oakmount Surgery", "Raid Textiles Ltd").

Format: no standard; the head nouns are those of NHS ODS practice names, of the Department for Education's register of schools and
of company forms (Companies Act 2006, Part 5). National bodies and chains are kept: words/not_organisations.txt. A head noun after
a common word ("local surgery", "heart surgery", "high school") names a kind: words/place_nouns.txt.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from .context import words_before
from .family import FamilyRecognizer, Find, lowered
from .named import NAME_WORDS, Case, Name, case_of, name_before
from .wordlists import word_set, words

# Strong heads make an organisation in capitals and, after a word of place, in lower case; weak ones in title case only.
_STRONG = (
    r"(?:(?:roman )?catholic |c ?of ?e |rc |church of england )?(?:primary|infants?|junior|high|"
    r"secondary|grammar|community|comprehensive|upper|middle|special|prep|preparatory|first|"
    r"independent|boarding)"
    r"(?: (?:and|&) (?:nursery|infant|junior|pre-?school|sixth form))?(?: school| academy| college)"
    r"|(?:primary|high school|secondary) academy|sixth form(?: college)?|academy|pre-?school|"
    r"day nursery|nursery school|nursery|"
    r"medical (?:centre|center|practice|group)|health (?:centre|center)|dental (?:practice|surgery|"
    r"care|clinic)|group practice|surgery|clinic|hospice|infirmary|"
    r"care home|nursing home|residential (?:care )?home|children['’]?s home|hostel|night shelter|women['’]?s refuge|"
    r"homecare(?: partners)?|home care|playscheme|play scheme|prison|young offenders? institution|"
    r"mosque|masjid|jamia masjid|gurdwara|gurudwara|mandir|synagogue|shul|islamic (?:centre|"
    r"center|cultural centre)|"
    r"community (?:centre|center|hub)|leisure (?:centre|center)|sports (?:centre|center)|youth (?:centre|"
    r"center|club|project)|children['’]?s (?:centre|center)|family (?:centre|center|hub)|day (?:centre|"
    r"center)|"
    r"(?:amateur )?boxing club|football club|rugby club|cricket club|rowing club|social club|"
    r"working men['’]?s club|boys['’]? club|snooker (?:club|hall)|"
    r"pharmacy|food ?bank|car wash|nail bar|barber ?shop|barbers|fried chicken|kebabs?|kebab house|"
    r"letting agents?|lettings|estate agents?|primary care centre|ltd|limited|llp"
)
_WEAK = (
    r"school|college|university|hospital|practice|lodge|refuge|shelter|church|chapel|cathedral|"
    r"abbey|temple|fellowship|ministries|f\.?c\.?|a\.?f\.?c\.?|r\.?f\.?c\.?|club|chemists?|hotel|"
    r"guest ?house|b&b|"
    r"plc|& sons?|and sons?|& co|& daughters?|& associates|and associates|associates|martial arts|"
    r"academy of dance|foyer|solutions|autosalvage|salvage|reclaim|supported lets|supported living|"
    r"care|payroll support|rovers|wanderers|juniors|gym|fitness|health club|hair(?:dressers|"
    r"dressing)?|salon|nails?|beauty|tanning|takeaway|tandoori|balti|pizza|pizzeria|grill|cafe|"
    r"café|diner|restaurant|bakery|butchers|"
    r"newsagents?|off[ -]licen[cs]e|stores?|convenience store|superstore|supermarket|mini ?market|"
    r"food (?:&|and) wine|wines|garage|motors|autos|mot centre|valeting|car sales|tyres|taxis|"
    r"cabs|private hire|cars|"
    r"haulage|logistics|couriers|transport|travel|coaches|builders|construction|roofing|roofcare|"
    r"scaffolding|paving|landscapes|groundworks|interiors|plumbing|electrical|solicitors|property(?: services)?|"
    r"properties|housing|housing association|"
    r"housing group|homes|foundation|trust|project|recruitment|cleaning|cleaners|security|vets|"
    r"veterinary (?:centre|practice|surgery|clinic)|stables|riding school|dance school|dance academy|"
    r"dental|opticians|funeral directors|"
    r"library|guardians|storage|supplies|textiles|recovery|scrap|metals|recycling|farm shop|"
    r"garden centre|nurseries|kennels|cattery|tattoo(?:s| studio)?|vapes?|jewellers|pawnbrokers|"
    r"launderette|laundry|casino|amusements|karaoke bar|shisha(?: lounge| bar)?|lounge|"
    r"resource centre|wellbeing centre|nursing|community nursing|outreach|drop-in|scout group|"
    r"scouts|cadets|brownies|rangers|united fc|rovers fc"
)
_HEAD = re.compile(rf" (?:(?P<strong>{_STRONG})|{_WEAK})(?![a-z0-9])")
_OF = re.compile(
    r"(?<![A-Za-z0-9])(?:(?:University|College|School|Academy|Church|Chapel|Hospital)[ ]of[ ](?:the[ ])?|"
    r"(?:Masjid|Club|HMP|HMYOI|YOI|Caf[eé]|Nursery|Hotel|Villa|Gurdwara|Ysgol)[ ])(?:[A-Z][\w'’\-]{1,20})"
    r"(?:[ ](?:of[ ](?:the[ ])?|and[ ]|the[ ])?[A-Z][\w'’\-]{1,20}){0,3}"
)
_SAINT = re.compile(
    r"(?<![A-Za-z0-9])(?:St|Saint)\.?[ ](?:[A-Z][a-z]{2,15}(?:[ ](?:and|&)[ ](?:St\.?[ ])?[A-Z][a-z]{2,15})?(?:['’]s|"
    r"s['’])|(?:Mary|Peter|John|Anne|Luke|Paul|Mark|Joseph|Thoma|Michael|Andrew|Francis|Patrick|"
    r"Bede|Cuthbert|Chad|Bernadette|Monica|Oswald|Wilfrid|Edmund|Aidan)s?)(?![A-Za-z'’])"
)
_SAINT_LOWER = re.compile(r"(?:at|from|to|attends|near|outside|behind)[ ](st\.?[ ][a-z]{3,14}['’]s)(?![A-Za-z])")
_NOT_SCHOOL = re.compile(
    r"[ ](?:Road|Rd|Street|St|Lane|Avenue|Ave|Close|Drive|Way|Place|Square|Crescent|Gardens|"
    r"Hill|Terrace|Walk|Court|Park|Wood|Island|Day|Ambulance|Bridge|Gate|Mews|Row|Parade|Estate|"
    r"Rise|Grove|road|street|lane|avenue|close)\b"
)
_COMPANY = re.compile(
    r"(?<![A-Za-z0-9])[A-Z][\w'’]{1,20}(?:,[ ][A-Z][\w'’]{1,20})?[ ](?:&|and)[ ][A-Z][\w'’]{1,20}[ ](?=Ltd|"
    r"LLP|Limited|Solicitors|Lettings|Estate|Sons?|Co\b)"
)
_AT = word_set("""at from to attends attended attending near outside behind opposite of called in by via for with runs owns works""")
_LEADING = word_set(
    """dear contact contacts contacted staff at via from ward reception headteacher head manager owner team submitted"""
    "organisation organization school employer company firm workplace gp"
)
# Before these a plain capitalised word is a kind or a body, not a name.
_KINDS = word_set(
    """nhs gp gps uk british english scottish welsh irish national european american turkish polish romanian albanian chinese
    thai indian kurdish asian african halal youth social children adult adults first second third fourth year form
    nearest head deputy assistant senior staff medical police fire ambulance council borough district parish county
    city town prison probation army navy premier champions sunday saturday friday car cars mini bus coach taxi home
    front back main local village community private public local supported sheltered temporary bail approved witness
    victim domestic drug drugs alcohol substance mental sexual public nail hair beauty weight pain fracture eye dental
    methadone needle vaccination flu covid antenatal baby well walk-in urgent care emergency general day night after
    before breakfast lunch homework primary secondary high infant junior senior upper lower middle grammar special
    catholic muslim islamic sikh hindu jewish christian anglican baptist methodist pentecostal roman orthodox
    evangelical free united new old the a an local housing estate letting"""
)
_LOWER_KINDS = _KINDS | word_set(
    """any same another our his her their my your its this that each every boxing football rugby cricket minor plastic
    cosmetic heart brain knee hip keyhole laser major emergency oral cataract open spinal bypass after-school
    pre-school big small nice posh rough religious state art dance driving law medical business sixth further college
    university language film summer stage ballet swimming online uk-based training rehab abortion fertility std sti
    gum travel outpatient diabetic asthma walk hand dirty cash east west north south central"""
)


class OrganisationRecognizer(FamilyRecognizer):
    """Schools, surgeries, shelters, places of worship, clubs and firms by their own name."""

    entity_type = "ORGANISATION"

    def find(self, text: str) -> Iterator[Find]:
        """Yield names before a head noun, names behind one ("University of X"), and saints' names of schools and churches."""
        for match in _HEAD.finditer(lowered(text)):
            if find := _named(text, match):
                yield find
        for match in _OF.finditer(text):
            if not _is_kept(match.group()):
                yield Find(match.start(), match.end(), 0.7, "organisation of a place")
        for match in _SAINT.finditer(text):
            written = match.group()
            if ("'" in written or "’" in written) and not _NOT_SCHOOL.match(text, match.end()):
                yield Find(match.start(), match.end(), 0.5, "school or church of a saint")
        for match in _SAINT_LOWER.finditer(text):
            if not _NOT_SCHOOL.match(text, match.end()):
                yield Find(*match.span(1), 0.4, "school or church of a saint, in lower case")


def _named(text: str, match: re.Match[str]) -> Find | None:
    head = match.start() + 1
    written = text[head : match.end()]
    strong = match.group("strong") is not None
    if text[match.end() : match.end() + 2] in ("'s", "’s") and written.lower() in ("school", "church"):
        return None
    if (
        case_of(written) is Case.LOWER
        and written[:1] not in "&a"
        and not strong
        and written.lower()
        not in ("prison", "school", "church", "college", "hotel", "hospital", "club", "gym", "lodge", "chapel", "temple")
    ):
        return None
    name = _name(text, head, written, strong)
    if name is None:
        return None
    start = name.start
    if (start and text[start - 1] == "@") or _is_kept(text[start : match.end()]):
        return None
    end = _longer(text, match.end())
    score = {Case.TITLE: 0.8, Case.UPPER: 0.6, Case.LOWER: 0.5}[name.case]
    return Find(start, end, score if strong else score - 0.15, "name and head noun of an organisation")


def _name(text: str, head: int, written: str, strong: bool) -> Name | None:
    case = case_of(written)
    if written[:1] in "&":
        case = Case.TITLE
    if case is Case.LOWER:
        titled = name_before(text, head, Case.TITLE, most=4, allow=NAME_WORDS)
        if (
            titled
            and _is_name(titled, strong)
            and not (titled.start == 0 or text[max(0, titled.start - 2) : titled.start] in (". ", "\n")) | (len(titled.words) > 3)
        ):
            return titled
        if titled:
            return None
        lower = name_before(text, head, Case.LOWER, most=2, stop=_LOWER_KINDS | words("place_nouns"))
        if (
            lower
            and (strong or written.lower() in ("college", "school"))
            and words_before(text, lower.start, 1).strip() in _AT
            and not any(_looks_verbal(word) for word in lower.words)
        ):
            return lower
        return None
    name = name_before(text, head, Case.UPPER if case is Case.UPPER and len(written) > 3 else Case.TITLE, most=5, allow=NAME_WORDS)
    if name is None and case is Case.UPPER:
        name = name_before(text, head, Case.TITLE, most=5, allow=NAME_WORDS)
    if name is None or not _is_name(name, strong):
        return None
    if name.case is Case.UPPER and not strong:
        return None
    return _without_leading(text, name)


def _without_leading(text: str, name: Name) -> Name | None:
    """Drop from the front what stands before a name in forms and openings ("Dear Oakmount Surgery", "GP: ...")."""
    rest = list(name.words)
    start = name.start
    while rest and (rest[0].lower().rstrip(".:") in _LEADING):
        start = text.index(rest[0], start) + len(rest[0])
        rest.pop(0)
        while text[start : start + 1].isspace():
            start += 1
    return Name(start, tuple(rest), name.case) if rest else None


def _is_name(name: Name, strong: bool) -> bool:
    """Say whether at least one word of the name is its own, not a kind of organisation."""
    kinds = _KINDS | words("place_nouns")
    own = [word for word in name.words if word.lower().rstrip(".") not in kinds and len(word.rstrip(".")) > 1]
    return bool(own) and not (len(own) == 1 and own[0].lower() in ("of", "and", "the", "for", "&", "in"))


def _looks_verbal(word: str) -> bool:
    return word.endswith(("ing", "ed", "ly")) and len(word) > 5


def _longer(text: str, end: int) -> int:
    """Take in what may follow a head noun and belongs to the name ("Surgery Ltd", "School and Nursery")."""
    following = re.match(
        r"[ ](?:Ltd|Limited|LLP|PLC|Group|Trust|Academy|School|College|Centre|Sixth Form|Services|"
        r"Supplies Ltd|& Sons?|and Nursery|& Nursery)\b\.?",
        text[end : end + 16],
    )
    return end + len(following.group().rstrip(".")) if following else end


def _is_kept(name: str) -> bool:
    low = re.sub(r"^the ", "", " ".join(name.lower().replace("’", "'").split()))
    kept = words("not_organisations")
    parts = low.split()
    return any(" ".join(parts[:count]) in kept for count in range(1, len(parts) + 1))
