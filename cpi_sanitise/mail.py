"""An e-mail → what its writer says now, apart from signature, disclaimer, headers and what was said before.

    the writer's words            the narrative (or the AD 362 form that was pasted there)
    From, signature               submitter_name, _email, _organisation, _telephone, where they can be read with confidence
    headers, signature, banners   `other`, sealed
    a reply's older messages      `other`, sealed: they are somebody else's words, and were sent in by themselves
    a forwarded message           a row of its own, since it is the report; its writer is the source
    attachments                   handed back: what can be read becomes rows of its own, the rest is sealed

Nothing is loaded and nothing runs: HTML gives its visible words, and no address in it is followed. Where a cut is in
doubt the words stay in the narrative, which the sanitiser reads like any other.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from email import message_from_bytes, policy
from email.errors import MessageError
from email.message import EmailMessage
from email.utils import parseaddr, parsedate_to_datetime
from typing import Any

from .errors import IntakeError
from .headings import read_form
from .openxml import COMPOUND_FILE
from .rows import DOCUMENT_LIMIT_BYTES, damaged

_HTML_LIMIT_CHARACTERS = 5_000_000
_PART_LIMIT = 500
ATTACHMENT_LIMIT = 100


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a mail; `inline` for the picture in a signature."""

    name: str = field(repr=False)
    content: bytes = field(repr=False)
    inline: bool = False


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail as read: `narrative` and `forwarded` are each empty where there is none."""

    narrative: str = field(repr=False)
    form: Mapping[str, str] = field(repr=False)
    other: Mapping[str, Any] = field(repr=False)
    received_at: str | None
    attachments: tuple[Attachment, ...]
    forwarded: str = field(default="", repr=False)
    forwarded_form: Mapping[str, str] = field(default_factory=dict, repr=False)


def read_mail(raw: bytes, ending: str) -> Mail:
    """Read the bytes of an .eml or .msg; raises IntakeError for what must be looked at."""
    if not raw.strip():
        raise IntakeError("the file is empty", hint="have it sent again")
    if len(raw) > DOCUMENT_LIMIT_BYTES:
        raise IntakeError(f"the file has more than {DOCUMENT_LIMIT_BYTES // 2**20} MiB", hint="save its attachments by themselves")
    message = _read_msg(raw) if ending == ".msg" else _read_eml(raw)
    try:
        return _sorted(message)
    except IntakeError:
        raise
    except Exception:
        # An odd header, whatever it says.
        raise damaged("mail") from None


@dataclass(frozen=True, slots=True)
class _Message:
    headers: tuple[tuple[str, str], ...]
    plain: str
    html: str
    attachments: tuple[Attachment, ...]

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key.lower() == name), "")


def _sorted(message: _Message) -> Mail:
    html_words, hidden = _words_of_html(message.html) if message.html else ("", "")
    # Some programs write "your program cannot show this message" where the words should be.
    takes_html = bool(html_words.strip()) and len(message.plain.strip()) < len(html_words.strip()) // 5
    text = html_words if takes_html or not message.plain.strip() else message.plain
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    subject = message.header("subject")
    parts = separate(text, forwards=bool(re.match(r"\s*(?:fwd?|wg|tr)\s*:", subject, re.I)))
    form = _submitter(message, parts.signature)
    other: dict[str, Any] = {"headers": [list(pair) for pair in message.headers]}
    kept = {"signature": parts.signature, "disclaimer": parts.disclaimer, "quoted": parts.quoted, "hidden": hidden}
    kept["forwarded_head"] = parts.forwarded_head
    other |= {name: words for name, words in kept.items() if words}
    if message.html and not takes_html and message.plain.strip():
        other["html"] = message.html
    narrative, forwarded_form = parts.body, {}
    if parts.forwarded:
        forwarded_form = {**form, **_forwarded_by(parts.forwarded_head)}
    read = read_form(narrative) if narrative else None
    if read is not None:
        narrative = read["narrative"]
        form = {**form, **read["form"]}
        other |= read["other"]
    return Mail(
        narrative=narrative,
        form=form,
        other=other,
        received_at=_sent_at(message.header("date")),
        attachments=message.attachments,
        forwarded=parts.forwarded,
        forwarded_form=forwarded_form,
    )


def _sent_at(date: str) -> str | None:
    try:
        return parsedate_to_datetime(date).isoformat() if date else None
    except (ValueError, TypeError, OverflowError):
        return None


# .eml


def _read_eml(raw: bytes) -> _Message:
    if raw.startswith(COMPOUND_FILE) or not re.match(rb"(?:From [^\n]*\r?\n)?[!-9;-~]+:", raw.lstrip(b"\r\n\xef\xbb\xbf")[:2000]):
        raise IntakeError("the file is no .eml, whatever its ending says", hint="give it the ending of what it is, or save it again")
    try:
        message = message_from_bytes(raw, policy=policy.default)
    except (MessageError, ValueError, LookupError, RecursionError):
        raise damaged("mail") from None
    walked = _Walked()
    walked.walk(message, depth=0)
    headers = tuple((name, _header_text(message, name, value)) for name, value in message.raw_items())
    return _Message(headers, "\n".join(walked.plain), "\n".join(walked.html), tuple(walked.attachments))


def _header_text(message: EmailMessage, name: str, value: object) -> str:
    try:
        return str(message.policy.header_fetch_parse(name, value))  # type: ignore[arg-type]
    except Exception:
        # The library stumbles over some broken headers.
        return str(value)


@dataclass
class _Walked:
    plain: list[str] = field(default_factory=list)
    html: list[str] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    parts: int = 0

    def walk(self, part: Any, depth: int) -> None:
        self.parts += 1
        if self.parts > _PART_LIMIT or depth > 20:
            raise IntakeError("the mail has too many parts", hint="save its attachments by themselves")
        kind = part.get_content_type()
        if kind in ("multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime"):
            raise IntakeError("the mail is encrypted", hint="open it in the mail program and save it decrypted")
        if kind == "message/rfc822":
            inner = part.get_payload(0) if part.is_multipart() else part
            self.attachments.append(Attachment(_file_name(part) or "message.eml", inner.as_bytes(policy=policy.compat32)))
        elif part.is_multipart():
            for child in part.get_payload():
                self.walk(child, depth + 1)
        elif kind in ("text/plain", "text/html") and part.get_content_disposition() != "attachment" and not _file_name(part):
            (self.plain if kind == "text/plain" else self.html).append(_decoded(part))
        else:
            content = part.get_payload(decode=True)
            inline = part.get_content_maintype() == "image" and (part.get_content_disposition() == "inline" or bool(part.get("Content-ID")))
            name = _file_name(part) or ""
            if not name and kind == "text/calendar":
                name = "calendar.ics"
            if content:
                self.attachments.append(Attachment(name or "unnamed", content, inline))


def _file_name(part: Any) -> str:
    try:
        return str(part.get_filename() or "")
    except Exception:
        return ""


def _decoded(part: Any) -> str:
    """Decode strictly: a wrong guess would turn "Siân" into a name that nobody searches for."""
    content: bytes = part.get_payload(decode=True) or b""
    declared = str(part.get_content_charset() or "utf-8").lower()
    # As every mail program does: Windows programs say Latin 1 and mean cp1252; ASCII is a part of UTF-8.
    tried = {"iso-8859-1": ["cp1252", "latin-1"], "us-ascii": ["utf-8", "cp1252"]}.get(declared, [declared])
    for encoding in tried:
        try:
            return content.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    raise IntakeError("the mail has bytes that are not of its declared encoding", hint="open it in the mail program and save it again")


# .msg


def _read_msg(raw: bytes) -> _Message:
    if not raw.startswith(COMPOUND_FILE):
        raise IntakeError("the file is no .msg, whatever its ending says", hint="give it the ending of what it is, or save it again")
    try:
        from oxmsg import Message

        storage = Message.load(raw)._storage
        return _msg_message(storage, _MSG_HEADER_BYTES, depth=0)
    except IntakeError:
        raise
    except Exception:
        # Whatever the library raises for a broken stream, with words from it.
        raise damaged(".msg file") from None


# Where the properties of a message begin in their stream: of the file itself, and of a message attached to it.
_MSG_HEADER_BYTES, _ATTACHED_MSG_HEADER_BYTES, _ATTACHMENT_HEADER_BYTES = 32, 24, 8
_ATTACHED_MESSAGE = "__substg1.0_3701000D"


def _msg_message(storage: Any, header_bytes: int, depth: int) -> _Message:
    from oxmsg.domain import constants as c
    from oxmsg.properties import Properties

    properties = Properties(storage, properties_header_offset=header_bytes)
    if (properties.str_prop_value(c.PID_MESSAGE_CLASS) or "").upper().startswith("IPM.NOTE.SMIME"):
        raise IntakeError("the mail is encrypted or signed as one block", hint="open it in Outlook and save it as plain text or as .eml")
    transport = properties.str_prop_value(c.PID_TRANSPORT_MESSAGE_HEADERS) or ""
    headers: list[tuple[str, str]] = []
    if transport.strip():
        parsed = message_from_bytes(transport.encode("utf-8", "surrogatepass"), policy=policy.default)
        headers = [(name, _header_text(parsed, name, value)) for name, value in parsed.raw_items()]
    have = {name.lower() for name, _ in headers}
    name = (properties.str_prop_value(c.PID_SENDER_NAME) or "").strip()
    addresses = (properties.str_prop_value(pid) or "" for pid in (c.PID_SENDER_SMTP_ADDRESS, c.PID_SENDER_EMAIL_ADDRESS))
    # Exchange's own addresses, /O=…/CN=…, are no e-mail addresses.
    address = next((found for found in addresses if "@" in found), "")
    quoted = '"' + name.replace('"', "") + '"'
    sent = properties.date_prop_value(c.PID_CLIENT_SUBMIT_TIME)
    own = {
        "From": f"{quoted} <{address}>" if name and address else address or (quoted if name else ""),
        "Subject": properties.str_prop_value(c.PID_SUBJECT) or "",
        "To": properties.str_prop_value(c.PID_DISPLAY_TO) or "",
        "Date": sent.strftime("%a, %d %b %Y %H:%M:%S +0000") if sent else "",
    }
    headers += [(key, value) for key, value in own.items() if value and key.lower() not in have]
    plain = properties.str_prop_value(c.PID_BODY) or ""
    html_bytes = properties.binary_prop_value(c.PID_HTML)
    html = html_bytes.decode(properties.body_encoding) if html_bytes else properties.str_prop_value(c.PID_BODY_HTML) or ""
    if not plain.strip() and not html.strip() and properties.binary_prop_value(c.PID_RTF_COMPRESSED):
        raise IntakeError("the mail's text is kept as RTF only", hint="open it in Outlook and save it as plain text or as .eml")
    attachments = []
    for attached in storage.iter_attachment_storages():
        attachments.append(_msg_attachment(attached, depth))
    return _Message(tuple(headers), plain, html, tuple(found for found in attachments if found is not None))


def _msg_attachment(storage: Any, depth: int) -> Attachment | None:
    from oxmsg.domain import constants as c
    from oxmsg.properties import Properties

    properties = Properties(storage, properties_header_offset=_ATTACHMENT_HEADER_BYTES)
    name = properties.str_prop_value(c.PID_ATTACH_LONG_FILENAME) or properties.str_prop_value(c.PID_ATTACH_FILENAME) or "unnamed"
    inner = next((child for child in storage.storages if child.name == _ATTACHED_MESSAGE), None)
    if inner is not None:
        if depth >= 3:
            raise IntakeError("messages are attached to messages too deeply", hint="save the attached messages by themselves")
        return Attachment("message.eml", _as_eml(_msg_message(inner, _ATTACHED_MSG_HEADER_BYTES, depth + 1)))
    content = properties.binary_prop_value(c.PID_ATTACH_DATA_BINARY)
    if content is None:
        raise IntakeError("an attachment is kept elsewhere and only named in the mail", hint="have the attachment sent by itself")
    inline = bool(properties.str_prop_value(c.PID_ATTACH_CONTENT_ID)) and _is_picture(name)
    return Attachment(name, content, inline)


def _is_picture(name: str) -> bool:
    return name.lower().endswith((".png", ".jpg", ".jpeg", ".gif", ".bmp", ".svg"))


def _as_eml(message: _Message) -> bytes:
    """Write an attached Outlook message as an .eml, so that it goes the same way as any attached mail."""
    mail = EmailMessage(policy=policy.default)
    for name, value in message.headers:
        # The parts are described anew; a header that may come once only, or is malformed, is left at its first form.
        if not name.lower().startswith("content-") and name.lower() not in ("mime-version", "bcc"):
            with suppress(Exception):
                mail[name] = re.sub(r"[\r\n]+", " ", value)
    mail.set_content(message.plain or _words_of_html(message.html)[0])
    for attached in message.attachments:
        mail.add_attachment(attached.content, maintype="application", subtype="octet-stream", filename=attached.name)
    return mail.as_bytes()


# HTML

_BLOCKS = frozenset(
    "p div br tr li ul ol table h1 h2 h3 h4 h5 h6 hr blockquote pre section article header footer address dt dd form".split()
)
_UNSEEN = frozenset("script style head title template noscript object svg".split())
_EMPTY = frozenset("br hr img input meta link area base col embed source track wbr param".split())


class _HtmlWords:
    """Collects visible words as lxml reads the tags, without a tree: its depth cannot cut a text off."""

    def __init__(self) -> None:
        self.shown: list[str] = []
        self.hidden: list[str] = []
        # For each open element: its name, whether it is hidden, and how deep it stands in quotations.
        self._open: list[tuple[str, bool, int]] = []

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        _, hidden, quotes = self._open[-1] if self._open else ("", False, 0)
        style = re.sub(r"\s", "", str(attributes.get("style", ""))).lower()
        hidden = hidden or tag in _UNSEEN or "display:none" in style or "mso-hide:all" in style or "visibility:hidden" in style
        if tag in _BLOCKS:
            self._new_line(quotes)
        if tag == "td" and self.shown and not self.shown[-1].endswith("\n"):
            self.shown.append("\t")
        if tag not in _EMPTY:
            self._open.append((tag, hidden, quotes + (tag == "blockquote")))
            if tag == "blockquote":
                self._new_line(quotes + 1)

    def end(self, tag: str) -> None:
        while self._open:
            name, _, _ = self._open.pop()
            if name == tag:
                break
        if tag in _BLOCKS and tag not in _EMPTY:
            self._new_line(self._open[-1][2] if self._open else 0)

    def data(self, words: str) -> None:
        name, hidden, quotes = self._open[-1] if self._open else ("", False, 0)
        if hidden:
            if name not in _UNSEEN and words.strip():
                self.hidden.append(words.strip())
            return
        if not any(opened == "pre" for opened, _, _ in self._open[-3:]):
            words = re.sub(r"[ \t\r\n]+", " ", words)
        self.shown.append(words.replace("\n", "\n" + "> " * min(quotes, 1)))

    def comment(self, _: str) -> None:
        pass

    def pi(self, *_: str) -> None:
        pass

    def _new_line(self, quotes: int) -> None:
        self.shown.append("\n" + "> " * min(quotes, 1))

    def close(self) -> tuple[str, str]:
        lines = [re.sub(r"[ \t\u00a0]+", " ", line).strip(" ") for line in "".join(self.shown).split("\n")]
        text = re.sub(r"\n(?:>?\n){2,}", "\n\n", "\n".join(lines))
        return text.strip("\n"), "\n".join(self.hidden)


def _words_of_html(html: str) -> tuple[str, str]:
    """Return the words that a reader sees, a line a block, and those that are hidden from the reader."""
    if len(html) > _HTML_LIMIT_CHARACTERS:
        raise IntakeError("the mail's HTML is too long for one report", hint="save the mail as plain text")
    from lxml import etree

    # As bytes: a declaration of another encoding inside must not be believed a second time.
    parser = etree.HTMLParser(target=_HtmlWords(), encoding="utf-8", no_network=True, remove_pis=True)
    parser.feed(html.encode("utf-8", "replace"))
    found: tuple[str, str] = parser.close()  # type: ignore[assignment]
    return found


# What is whose


@dataclass(frozen=True, slots=True)
class Parts:
    """The text of a mail, taken apart."""

    body: str = field(repr=False)
    signature: str = field(default="", repr=False)
    disclaimer: str = field(default="", repr=False)
    quoted: str = field(default="", repr=False)
    forwarded: str = field(default="", repr=False)
    forwarded_head: str = field(default="", repr=False)


_FORWARD = re.compile(r"[>\s]*(?:-{3,}\s*Forwarded message\s*-{3,}|-{3,}\s*Forwarded by .*|Begin forwarded message:)\s*\Z", re.I)
_ORIGINAL = re.compile(r"\s*-{3,}\s*Original (?:Message|Appointment)\s*-{3,}\s*\Z", re.I)
_WROTE = re.compile(r"\s*(?:On|Le|Am)\b.{0,300}\bwrote:\s*\Z", re.I)
_HEAD = re.compile(r"\s*\*?(From|Sent|Date|To|Cc|Subject|Reply-To|Importance)\s*:\*?\s?(.*)\Z", re.I)
_RULE = re.compile(r"\s*_{10,}\s*\Z")


def separate(text: str, *, forwards: bool = False) -> Parts:
    """Take a mail's text apart. `forwards` says that its subject calls it a forwarded one."""
    lines = text.split("\n")
    kept, quoted, forwarded, head = _without_quotes(lines, forwards)
    body, signature, disclaimer = _without_ending(kept)
    if not body and not forwarded and (place := _first_head(quoted)) is not None:
        # An empty mail over an older one is a forwarded one, whatever its subject says.
        head, forwarded = _head_and_body(quoted, place)
        quoted = quoted[:place]
    if not any(line.strip() for line in forwarded):
        # Headers without a message after them.
        return Parts(body, signature, disclaimer, "\n".join([*quoted, *head]).strip("\n"))
    parts = Parts(body, signature, disclaimer, "\n".join(quoted).strip("\n"))
    # The forwarded message has a signature, a disclaimer and older messages of its own.
    inner = separate("\n".join(forwarded))
    older = [inner.forwarded_head, inner.forwarded] if inner.body else [inner.signature]
    rest = [inner.disclaimer, inner.quoted, *older]
    joined = "\n\n".join(part for part in (parts.quoted, *rest) if part)
    return replace(
        parts,
        quoted=joined,
        forwarded=inner.body or inner.forwarded,
        forwarded_head="\n".join([*head, inner.signature] if inner.body else [*head, inner.forwarded_head]).strip("\n"),
    )


