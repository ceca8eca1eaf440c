"""Draws measures as curves, a panel for each, in one SVG picture."""
# SPDX-License-Identifier: Apache-2.0

import math
from xml.sax.saxutils import escape

WIDTH, HEIGHT, LEFT, TOP, COLUMNS = 400, 250, 60, 30, 3
PLOT_WIDTH, PLOT_HEIGHT = WIDTH - LEFT - 20, 130
COLOURS = {"bare": "#888888", "chroot": "#1f6fb4", "namespace": "#d9730d"}


def _text(x, y, text, size=11, more=""):
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" {more}>{escape(text)}</text>'


def _short(number):
    """1000000 is 1M."""
    for size, letter in (1e6, "M"), (1e3, "k"):
        if number >= size:
            return f"{number / size:.3g}{letter}"
    return f"{number:.3g}"


def _panel(title, curves):
    """One measure: {name: ([(x, y), …], growth in words)}; x is logarithmic, y begins at 0."""
    points = [point for line, _ in curves.values() for point in line]
    most_x = math.log10(max(x for x, _ in points) + 1) or 1
    most_y = max(y for _, y in points) * 1.05 or 1

    def place(x, y):
        return (LEFT + math.log10(x + 1) / most_x * PLOT_WIDTH, TOP + PLOT_HEIGHT * (1 - y / most_y))

    yield _text(LEFT, 18, title, 13, 'font-weight="bold"')
    yield (f'<path d="M{LEFT},{TOP} v{PLOT_HEIGHT} h{PLOT_WIDTH}" fill="none" stroke="#444"/>')
    for part in 0, 0.5, 1:
        yield _text(LEFT - 5, place(0, most_y * part)[1] + 4, _short(most_y * part), 10,
                    'text-anchor="end"')
    for x in sorted({x for x, _ in points}):
        yield _text(place(x, 0)[0], TOP + PLOT_HEIGHT + 14, _short(x), 10, 'text-anchor="middle"')
    for row, (name, (line, growth)) in enumerate(curves.items()):
        colour = COLOURS[name]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in (place(*point) for point in line))
        yield f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>'
        for x, y in (place(*point) for point in line):
            yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>'
        yield _text(LEFT, TOP + PLOT_HEIGHT + 32 + 14 * row, f"{name}: {growth}", 11,
                    f'fill="{colour}"')


def draw(title, panels):
    """The picture's text. panels: {title: curves as in _panel()}."""
    rows = math.ceil(len(panels) / COLUMNS)
    width, height = COLUMNS * WIDTH, rows * HEIGHT + 40
    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
             'font-family="sans-serif">',
             '<rect width="100%" height="100%" fill="white"/>',
             _text(LEFT, 26, title, 17, 'font-weight="bold"')]
    for number, (name, curves) in enumerate(panels.items()):
        x, y = number % COLUMNS * WIDTH, number // COLUMNS * HEIGHT + 40
        lines += [f'<g transform="translate({x},{y})">', *_panel(name, curves), "</g>"]
    return "\n".join([*lines, "</svg>", ""])
