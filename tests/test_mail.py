"""A mail gives what its writer says now; who wrote it goes to the form, everything else is sealed, and nothing is lost."""

from __future__ import annotations

from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cpi_sanitise.errors import IntakeError
from cpi_sanitise.intake import Accepted, Rejected, read_rows
from cpi_sanitise.mail import read_mail, separate
from tests import files
from tests.files import eml_of, msg_of

SIGNATURE = "Kind regards,\n\nNerys Ough\nDeputy Head\nElmtree School, Andover\nTel: 01264 496 0123\nwww.elmtree.example"
DISCLAIMER = (
    "This email and any attachments are confidential and intended solely for the addressee.\n\nElmtree School is a registered charity."
)
OUTLOOK = "From: Wyn Tafler <wyn@example.org>\nSent: 19 November 2026 09:00\nTo: Nerys Ough\nSubject: Tablets"


@pytest.mark.parametrize(
    ("text", "body"),
    [
        ("Two men.", "Two men."),
        (f"Two men.\n\n{SIGNATURE}", "Two men."),
        (f"Two men.\n\n{SIGNATURE}\n\n{DISCLAIMER}", "Two men."),
        (f"Two men.\n\n{DISCLAIMER}", "Two men."),
        ("Two men.\n-- \nNerys Ough\nElmtree School", "Two men."),
        ("Two men.\n\nThanks\nNerys\n\nSent from my iPhone", "Two men."),
        ("CAUTION: This email originated from outside the organisation.\n\nTwo men.\n\nA car.", "Two men.\n\nA car."),
        # In doubt the words stay.
        (f"Two men.\n\n{SIGNATURE}\n\nPS he also carries a knife", "Two men.\n\nPS he also carries a knife"),
        (f"Two men.\n\n{SIGNATURE}\nHe was also seen with a knife near the school gates on Monday", None),
        ("He told me thanks and left.\nTwo men.", "He told me thanks and left.\nTwo men."),
        ("This is confidential, please. Two men.", "This is confidential, please. Two men."),
        ("Two men sell. This email is confidential and intended solely for you.", "Two men sell."),
        ("On the wall it wrote:\nJay", "On the wall it wrote:\nJay"),
        # Replies
        ("Two men.\n\nOn Thu, 19 Nov 2026 at 09:00, Wyn Tafler <wyn@example.org> wrote:\n> Quetzal\n> more", "Two men."),
        ("Two men.\n\nOn Thu, 19 Nov 2026 at 09:00, Wyn Tafler\n<wyn@example.org> wrote:\n\n> Quetzal", "Two men."),
        ("> Quetzal\n\nTwo men.", "Two men."),
        ("> Who?\nTwo men.\n> Where?\nBy the co-op.", "Two men.\nBy the co-op."),
        (f"Two men.\n\n{OUTLOOK}\n\nQuetzal", "Two men."),
        (f"Two men.\n\n________________________________\n{OUTLOOK}\n\nQuetzal", "Two men."),
        ("Two men.\n\n-----Original Message-----\nFrom: Wyn\nSent: x\n\nQuetzal", "Two men."),
        ("From: the window I saw two men.", "From: the window I saw two men."),
    ],
)
def test_what_the_writer_says_now(text, body):
    parts = separate(text)
    if body is None:
        assert "knife near the school gates" in parts.body
    else:
        assert parts.body == body
    assert "Quetzal" not in parts.body
    assert parts.forwarded == ""


@pytest.mark.parametrize(
    ("text", "forwards", "body", "forwarded"),
    [
        (f"{OUTLOOK}\n\nTwo men.", False, "", "Two men."),
        (f"{OUTLOOK}\n\nTwo men.\n\nRegards\nWyn", True, "", "Two men."),
        (f"\n{SIGNATURE}\n\n{OUTLOOK}\n\nTwo men.", False, "", "Two men."),
        (f"See below, I know the car.\n\n{OUTLOOK}\n\nTwo men.", True, "See below, I know the car.", "Two men."),
        ("---------- Forwarded message ---------\nFrom: Wyn Tafler <wyn@example.org>\nDate: x\nSubject: y\nTo: z\n\nTwo men.", False, "", "Two men."),
        ("Begin forwarded message:\n\n> From: Wyn Tafler <wyn@example.org>\n> Date: x\n> Subject: y\n>\n> Two men.\n> A car.", False, "", "Two men.\nA car."),
        (f"{OUTLOOK}\n\n{OUTLOOK}\n\nTwo men.", False, "", "Two men."),
    ],
)  # fmt: skip
def test_a_forwarded_message_is_the_report(text, forwards, body, forwarded):
    parts = separate(text, forwards=forwards)
    assert (parts.body, parts.forwarded) == (body, forwarded)
    assert "Wyn Tafler" in parts.forwarded_head


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.sampled_from(["Two men.", "", "> Quoted", OUTLOOK, SIGNATURE, DISCLAIMER, "Thanks", "--", "On Monday he wrote:", "Begin forwarded message:"]),
        max_size=8,
    ),
    st.booleans(),
)  # fmt: skip
def test_no_word_of_a_mail_is_lost(blocks, forwards):
    text = "\n".join(blocks)
    parts = separate(text, forwards=forwards)
    kept = "\n".join([parts.body, parts.signature, parts.disclaimer, parts.quoted, parts.forwarded, parts.forwarded_head])
    assert sorted(kept.replace(">", "").split()) == sorted(text.replace(">", "").split())


