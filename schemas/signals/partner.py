"""What open-bank partners say, for clients who consented to it."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from schemas.envelope import ClientEvent
from schemas.time import WireInstant
from schemas.wire import Name, OpenEnum, Wire

ConsentId = Annotated[str, Field(min_length=1, max_length=64)]
"""The record of what the client allowed this partner to tell us; never the words themselves."""


class Scene(Wire):
    """A scene at a partner and the consent that allows telling us."""

    partner: Name
    scene: Name
    """What the client is there to do: pay a rent, book a journey."""
    consent: ConsentId
    consent_until: WireInstant | None = None
    """From then on it allows nothing; left out, it holds until it is withdrawn."""


class SceneEntered(ClientEvent):
    """A client arrived through a partner's scene."""

    type: Literal["org.suishen.partner.scene_entered.v1"]
    data: Scene
    family: ClassVar[str] = "behaviour"
    status: ClassVar[Literal["released", "draft"]] = "draft"


class SceneEnd(OpenEnum):
    """How a scene ended."""

    DONE = "done"
    """The client did what they came for."""
    LEFT = "left"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    """The partner may tell us no more; nothing follows from what it told."""
    UNKNOWN = "unknown"


class SceneEnding(Wire):
    """A scene that ended, under the consent that it was told under."""

    partner: Name
    scene: Name
    consent: ConsentId
    how: SceneEnd


class SceneEnded(ClientEvent):
    """A client finished a scene, left it, or withdrew the consent to tell us of it."""

    type: Literal["org.suishen.partner.scene_ended.v1"]
    data: SceneEnding
    family: ClassVar[str] = "consent"
    status: ClassVar[Literal["released", "draft"]] = "draft"