def _without_quotes(lines: list[str], forwards: bool) -> tuple[list[str], list[str], list[str], list[str]]:
    kept: list[str] = []
    quoted: list[str] = []
    for place, line in enumerate(lines):
        if line.lstrip().startswith(">") and not _FORWARD.match(line):
            quoted.append(line)
            continue
        if _FORWARD.match(line):
            head, body = _head_and_body(lines, place + 1)
            return kept, quoted, body, [line, *head]
        if _ORIGINAL.match(line) or _is_head(lines, place) or (_RULE.match(line) and _is_head(lines, place + 1)):
            older = lines[place:]
            if forwards:
                head, body = _head_and_body(lines, place)
                return kept, quoted, body, head
            return kept, [*quoted, *older], [], []
        kept.append(line)
    if quoted:
        kept, introduced = _without_introduction(kept, lines)
        quoted = introduced + quoted
    return kept, quoted, [], []


def _without_introduction(kept: list[str], lines: list[str]) -> tuple[list[str], list[str]]:
    # "On Friday, Siân Pugh wrote:", which some programs break over two lines, names whom the reply goes to.
    first = next(place for place, line in enumerate(lines) if line.lstrip().startswith(">"))
    before = [place for place in range(first) if lines[place].strip()]
    for count in (1, 2, 3):
        run = before[-count:]
        if len(run) == count and _WROTE.match(" ".join(lines[place].strip() for place in run)):
            # Up to the first quoted line everything was kept, so places are the same in both.
            return [line for place, line in enumerate(kept) if place not in run], [lines[place] for place in run]
    return kept, []