@pytest.mark.parametrize(
    ("sender", "body", "form"),
    [
        (
            "Nerys Ough <n.ough@elmtree.example>",
            f"Two men.\n\n{SIGNATURE}",
            {
                "submitter_name": "Nerys Ough",
                "submitter_email": "n.ough@elmtree.example",
                "submitter_organisation": "Elmtree School",
                "submitter_telephone": "01264 496 0123",
            },
        ),
        (
            '"OUGH, Nerys (Elmtree)" <n@elmtree.example>',
            "Two men.",
            {"submitter_name": "Nerys OUGH", "submitter_email": "n@elmtree.example"},
        ),
        ("n@elmtree.example", "Two men.\n\nRegards\nNerys Ough", {"submitter_name": "Nerys Ough", "submitter_email": "n@elmtree.example"}),
        (
            "Safeguarding Team <s@elmtree.example>",
            "Two men.\n\nRegards\nSafeguarding Team\nElmtree School",
            {"submitter_email": "s@elmtree.example", "submitter_organisation": "Elmtree School"},
        ),
        ("", "Two men.", {}),
    ],
)
def test_who_submits_is_read_from_header_and_signature(sender, body, form):
    mail = read_mail(eml_of(body, sender=sender) if sender else b"Subject: x\n\n" + body.encode(), ".eml")
    assert mail.narrative == "Two men."
    assert dict(mail.form) == form


HTML = (
    "<html><head><style>p {}</style><title>Quetzal</title></head><body><script>Quetzal</script><p>Two <b>men</b>.<br>A&nbsp;car.</p>"
    '<div style="display: none">hidden words</div><img src="http://tracker.example/x.png"><blockquote><p>Quetzal said</p></blockquote></body></html>'
)


@pytest.mark.parametrize(
    "raw",
    [
        eml_of(html=HTML),
        eml_of("-", html=HTML),  # a plain part that says nothing
        msg_of(html=HTML),
    ],
)
def test_html_gives_what_a_reader_sees(raw):
    mail = read_mail(raw, ".msg" if raw.startswith(b"\xd0") else ".eml")
    assert mail.narrative == "Two men.\nA car."
    assert mail.other["hidden"] == "hidden words"
    assert "Quetzal said" in mail.other["quoted"]


def test_deep_html_is_read_to_its_end():
    mail = read_mail(eml_of(html="<div>" * 20_000 + "Two men." + "</div>" * 20_000), ".eml")
    assert mail.narrative == "Two men."


def raw_eml(charset: str, body: bytes) -> bytes:
    return f"From: a@example.org\nContent-Type: text/plain; charset={charset}\n\n".encode() + body


@pytest.mark.parametrize(
    ("charset", "body", "narrative"),
    [
        ("utf-8", "Siân".encode(), "Siân"),
        ("iso-8859-1", "Siân “x”".encode("cp1252"), "Siân “x”"),
        ("us-ascii", "Siân".encode(), "Siân"),
        ("utf-16", "Siân".encode("utf-16"), "Siân"),
        ("utf-8", b"Si\xe2n", None),
        ("x-unknown", b"Two men", None),
    ],
)
def test_a_mail_is_decoded_strictly(charset, body, narrative):
    if narrative is None:
        with pytest.raises(IntakeError, match="encoding"):
            read_mail(raw_eml(charset, body), ".eml")
    else:
        assert read_mail(raw_eml(charset, body), ".eml").narrative == narrative


def smime() -> bytes:
    mail = EmailMessage()
    mail["From"] = "a@example.org"
    mail.set_content(b"Quetzal", maintype="application", subtype="pkcs7-mime")
    return mail.as_bytes()


@pytest.mark.parametrize(
    ("ending", "raw", "reason"),
    [
        (".eml", b"", "empty"),
        (".msg", b" \n", "empty"),
        (".eml", b"Quetzal\nQuetzal", "no .eml"),
        (".eml", msg_of("Quetzal"), "no .eml"),
        (".msg", eml_of("Quetzal"), "no .msg"),
        (".msg", msg_of("Quetzal " * 2000)[:4000], "damaged"),
        (".msg", files.compound_file({"Workbook": b"Quetzal"}), "damaged"),
        (".eml", smime(), "encrypted"),
        (".eml", eml_of(attachments=[("x", b"y")] * 501), "too many parts"),
    ],
)
def test_a_bad_mail_is_refused_with_a_cure(ending, raw, reason):
    with pytest.raises(IntakeError, match=reason) as caught:
        read_mail(raw, ending)
    assert caught.value.hint
    assert "Quetzal" not in f"{caught.value} {caught.value.hint}"


