"""What instances cost: the jobs of a run, and a month of both endpoints. The rest is small beside them, or by use.

docs.aws.amazon.com/sagemaker/latest/dg/inference-cost-optimization.html
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from slipway.preflight import prices
from slipway.preflight.finding import Finding, Launch, ok, unknown
from slipway.preflight.prices import NoPrice
from slipway.preflight.settings import Settings
from slipway.target import Target

# Said with the result: nobody knows how long a job takes before it ran.
MINUTES_A_JOB = 10
HOURS_A_MONTH = 730
_COMPONENTS = {
    "processing job usage": "Processing",
    "training job usage": "Training",
    "spot training job usage": "Training",
}


@dataclass(frozen=True)
class Estimate:
    """Dollars: a run, and a month at production's fewest and at its most instances."""

    run: float
    month: float
    month_at_most: float
    source: str
    jobs: int

    @property
    def text(self) -> str:
        """One sentence."""
        more = f", up to ${self.month_at_most:,.2f} as production scales" if self.month_at_most > self.month else ""
        return (
            f"about ${self.run:,.2f} a run ({self.jobs} jobs of {MINUTES_A_JOB} minutes each), ${self.month:,.2f} a"
            f" month for endpoints{more}; instances only, without builds, requests, storage and tax; prices from"
            f" {self.source}"
        )

    def as_json(self) -> dict[str, object]:
        """For machines."""
        return {
            "dollarsARun": round(self.run, 4),
            "dollarsAMonth": round(self.month, 2),
            "dollarsAMonthAtMost": round(self.month_at_most, 2),
            "minutesAJob": MINUTES_A_JOB,
            "prices": self.source,
        }


def estimate(target: Target, settings: Settings) -> Estimate:
    """What a bundle of these settings costs there; NoPrice when the price of an instance is not known."""
    sources: list[str] = []

    @cache
    def hourly(instance_type: str, component: str) -> float:
        found = prices.price(target, instance_type, component)
        sources.append(found.source)
        return found.dollars

    jobs = [hourly(usage.instance_type, _COMPONENTS[usage.usage]) * usage.least for usage in settings.jobs()]
    month = month_at_most = 0.0
    for instance_type, least, most in settings.fleets():
        dollars = hourly(instance_type, "Hosting") * HOURS_A_MONTH
        month += dollars * least
        month_at_most += dollars * most
    source = ", ".join(dict.fromkeys(sources))
    return Estimate(sum(jobs) * MINUTES_A_JOB / 60, month, month_at_most, source, len(jobs))


def told(target: Target, settings: Settings) -> tuple[str, Estimate | None]:
    """The estimate in a sentence, or the sentence that says why there is none."""
    try:
        found = estimate(target, settings)
    except NoPrice as error:
        return f"the price is not known: {error}", None
    return found.text, found


def cost(asked: Launch) -> Iterator[Finding]:
    """The estimate, as a line among the others."""
    text, found = told(asked.target, asked.settings)
    yield ok("cost", text) if found else unknown("cost", text, "look at aws.amazon.com/sagemaker/pricing")