def _is_head(lines: list[str], place: int) -> bool:
    """Whether Outlook's block of From, Sent, To, Subject begins here."""
    if place >= len(lines):
        return False
    match = _HEAD.match(lines[place])
    if not match or match.group(1).lower() != "from":
        return False
    block = [line for line in lines[place + 1 : place + 9] if line.strip()][:5]
    named = {found.group(1).lower() for line in block if (found := _HEAD.match(line))}
    return bool(named & {"sent", "date"}) and bool(named & {"to", "subject"})


def _first_head(lines: list[str]) -> int | None:
    return next((place for place in range(min(len(lines), 6)) if _is_head(lines, place)), None)


def _head_and_body(lines: list[str], start: int) -> tuple[list[str], list[str]]:
    """Part the block of headers from what follows; a message quoted with ">" is freed of it."""
    rest = lines[start:]
    marked = [line for line in rest if line.strip()]
    if marked and all(line.lstrip().startswith(">") for line in marked):
        rest = [re.sub(r"\A\s*> ?", "", line) for line in rest]
    end = 0
    seen = False
    for place, line in enumerate(rest):
        if _HEAD.match(line) or _ORIGINAL.match(line) or _RULE.match(line):
            end, seen = place + 1, True
        elif not line.strip():
            if (
                seen
                and place
                and end == place
                and _HEAD.match(rest[place - 1])
                and not any(_HEAD.match(x) for x in rest[place + 1 : place + 3])
            ):
                break
        elif seen and line[:1] in (" ", "\t") and end == place:
            end = place + 1  # a long list of recipients goes on
        else:
            break
    return rest[:end], rest[end:]


