"""A line chart as SVG, readable on light and on dark pages; nothing is fetched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 880, 400
PANEL, PLOT, TOP, LEFT, GAP = 370, 215, 62, 58, 50
STYLE = """
  text { font: 12px system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif; fill: #24292f }
  .title { font-size: 14px; font-weight: 600 }
  .small { font-size: 11px; fill: #57606a }
  .grid { stroke: #d0d7de; stroke-width: 1 }
  .line { fill: none; stroke-width: 2 }
  .risk .line { stroke-dasharray: 6 3 } .healthy .line { stroke-dasharray: 2 3 }
  .bar { stroke-width: 1.2 }
  .starved { stroke: #b42318; fill: #b42318 } .risk { stroke: #9a6700; fill: #9a6700 }
  .healthy { stroke: #1a7f37; fill: #1a7f37 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .small { fill: #9198a1 } .grid { stroke: #3d444d }
    .starved { stroke: #ff8a80; fill: #ff8a80 } .risk { stroke: #e3b341; fill: #e3b341 }
    .healthy { stroke: #56d364; fill: #56d364 }
  }
"""


@dataclass(frozen=True)
class Series:
    """One line: points of place, value, and both ends of the interval, all values in [0, 1]."""

    label: str
    style: str
    points: Sequence[tuple[float, float, float, float]]


@dataclass(frozen=True)
class Axes:
    """One panel: ticks of place and label, and its lines."""

    label: str
    ticks: Sequence[tuple[float, str]]
    series: Sequence[Series]


def page(title: str, panels: Sequence[Axes], note: str) -> str:
    """The panels side by side."""
    drawn = "\n".join(_panel(panel, LEFT + i * (PANEL + GAP)) for i, panel in enumerate(panels))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="{escape(title)}">\n<style>{STYLE}</style>\n'
        f"{_text(LEFT, 24, title, 'title')}\n{drawn}\n{_text(LEFT, HEIGHT - 10, note, 'small')}\n</svg>\n"
    )


def _panel(axes: Axes, left: float) -> str:
    first, last = axes.ticks[0][0], axes.ticks[-1][0]

    def x(place: float) -> float:
        return left + 12 + (PANEL - 36) * (place - first) / (last - first)

    parts = [_level(left, share) for share in (0.0, 0.25, 0.5, 0.75, 1.0)]
    parts += [_text(x(place), _y(0) + 18, label, "small", "middle") for place, label in axes.ticks]
    parts.append(_text(left + PANEL / 2, _y(0) + 36, axes.label, anchor="middle"))
    for place, series in enumerate(axes.series):
        parts.append(_line([(x(at), *rest) for at, *rest in series.points], series))
        parts.append(_legend(left, _y(0) + 56 + 17 * place, series))
    return "\n".join(parts)


def _level(left: float, share: float) -> str:
    y = _y(share)
    line = f'<line class="grid" x1="{left:g}" x2="{left + PANEL - 12:g}" y1="{y:g}" y2="{y:g}"/>'
    return line + _text(left - 6, y + 4, f"{share:.0%}", "small", "end")


def _line(points: Sequence[tuple[float, ...]], series: Series) -> str:
    path = " ".join(f"{x:.1f},{_y(value):.1f}" for x, value, _, _ in points)
    marks = "".join(
        f'<line class="bar" x1="{x:.1f}" x2="{x:.1f}" y1="{_y(low):.1f}" y2="{_y(high):.1f}"/>'
        f'<circle cx="{x:.1f}" cy="{_y(value):.1f}" r="3"/>'
        for x, value, low, high in points
    )
    return f'<g class="{series.style}"><polyline class="line" points="{path}"/>{marks}</g>'


def _legend(left: float, y: float, series: Series) -> str:
    line = f'<polyline class="line" points="{left:g},{y - 4:g} {left + 26:g},{y - 4:g}"/>'
    return f'<g class="{series.style}">{line}</g>' + _text(left + 34, y, series.label)


def _text(x: float, y: float, text: str, style: str = "", anchor: str = "start") -> str:
    return f'<text class="{style}" x="{x:g}" y="{y:g}" text-anchor="{anchor}">{escape(text)}</text>'


def _y(share: float) -> float:
    return TOP + PLOT * (1 - share)
