"""Draws bars and lines as SVG: small, the same bytes for the same numbers, and no library needed."""
# SPDX-License-Identifier: Apache-2.0
import math
from xml.sax.saxutils import escape

FONT = 'font-family="sans-serif" font-size="12"'
INK, GRID, BAND = "#222", "#ddd", "#f3e3b5"
WIDTH, LABELS, VALUES, ROW = 800, 190, 220, 20
PLOT_HEIGHT, MARGIN = 300, 50
DASHES = ("", "6 3", "2 3", "8 3 2 3")


def element(name, content=None, **attributes):
    """One element of SVG; an underscore in an attribute's name stands for a hyphen."""
    written = "".join(f' {key.replace("_", "-")}="{value:.1f}"' if isinstance(value, float)
                      else f' {key.replace("_", "-")}="{escape(str(value), {chr(34): "&quot;"})}"'
                      for key, value in attributes.items())
    return f"<{name}{written}/>" if content is None else f"<{name}{written}>{content}</{name}>"


def words(x, y, text, **attributes):
    return element("text", escape(text), x=float(x), y=float(y), fill=INK, **attributes)


def line(x1, y1, x2, y2, **attributes):
    return element("line", x1=float(x1), y1=float(y1), x2=float(x2), y2=float(y2), **attributes)


def document(width, height, title, parts):
    head = (f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height:.0f}" '
            f'viewBox="0 0 {width} {height:.0f}" {FONT}>')
    background = element("rect", width=width, height=f"{height:.0f}", fill="#fff")
    heading = words(10, 20, title, font_size="14", font_weight="bold")
    return "\n".join([head, element("title", escape(title)), background, heading, *parts, "</svg>\n"])


class Bar:
    """One bar: its length, the ends of its whisker, what is written beside it, and its colour."""

    def __init__(self, label, value, least, most, text, colour):
        self.label, self.value, self.least, self.most = label, value, least, most
        self.text, self.colour = text, colour


def bars(title, panels):
    """
    Horizontal bars: panels are (name, bars, band), the band being what is no more than noise, from and
    to, or None. A bar without a value is its text alone, which says why. Each panel has its own scale.
    """
    parts, top = [], 30
    for name, group, band in panels:
        parts.append(words(10, top + 14, name, font_weight="bold"))
        top += ROW
        scale = (WIDTH - LABELS - VALUES) / (max([bar.most for bar in group if bar.value is not None] or [0]) or 1)
        if band:
            parts.append(element("rect", x=LABELS + band[0] * scale, y=float(top),
                                 width=max(1.0, (band[1] - band[0]) * scale),
                                 height=float(ROW * len(group)), fill=BAND))
        for bar in group:
            parts += one_bar(bar, top, scale)
            top += ROW
        top += ROW / 2
    return document(WIDTH, top + 5, title, parts)


def one_bar(bar, top, scale):
    parts = [words(LABELS - 6, top + 14, bar.label, text_anchor="end")]
    if bar.value is None:
        return parts + [words(LABELS + 4, top + 14, bar.text, font_style="italic")]
    middle, end = top + ROW / 2, LABELS + bar.most * scale
    return parts + [
        element("rect", x=float(LABELS), y=top + 4.0, width=bar.value * scale, height=ROW - 8.0,
                fill=bar.colour),
        line(LABELS + bar.least * scale, middle, end, middle, stroke=INK),
        words(end + 5, top + 14, bar.text),
    ]


def ticks(least, most):
    """Powers of ten, with 2 and 5 between them, that lie in a range of positive numbers."""
    first, last = math.floor(math.log10(least)), math.ceil(math.log10(most))
    return [step * 10.0 ** power for power in range(first, last + 1) for step in (1, 2, 5)
            if least * 0.999 <= step * 10.0 ** power <= most * 1.001]


class Axis:
    """A logarithmic axis: where a number lies on it."""

    def __init__(self, values, start, end):
        self.least, self.most = min(values), max(values)
        self.start, self.end = start, end

    def place(self, value):
        if self.most == self.least:
            return (self.start + self.end) / 2
        share = math.log(value / self.least) / math.log(self.most / self.least)
        return self.start + share * (self.end - self.start)


def lines(title, across, up, series):
    """
    Curves on two logarithmic axes, of which `across` and `up` are the names. Each of the series is
    (label, colour, {x: y}), without those y that are missing or zero.
    """
    points = [(x, y) for _, _, curve in series for x, y in curve.items() if y]
    height = max(PLOT_HEIGHT, 30 + MARGIN + 16 * len(series))
    if not points:
        return document(WIDTH, height, title, [words(20, 60, "nothing was measured")])
    right, bottom = WIDTH - 200, height - MARGIN
    horizontal = Axis([x for x, _ in points], MARGIN + 20, right)
    vertical = Axis([y for _, y in points], bottom, 45)
    parts = grid(horizontal, vertical, sorted({x for x, _ in points}), across, up)
    for number, (label, colour, curve) in enumerate(series):
        dash = DASHES[number % len(DASHES)]
        found = [(horizontal.place(x), vertical.place(y)) for x, y in sorted(curve.items()) if y]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in found)
        parts.append(element("polyline", points=path, fill="none", stroke=colour, stroke_width="2",
                             stroke_dasharray=dash or "none"))
        parts += [element("circle", cx=x, cy=y, r="3", fill=colour) for x, y in found]
        row = 52 + 16 * number
        parts.append(line(right + 14, row - 4, right + 40, row - 4, stroke=colour, stroke_width="2",
                          stroke_dasharray=dash or "none"))
        parts.append(words(right + 46, row, label, font_size="11"))
    return document(WIDTH, height, title, parts)


def grid(horizontal, vertical, xs, across, up):
    parts = [words(10, 36, up, font_size="11"),
             words(horizontal.end, vertical.start + 36, across, font_size="11", text_anchor="end")]
    for x in xs:
        place = horizontal.place(x)
        parts += [line(place, vertical.start, place, vertical.end, stroke=GRID),
                  words(place, vertical.start + 16, f"{x:,}", text_anchor="middle", font_size="11")]
    for y in ticks(vertical.least, vertical.most):
        place = vertical.place(y)
        parts += [line(horizontal.start, place, horizontal.end, place, stroke=GRID),
                  words(horizontal.start - 6, place + 4, f"{y:,.10g}", text_anchor="end", font_size="11")]
    return parts