_CLOSING = re.compile(
    r"\s*(?:(?:kind|kindest|best|warm|warmest|many)?\s*(?:regards|wishes)|(?:many\s+|with\s+)?thanks(?:\s+(?:and|&)\s+(?:kind\s+)?regards)?(?:\s+again)?"
    r"|thank\s+you|yours\s+(?:sincerely|faithfully|truly)|sincerely|cheers|all\s+the\s+best|cofion(?:\s+cynnes)?|diolch|br|kr)\s*[,.!]*\s*\Z",
    re.I,
)
_SENT_FROM = re.compile(r"\s*(?:sent from (?:my|outlook|mail|yahoo)|get outlook for)\b.{0,60}\Z", re.I)
_CONTACT = re.compile(
    r"(?:\b(?:tel|telephone|phone|mobile|mob|fax|ext|extension|direct|email|e-mail|web|website|dd|switchboard)\b\s*[:.]|\b[temwdfp]\s*:|[\w.+-]+@[\w-]+\.|https?://|\bwww\.|"
    r"(?:\+44|\(?0)[\d\s()\-]{8,})",
    re.I,
)
_PROSE_WORDS = 9
_SIGNATURE_LIMIT_LINES = 20


def _without_ending(lines: list[str]) -> tuple[str, str, str]:
    """Cut signature and disclaimers off; in doubt a line stays."""
    lines, disclaimer = _without_disclaimers(lines)
    signature: list[str] = []
    delimiter = next((place for place, line in enumerate(lines) if line.rstrip() == "--"), None)
    closing = next((place for place in range(len(lines) - 1, -1, -1) if _CLOSING.match(lines[place])), None)
    start = delimiter if delimiter is not None and (closing is None or delimiter < closing) else closing
    if start is not None:
        end = start + 1
        while end < len(lines) and end - start <= _SIGNATURE_LIMIT_LINES and _in_signature(lines[end]):
            end += 1
        signature, lines = lines[start:end], [*lines[:start], *lines[end:]]
    sent_from = [line for line in lines if _SENT_FROM.match(line)]
    lines = [line for line in lines if not _SENT_FROM.match(line)]
    return "\n".join(lines).strip(), "\n".join([*signature, *sent_from]).strip(), disclaimer


