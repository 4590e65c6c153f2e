"""What the bank's app and web channels say: what a client looked at, saved and sent."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from schemas.envelope import ClientEvent
from schemas.wire import OpenEnum, ProductId, Wire


class Page(OpenEnum):
    """The pages that carry intent; any other page is `OTHER`."""

    MATURITY = "maturity"
    PRODUCT = "product"
    PRODUCT_DETAIL = "product_detail"
    REDEMPTION = "redemption"
    HOLDINGS = "holdings"
    CALCULATOR = "calculator"
    INSURANCE = "insurance"
    EDUCATION = "education"
    OTHER = "other"
    UNKNOWN = "unknown"


class Form(OpenEnum):
    """The forms that a client may save or send."""

    LOAN = "loan"
    WEALTH_PURCHASE = "wealth_purchase"
    INSURANCE = "insurance"
    DIAGNOSIS = "diagnosis"
    OTHER = "other"
    UNKNOWN = "unknown"


class PageView(Wire):
    """One page, looked at."""

    page: Page
    product: ProductId | None = None
    dwell_ms: Annotated[int, Field(ge=0, le=86_400_000)] | None = None


class PageViewed(ClientEvent):
    """A client looked at a page."""

    type: Literal["org.suishen.app.page_viewed.v1"]
    data: PageView
    family: ClassVar[str] = "behaviour"


class FormStep(Wire):
    """A form and the attempt it belongs to."""

    form: Form
    attempt: Annotated[str, Field(min_length=1, max_length=64)]
    failed: bool = False


class FormSaved(ClientEvent):
    """A client saved a form without sending it."""

    type: Literal["org.suishen.app.form_saved.v1"]
    data: FormStep
    family: ClassVar[str] = "behaviour"


class FormSent(ClientEvent):
    """A client sent a form; `failed` says that the bank's system refused it."""

    type: Literal["org.suishen.app.form_sent.v1"]
    data: FormStep
    family: ClassVar[str] = "behaviour"


class Diagnosis(Wire):
    """A self-service diagnosis: begun or finished, with the remedy chosen."""

    finished: bool
    remedy: Annotated[str, Field(max_length=48)] | None = None


class DiagnosisTaken(ClientEvent):
    """A client used the self-service diagnosis page."""

    type: Literal["org.suishen.app.diagnosis_taken.v1"]
    data: Diagnosis
    family: ClassVar[str] = "behaviour"
    status: ClassVar[Literal["released", "draft"]] = "draft"
