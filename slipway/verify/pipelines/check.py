"""The findings of every pipeline."""

from __future__ import annotations

from slipway.verify.bundle import Bundle
from slipway.verify.finding import Finding
from slipway.verify.pipelines import configuration, flow, structure
from slipway.verify.pipelines.declared import pipelines


def findings(bundle: Bundle) -> list[Finding]:
    """What is wrong with the pipelines; what is wrong in each of a pipeline's ways is said once."""
    found = {
        each: None
        for pipeline in pipelines(bundle)
        for part in (structure.findings(pipeline), configuration.findings(pipeline), flow.findings(pipeline, bundle))
        for each in part
    }
    return list(found)