def _in_signature(line: str) -> bool:
    """A name, a post, a workplace, an address, a number: no sentence, since a sentence may be the postscript that matters."""
    words = line.split()
    if re.match(r"\s*p\.?\s?s\b", line, re.I):
        return False
    if _CONTACT.search(line):
        return len(words) <= 20
    return len(words) < _PROSE_WORDS and not re.search(r"[a-z][.!?]\s*\Z", line)


_DISCLAIMER = re.compile(
    r"\b(?:th(?:is|e(?: contents? of this)?|e information (?:contained )?in this)\s+(?:e-?mail|email|message|communication|transmission)\b.{0,120}\b"
    r"(?:confidential|intended (?:solely|only)|privileged|addressee|recipient)"
    r"|if you (?:are not the intended|have received this (?:e-?mail|message|communication) in error|received this in error)"
    r"|confidentiality notice\b|\bdisclaimer\s*:|(?:e-?mails?|attachments?) (?:is|are|has been|have been|may be) (?:scanned|swept|monitored|checked)\b"
    r"|consider the environment before printing|(?:this|the) (?:e-?mail|message) (?:has )?originated (?:from )?outside)",
    re.I | re.S,
)
_AFTER_A_DISCLAIMER = re.compile(
    r"\b(?:e-?mails?|recipients?|liabil|virus|disclos|unauthori[sz]ed|copyright|registered (?:office|in|company|charity)|opinions?|sender|monitor|privacy|gdpr|"
    r"data protection|intercept|www\.)",
    re.I,
)


