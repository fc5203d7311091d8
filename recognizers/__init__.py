"""Presidio recognizers for identifiers of the United Kingdom. `RECOGNIZERS` is the only registration: one file, one line here.

They need Presidio, `phonenumbers` and no model; names of persons, organisations and places in free form are found elsewhere.
Give them to `RecognizerRegistry(recognizers=list(RECOGNIZERS))`: an empty registry would load Presidio's own set.
"""

from __future__ import annotations

from .address import AddressRecognizer
from .code import CodeRecognizer
from .dob import DateOfBirthRecognizer
from .email import EmailRecognizer
from .family import FamilyRecognizer
from .financial import FinancialRecognizer
from .given_name import GivenNameRecognizer
from .national_id import NationalIdRecognizer
from .organisation import OrganisationRecognizer
from .phone import PhoneRecognizer
from .place import PlaceRecognizer
from .postcode import PostcodeRecognizer
from .title_name import TitleNameRecognizer
from .url import UrlRecognizer
from .username import UsernameRecognizer
from .vehicle_registration import VehicleRegistrationRecognizer

__all__ = ["RECOGNIZERS"]

RECOGNIZERS: tuple[FamilyRecognizer, ...] = (
    PhoneRecognizer(),
    PostcodeRecognizer(),
    VehicleRegistrationRecognizer(),
    EmailRecognizer(),
    UrlRecognizer(),
    UsernameRecognizer(),
    AddressRecognizer(),
    DateOfBirthRecognizer(),
    NationalIdRecognizer(),
    FinancialRecognizer(),
    OrganisationRecognizer(),
    PlaceRecognizer(),
    TitleNameRecognizer(),
    GivenNameRecognizer(),
    CodeRecognizer(),
)
