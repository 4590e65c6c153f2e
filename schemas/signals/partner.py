"""What open-bank partners say, for clients who consented."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from schemas.envelope import ClientEvent
from schemas.wire import Name, Wire


class Scene(Wire):
    """A scene at a partner and the consent that allows telling us."""

    partner: Name
    scene: Name
    consent: Annotated[str, Field(min_length=1, max_length=64)]


class SceneEntered(ClientEvent):
    """A client arrived through a partner's scene."""

    type: Literal["org.suishen.partner.scene_entered.v1"]
    data: Scene
    family: ClassVar[str] = "behaviour"
    status: ClassVar[Literal["released", "draft"]] = "draft"