def _without_disclaimers(lines: list[str]) -> tuple[list[str], str]:
    kept: list[str] = []
    cut: list[str] = []
    after = False
    for paragraph in _paragraphs(lines):
        words = " ".join(paragraph)
        if _DISCLAIMER.search(words) or (after and words.strip() and _AFTER_A_DISCLAIMER.search(words)):
            whole = after or not any(_DISCLAIMER.search(line) for line in paragraph)
            first = 0 if whole else next(place for place, line in enumerate(paragraph) if _DISCLAIMER.search(line))
            # A report and a disclaimer in one paragraph, or in one line: only from the sentence on in which it begins.
            line = paragraph[first]
            begin = 0 if whole else max((end.end() for end in re.finditer(r"[.!?]\s+", line[: _begins(line)])), default=0)
            kept += [*paragraph[:first], *([line[:begin].rstrip()] if begin else [])]
            cut += [line[begin:], *paragraph[first + 1 :], ""]
            after = after or bool(kept and any(line.strip() for line in kept))
        else:
            kept += paragraph
            after = after and not words.strip()
    return kept, "\n".join(cut).strip()


def _begins(line: str) -> int:
    match = _DISCLAIMER.search(line)
    return match.start() if match else 0


def _paragraphs(lines: Iterable[str]) -> Iterator[list[str]]:
    """Yield runs of lines, each blank line by itself, so that together they are the text again."""
    run: list[str] = []
    for line in lines:
        if line.strip():
            run.append(line)
            continue
        if run:
            yield run
            run = []
        yield [line]
    if run:
        yield run


