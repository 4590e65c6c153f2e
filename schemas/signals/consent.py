"""What a client allows or forbids, and complaints."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from schemas.envelope import ClientEvent
from schemas.time import WireInstant
from schemas.wire import Method, Name, OpenEnum, Wire


class Purpose(OpenEnum):
    """What a consent is for."""

    MARKETING = "marketing"
    PROFILING = "profiling"
    UNKNOWN = "unknown"


class Consent(Wire):
    """One purpose, given or withdrawn; for marketing, by which methods (none named: all)."""

    purpose: Purpose
    given: bool
    methods: Annotated[tuple[Method, ...], Field(max_length=8)] = ()


class ConsentChanged(ClientEvent):
    """A client gave or withdrew a consent."""

    type: Literal["org.suishen.consent.consent_changed.v1"]
    data: Consent
    family: ClassVar[str] = "consent"


class OptOut(Wire):
    """A method never to be used again for marketing."""

    method: Method


class OptedOut(ClientEvent):
    """A client opted out of a method, for good."""

    type: Literal["org.suishen.consent.opted_out.v1"]
    data: OptOut
    family: ClassVar[str] = "consent"


class DoNotCall(Wire):
    """No calls until then."""

    until: WireInstant


class DoNotCallSet(ClientEvent):
    """A client entered the do-not-call list."""

    type: Literal["org.suishen.consent.do_not_call_set.v1"]
    data: DoNotCall
    family: ClassVar[str] = "consent"


class Complaint(Wire):
    """A complaint by its id and topic."""

    complaint: Annotated[str, Field(min_length=1, max_length=64)]
    topic: Name


class ComplaintOpened(ClientEvent):
    """A client complained: marketing stops at once."""

    type: Literal["org.suishen.consent.complaint_opened.v1"]
    data: Complaint
    family: ClassVar[str] = "complaint"


class ComplaintClosing(Wire):
    """How a complaint ended."""

    complaint: Annotated[str, Field(min_length=1, max_length=64)]
    client_agrees: bool


class ComplaintClosed(ClientEvent):
    """A complaint was resolved."""

    type: Literal["org.suishen.consent.complaint_closed.v1"]
    data: ComplaintClosing
    family: ClassVar[str] = "complaint"
