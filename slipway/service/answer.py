"""What a person gets: a model behind an API."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from slipway import api
from slipway.api import Api
from slipway.install import Install


@dataclass(frozen=True)
class Service:
    """A model behind an environment's API; `features` are a row of the table, to call it with."""

    install: Install
    run_id: str
    environment: str
    outcome: dict[str, Any]
    report: Path
    features: dict[str, Any]

    @property
    def api(self) -> Api:
        """The environment's API."""
        return api.of(self.install, self.environment)

    @property
    def url(self) -> str:
        """Where to POST."""
        return self.api.url

    @property
    def curl(self) -> str:
        """A call for a shell."""
        return self.api.curl(self.features)

    @property
    def metrics(self) -> dict[str, float]:
        """The model's metrics on the held-out rows."""
        return dict(self.outcome["metrics"])

    def predict(self, features: Any) -> Any:
        """What the API answers for a row, or a list of them."""
        return self.api.predict(features).body

    def _before_the_call(self) -> list[str]:
        """Without a key the call is signed by what the shell's environment holds."""
        return (
            []
            if self.api.key or not self.install.target.engine
            else ['        after eval "$(slipway env)" in the shell']
        )

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return {
            "stack": self.install.stack,
            "run": self.run_id,
            "environment": self.environment,
            "url": self.url,
            "curl": self.curl,
            "metric": self.outcome["metric"],
            "metrics": self.metrics,
            "modelPackageArn": self.outcome["modelPackageArn"],
            "report": str(self.report),
        }

    def text(self) -> str:
        """For a person: what there is, and what to do next."""
        metric = self.outcome["metric"]
        production = self.environment == "production"
        stack = f"--stack {self.install.stack}{'' if self.install.target.engine else ' --aws'}"
        return "\n".join(
            [
                f"{metric}  {self.metrics[metric]:.4f} on rows that the model has not seen",
                f"report  {self.report}",
                f"API     {self.url}   ({self.environment})",
                f"call    {self.curl}",
                *self._before_the_call(),
                f"next    `slipway predict --help`; `slipway status {stack}`"
                if production
                else f"next    `slipway approve {stack}` takes it to production, `slipway reject {stack}` does not",
            ]
        )