# Who submits

_ORGANISATION = re.compile(
    r"\b(?:school|academy|college|university|nursery|surgery|clinic|hospital|hospice|practice|pharmacy|council|borough|nhs|trust|housing|homes|association|"
    r"centre|center|church|mosque|foundation|charity|ltd|limited|plc|cic|llp|services?|service|agency|department|authority|library|partnership|project|society|federation|group)\b",
    re.I,
)
_POST = re.compile(
    r"\b(?:manager|officer|head|teacher|nurse|worker|lead|director|assistant|administrator|coordinator|co-ordinator|doctor|gp|receptionist|secretary|adviser|advisor|warden|"
    r"practitioner|consultant|deputy|principal|chief|senior)\b",
    re.I,
)
_NAME_WORD = r"(?:[^\W\d_][\w'’.-]*)"
_NAME = re.compile(rf"(?:(?:Mr|Mrs|Ms|Miss|Dr|Rev|Prof|Cllr)\.?\s+)?{_NAME_WORD}(?:\s+{_NAME_WORD}){{1,3}}\Z")
_TELEPHONE = re.compile(r"(?<![\w@./])(?:\+44\s?(?:\(0\)\s?)?|\(?0)\d(?:[\s()\-]*\d){7,10}(?!\d)")


def _submitter(message: _Message, signature: str) -> dict[str, str]:
    """Return who submits, as far as header and signature say it with confidence."""
    name, address = parseaddr(message.header("from"))
    if not address or "@" not in address:
        _, address = parseaddr(message.header("reply-to"))
    lines = [line.strip(" *|,\t") for line in signature.splitlines()]
    lines = [line for line in lines if line and not _CLOSING.match(line) and line != "--"]
    found = {
        "submitter_name": _person(name) or next((person for line in lines[:2] if (person := _person(line))), ""),
        "submitter_email": address if "@" in address else "",
        "submitter_organisation": _organisation([message.header("organization"), *lines, name]),
        "submitter_telephone": next((match.group().strip() for line in lines if (match := _TELEPHONE.search(line))), ""),
    }
    return {key: value for key, value in found.items() if value and len(value) < 200}


