"""What an instance costs by the hour: from AWS's Price List API, else from a dated table of one region.

docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_pricing_GetProducts.html
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from slipway.preflight.finding import Unanswered
from slipway.target import Target

_TABLE = Path(__file__).with_name("prices.json")
# The API is in few regions and knows the prices of all.
_REGION = "us-east-1"


@dataclass(frozen=True)
class Price:
    """Dollars an hour, and where that is from."""

    dollars: float
    source: str


class NoPrice(Exception):
    """Neither the API nor the table has it."""


def price(target: Target, instance_type: str, component: str) -> Price:
    """The price of an instance type for `Hosting`, `Training` or `Processing`; NoPrice when nobody says one."""
    try:
        return Price(_asked(target, instance_type, component), "AWS's Price List API")
    except (NoPrice, *Unanswered):
        return _tabled(target, instance_type)


def _asked(target: Target, instance_type: str, component: str) -> float:
    wanted = {"regionCode": target.region, "instanceName": instance_type, "component": component}
    filters = [{"Type": "TERM_MATCH", "Field": name, "Value": value} for name, value in wanted.items()]
    client = target.client("pricing", _REGION)
    found = {
        price
        for text in client.get_products(ServiceCode="AmazonSageMaker", Filters=filters)["PriceList"]
        for price in _prices(json.loads(text))
    }
    if len(found) != 1:
        raise NoPrice(f"{len(found)} prices of {instance_type} for {component}")
    return found.pop()


def _prices(product: dict[str, Any]) -> list[float]:
    terms = product.get("terms", {}).get("OnDemand", {}).values()
    dimensions = [dimension for term in terms for dimension in term["priceDimensions"].values()]
    return [float(dimension["pricePerUnit"]["USD"]) for dimension in dimensions]


def _tabled(target: Target, instance_type: str) -> Price:
    table = json.loads(_TABLE.read_text("utf-8"))
    dollars = table["dollarsAnHour"].get(instance_type) if table["region"] == target.region else None
    if dollars is None:
        raise NoPrice(f"{instance_type} in {target.region} is not in the table of {table['region']}, {table['date']}")
    return Price(dollars, f"a table of {table['region']}, {table['date']}")
