"""The test that is on, at a glance: `slipway status` waits for nothing, and asks for no more than it shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from slipway import install
from slipway.ab import candidate, endpoint
from slipway.ab.comparison import CANDIDATE, CHAMPION
from slipway.ab.endpoint import Variant
from slipway.install import Install


@dataclass(frozen=True)
class Running:
    """The endpoint, whose models it weighs, and its variants; none while the endpoint is being made."""

    endpoint: str
    champion: str
    candidate: str
    variants: dict[str, Variant]

    def as_json(self) -> dict[str, Any]:
        """For machines, in the words of `slipway ab status --json`."""
        return {
            "endpoint": self.endpoint,
            "champion": self.champion,
            "candidate": self.candidate,
            "variants": endpoint.told(self.variants),
        }

    def text(self) -> str:
        """One line: who has which share of the requests."""
        models = {CHAMPION: self.champion, CANDIDATE: self.candidate}
        parts = [
            f"{name} (model {candidate.version(models[name])}) {endpoint.share(self.variants, name):.0%}"
            for name in self.variants
            if name in models
        ]
        shares = ", ".join(parts) or "its variants are being made"
        return f"A/B test on {self.endpoint}: {shares}; `slipway ab status` compares them"


def of(install_: Install) -> Running | None:
    """What the production stack says of a test; None without one."""
    described = install.describe(install_.target, f"{install_.stack}-production") or {}
    parameters = {one["ParameterKey"]: one.get("ParameterValue", "") for one in described.get("Parameters", [])}
    name = install.outputs_of(described).get("EndpointName", "")
    if not parameters.get("CandidateModelPackageArn") or not name:
        return None
    found = install_.target.client("sagemaker").describe_endpoint(EndpointName=name)
    variants = endpoint.variants(found)
    return Running(name, parameters["ModelPackageArn"], parameters["CandidateModelPackageArn"], variants)