def _person(text: str) -> str:
    text = re.sub(r"\s*[(\[].*?[)\]]|\s+-\s.*|\s*\|.*", "", text).strip(" '\",")
    if match := re.fullmatch(rf"({_NAME_WORD}(?:\s{_NAME_WORD})?),\s*({_NAME_WORD}(?:\s{_NAME_WORD})?)", text):
        text = f"{match.group(2)} {match.group(1)}"
    if not _NAME.match(text) or _ORGANISATION.search(text) or _POST.search(text) or _CONTACT.search(text):
        return ""
    words = [word for word in text.split() if word not in ("de", "van", "von", "der", "la", "bin", "al", "ap", "y")]
    return (
        text
        if all(word[:1].isupper() for word in words)
        and not re.search(r"\b(?:team|inbox|mailbox|reception|admin|office|enquiries)\b", text, re.I)
        else ""
    )


def _organisation(lines: Iterable[str]) -> str:
    for line in lines:
        text = re.split(r"\s[|•]\s|\t", line)[0].strip(" ,|")
        if text and _ORGANISATION.search(text) and len(text.split()) <= 8 and text[:1].isupper() and not _CONTACT.search(text):
            # "Head of Year, Elm School" gives the school.
            pieces = [piece.strip() for piece in text.split(",")]
            return next(
                (piece for piece in pieces if _ORGANISATION.search(piece) and not _POST.search(piece)), "" if _POST.search(text) else text
            )
    return ""


def _forwarded_by(head: str) -> dict[str, str]:
    """Return the writer of a forwarded message as the source: it is that person who told."""
    line = next((match.group(2) for line in head.splitlines() if (match := _HEAD.match(line)) and match.group(1).lower() == "from"), "")
    line = re.sub(r"\[mailto:([^\]]+)\]", r"<\1>", line)
    address = re.search(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+", line)
    name = _person(re.sub(r"<.*|\S+@\S+", "", line).strip(' "*'))
    telephone = _TELEPHONE.search(head)
    found = {
        "source_name": name,
        "source_email": address.group() if address else "",
        "source_telephone": telephone.group().strip() if telephone else "",
    }
    return {key: value for key, value in found.items() if value}


def sealed_attachment(attachment: Attachment) -> dict[str, str]:
    """Return an attachment as JSON values, to be sealed."""
    return {"name": attachment.name, "base64": base64.b64encode(attachment.content).decode("ascii")}