# Through the door


@pytest.fixture
def read(tmp_path):
    def read(name: str, raw: bytes, **options: Any) -> list[Any]:
        (tmp_path / name).write_bytes(raw)
        return list(read_rows([tmp_path / name], **options))

    return read


SENDER = {"submitter_name": "Nerys Ough", "submitter_email": "n.ough@elmtree.example"}


@pytest.mark.parametrize("make", [eml_of, msg_of])
def test_attachments_become_rows_with_the_mails_submitter(read, make):
    attachments = [
        ("Quetzal.docx", files.docx_of(*files.form_text().split("\n"))),
        ("b.csv", b"narrative,reference\nA car.,7\n,8\n"),
        ("logo.png", b"\x89PNG"),
        ("locked.pdf", files.pdf_locked("x")),
    ]
    name = "a.eml" if make is eml_of else "a.msg"
    own, form, line, empty, locked = read(name, make("Two men.", attachments=attachments))
    assert [row.row for row in (own, form, line, empty, locked)] == [1, 2, 3, 4, 5]
    assert (own.submission.narrative, own.submission.form, own.submission.reference) == ("Two men.", SENDER, "a")
    assert own.submission.other["attachments"] == [{"name": "logo.png", "base64": "iVBORw=="}]
    assert own.submission.received_at is not None or make is msg_of
    assert form.submission.form == files.ANSWERS
    assert (line.submission.reference, line.submission.form) == ("7", SENDER)
    assert isinstance(empty, Rejected)
    assert isinstance(locked, Rejected)
    assert locked.raw == attachments[3][1]
    assert "Quetzal.docx" in form.source
    assert "Quetzal" not in repr(form)


def test_a_mail_of_attachments_only_lives_on_in_their_rows(read):
    raw = eml_of("\nRegards\nNerys Ough", attachments=[("a.txt", b"Two men."), ("map.png", b"x"), ("b.pdf", b"no pdf")])
    text, bad = read("a.eml", raw)
    assert text.submission.narrative == "Two men."
    assert text.submission.other["mail"]["attachments"] == [{"name": "map.png", "base64": "eA=="}]
    assert text.submission.other["mail"]["signature"] == "Regards\nNerys Ough"
    # Whatever comes of it later, or came of it now, the whole mail is kept.
    assert text.raw == bad.raw == raw


@pytest.mark.parametrize(
    "raw", [eml_of(""), eml_of("", attachments=[("map.png", b"x")]), eml_of("", attachments=[("a.csv", b"narrative\n")])]
)
def test_a_mail_without_anything_to_read_is_rejected_whole(read, raw):
    (rejected,) = read("a.eml", raw)
    assert (rejected.row, rejected.raw) == (1, raw)


@pytest.mark.parametrize("make", [eml_of, msg_of])
def test_an_attached_mail_is_read_with_its_own_writer(read, make):
    if make is eml_of:
        raw = eml_of("Please see attached.", attachments=[("x.eml", eml_of("Two men.", sender="Wyn Tafler <wyn@example.org>"))])
    else:
        raw = msg_of("Please see attached.", message={"body": "Two men.", "sender": ("Wyn Tafler", "wyn@example.org"), "subject": "In"})
    own, inner = read("a.eml" if make is eml_of else "a.msg", raw)
    assert own.submission.form == SENDER
    assert inner.submission.narrative == "Two men."
    assert inner.submission.form == {"submitter_name": "Wyn Tafler", "submitter_email": "wyn@example.org"}


def test_mails_in_mails_end_somewhere(read):
    raw = eml_of("Innermost.")
    for depth in range(8):
        raw = eml_of(f"Depth {depth}.", attachments=[("x.eml", raw)])
    rows = read("a.eml", raw)
    assert [isinstance(row, Accepted) for row in rows] == [True, True, True, False]
    assert b"Depth" in rows[-1].raw or b"RGVwdGg" in rows[-1].raw


def test_a_forwarded_report_has_its_writer_as_source(read):
    raw = eml_of(f"I know this car.\n\nRegards\nNerys\n\n{OUTLOOK}\n\nTwo men.", subject="FW: Tablets")
    own, forwarded = read("a.eml", raw)
    assert own.submission.narrative == "I know this car."
    assert forwarded.submission.narrative == "Two men."
    assert forwarded.submission.form == {**SENDER, "source_name": "Wyn Tafler", "source_email": "wyn@example.org"}


def test_a_form_pasted_into_a_mail_is_read_as_a_form(read):
    (row,) = read("a.eml", eml_of(files.form_text()))
    assert (row.submission.narrative, row.submission.form) == (files.NARRATIVE, files.ANSWERS)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_after_a_header_are_read_or_refused(content):
    try:
        mail = read_mail(b"From: a@example.org\n" + content, ".eml")
    except IntakeError:
        return
    assert isinstance(mail.narrative, str)
