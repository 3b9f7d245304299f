"""The demo's last words."""

from __future__ import annotations

from typing import Any

import pytest

from slipway.cli import demo

RUN = {"title": "first run", "status": "Succeeded", "seconds": 90.0, "stages": {"Build": 9.0}}
RECORD: dict[str, Any] = {
    "runs": [{**RUN, "outcome": {"reused": False, "metric": "roc_auc", "metrics": {"roc_auc": 0.9}}}],
    "endpoints": {"test": "churn-test", "production": "churn-production"},
    "apis": {"production": "http://127.0.0.1:1/restapis/a"},
    "prediction": {"answer": {"class": "yes"}},
    "instances": [2, 3, 2],
    "modelPackages": [{"version": 2, "status": "Approved"}, {"version": 1, "status": "Rejected"}],
    "launchToProductionSeconds": 90.0,
    "engineOwnSeconds": 9.0,
    "engineMegabytes": 90,
    "clockFactor": 30.0,
    "engine": "http://127.0.0.1:1",
}


def test_it_says_what_a_shell_needs_and_where_the_report_is(capsys: pytest.CaptureFixture[str]) -> None:
    demo._summarize(RECORD)
    out = capsys.readouterr().out
    assert "model packages  version 2 Approved, version 1 Rejected\n" in out
    assert 'in your shell   eval "$(slipway env)"; then the curl above, boto3 and version 2 of the AWS CLI' in out
    assert "next            slipway status; slipway report latest; slipway predict --help; slipway down\n" in out
