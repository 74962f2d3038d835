"""The curves of P8 as an SVG: cost per activation over the number of activations stored."""

import math
import re

WIDTH, HEIGHT = 720, 400
LEFT, RIGHT, TOP, BOTTOM = 70, 50, 40, 60
COLOURS = {"postgres": "#336791", "sqlite": "#b3541e"}
NAMES = {"postgres": "PostgreSQL", "sqlite": "SQLite"}
KEY = re.compile(r"^P8 (postgres|sqlite) ([\d,]+)( CPU)?$")


def curves(rows):
    """(store, is CPU) -> [(stored, series)], ascending."""
    found = {}
    for row in rows:
        match = KEY.match(row.key)
        if match and row.ours:
            stored = int(match[2].replace(",", ""))
            found.setdefault((match[1], bool(match[3])), []).append((stored, row.ours))
    return {key: sorted(points, key=lambda point: point[0]) for key, points in found.items()}


class _Plane:
    """Data to pixels: x by its logarithm, y from zero."""

    def __init__(self, drawn):
        stored = [point[0] for points in drawn.values() for point in points]
        self.low, self.high = math.log10(min(stored)), math.log10(max(stored))
        top = max(max(of.runs) for points in drawn.values() for _, of in points)
        step = 10 ** math.floor(math.log10(top))
        self.step = step if top / step > 2 else step / 2
        self.top = math.ceil(top / self.step) * self.step

    def x(self, stored):
        share = (math.log10(stored) - self.low) / max(self.high - self.low, 1e-9)
        return LEFT + share * (WIDTH - LEFT - RIGHT)

    def y(self, value):
        return HEIGHT - BOTTOM - value / self.top * (HEIGHT - TOP - BOTTOM)


def _text(x, y, text, anchor="middle", extra=""):
    return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}"{extra}>{text}</text>'


def _axes(plane, ticks):
    parts = []
    value = 0.0
    while value <= plane.top + 1e-9:
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{plane.y(value):.1f}" y2="{plane.y(value):.1f}" '
                     'stroke="#ccc"/>')
        parts.append(_text(LEFT - 8, plane.y(value) + 4, f"{value:g}", "end"))
        value += plane.step
    for stored in ticks:
        parts.append(_text(plane.x(stored), HEIGHT - BOTTOM + 20, f"{stored:,}".replace(",", " ")))
    parts.append(_text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 14, "activations stored"))
    parts.append(_text(LEFT, TOP - 16, "µs per activation, mode A; whiskers are the least and the most of the runs", "start"))
    return parts


def _curve(plane, key, points, row):
    store, is_cpu = key
    dash = ' stroke-dasharray="5 4"' if is_cpu else ""
    path = " ".join(f"{plane.x(stored):.1f},{plane.y(of.median):.1f}" for stored, of in points)
    parts = [f'<polyline points="{path}" fill="none" stroke="{COLOURS[store]}" stroke-width="2"{dash}/>']
    for stored, of in points:
        x = plane.x(stored)
        parts.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{plane.y(min(of.runs)):.1f}" y2="{plane.y(max(of.runs)):.1f}" '
                     f'stroke="{COLOURS[store]}"/>')
        parts.append(f'<circle cx="{x:.1f}" cy="{plane.y(of.median):.1f}" r="3" fill="{COLOURS[store]}"/>')
    y = TOP + 16 + 18 * row
    parts.append(f'<line x1="{LEFT + 16}" x2="{LEFT + 46}" y1="{y - 4}" y2="{y - 4}" stroke="{COLOURS[store]}" '
                 f'stroke-width="2"{dash}/>')
    parts.append(_text(LEFT + 54, y, NAMES[store] + (", CPU of worker and database" if is_cpu else ", time"), "start"))
    return parts


def draw(rows):
    """@errors  ValueError: the rows hold no P8."""
    drawn = curves(rows)
    if not drawn:
        raise ValueError("there is no P8 among the rows: nothing to draw")
    plane = _Plane(drawn)
    ticks = sorted({stored for points in drawn.values() for stored, _ in points})
    parts = _axes(plane, ticks)
    for row, (key, points) in enumerate(sorted(drawn.items())):
        parts += _curve(plane, key, points, row)
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" '
            f'font-size="13">\n<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>\n' + "\n".join(parts) + "\n</svg>")
