"""Charts as SVG. Colours are CSS classes of the page, so that one drawing fits a light and a dark screen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from itertools import pairwise

WIDTH, HEIGHT = 360, 300
LEFT, RIGHT, TOP, BOTTOM = 46, 12, 12, 40
TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)

Point = Sequence[float]


def plot(title: str, x_label: str, y_label: str, marks: Iterable[str]) -> str:
    """A square from 0 to 1 with axes, holding the marks."""
    grid = "".join(_tick(value) for value in TICKS)
    return _figure(
        title,
        f'{grid}{"".join(marks)}<text class="label" x="{x(0.5):.1f}" y="{HEIGHT - 4}" text-anchor="middle">'
        f'{escape(x_label)}</text><text class="label" transform="translate(11 {y(0.5):.1f}) rotate(-90)"'
        f' text-anchor="middle">{escape(y_label)}</text>',
    )


def line(points: Sequence[Point], css: str) -> str:
    """A line through the points."""
    path = " ".join(f"{x(a):.1f},{y(b):.1f}" for a, b in points)
    return f'<polyline class="line {css}" points="{path}"/>'


def steps(points: Sequence[Point], css: str) -> str:
    """A line that goes sideways, then up or down: between two thresholds a rate does not change gradually."""
    corners: list[Point] = list(points[:1])
    for (_, before), (after, level) in pairwise(points):
        corners += [(after, before), (after, level)]
    return line(corners, css)


def dots(points: Iterable[tuple[float, float, str]], css: str) -> str:
    """Points with a text that shows when one is pointed at."""
    return "".join(
        f'<circle class="dot {css}" cx="{x(a):.1f}" cy="{y(b):.1f}" r="4"><title>{escape(text)}</title></circle>'
        for a, b, text in points
    )


def histogram(counts: Sequence[int], tallest: int, css: str) -> str:
    """Bars over the width of the plot, the tallest of all series reaching its top."""
    width = 1 / len(counts)
    return "".join(
        f'<rect class="bar {css}" x="{x(index * width) + 0.5:.1f}" y="{y(count / tallest):.1f}"'
        f' width="{x(width) - x(0) - 1:.1f}" height="{y(0) - y(count / tallest):.1f}"><title>{count} rows scored'
        f" {index * width:.2f} to {(index + 1) * width:.2f}</title></rect>"
        for index, count in enumerate(counts)
        if count
    )


def bars(title: str, shares: Sequence[tuple[str, float]]) -> str:
    """Horizontal bars, one a name, the longest filling the width."""
    longest = max((share for _, share in shares), default=0) or 1
    row, left = 24, 150
    marks = [
        f'<text class="label" x="{left - 8}" y="{index * row + 16}" text-anchor="end">{escape(_clipped(name))}</text>'
        f'<rect class="bar candidate" x="{left}" y="{index * row + 5}" width="{share / longest * 160:.1f}" height="14">'
        f'<title>{escape(name)}</title></rect><text class="value" x="{left + 6 + share / longest * 160:.1f}"'
        f' y="{index * row + 16}">{share:.1%}</text>'
        for index, (name, share) in enumerate(shares)
    ]
    return _figure(title, "".join(marks), max(row * len(shares), row))


def x(value: float) -> float:
    """Where 0 to 1 stands from left to right."""
    return LEFT + value * (WIDTH - LEFT - RIGHT)


def y(value: float) -> float:
    """Where 0 to 1 stands from bottom to top."""
    return HEIGHT - BOTTOM - value * (HEIGHT - TOP - BOTTOM)


def _figure(title: str, marks: str, height: int = HEIGHT) -> str:
    return f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(title)}">{marks}</svg>'


def _tick(value: float) -> str:
    return (
        f'<line class="grid" x1="{x(value):.1f}" x2="{x(value):.1f}" y1="{y(0):.1f}" y2="{y(1):.1f}"/>'
        f'<line class="grid" x1="{x(0):.1f}" x2="{x(1):.1f}" y1="{y(value):.1f}" y2="{y(value):.1f}"/>'
        f'<text class="tick" x="{x(value):.1f}" y="{y(0) + 14:.1f}" text-anchor="middle">{value:g}</text>'
        f'<text class="tick" x="{x(0) - 6:.1f}" y="{y(value) + 4:.1f}" text-anchor="end">{value:g}</text>'
    )


def _clipped(name: str) -> str:
    return name if len(name) <= 22 else f"{name[:21]}…"
