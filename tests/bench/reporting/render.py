"""Writes what was measured: tables as text and as Markdown, plots, and a summary for README."""
# SPDX-License-Identifier: Apache-2.0
import plot
import tables
import ways
from noise import per_cent
from results import MEASURES

COLOURS = {way.name: way.colour for way in ways.WAYS}
# A bar that is longer says how much in words.
LONGEST = 2.5
BARS = ("calls", "instructions", "pss", "dirty", "serving", "start", "slowest")
CURVES = ("rate", "p99")


def label(case):
    workload, connections = case
    if connections is None:
        return workload or "a small program"
    return f"{workload}, {connections} connection{'s' if connections > 1 else ''}"


def sheets(results, measure):
    """Cases that belong into one table: of one workload, or all that have no number of connections."""
    found = {}
    for case in results.cases(measure):
        workload, connections = case
        found.setdefault(workload if connections else None, []).append(case)
    return found.items()


def value_text(results, measure, case, way):
    spread = results.spread(measure, case, way)
    if spread is None:
        return "-"
    if not measure.judged:
        return str(int(sum(value or 0 for value in results.values(measure, case, way))))
    if spread.rounds == 1:
        return tables.number(spread.median, 4)
    return f"{tables.number(spread.median)} ({tables.number(spread.least)}–{tables.number(spread.most)})"


def verdict_text(results, measure, case, way):
    if results.spread(measure, case, way) is None:
        return "see below"
    if way == ways.BARE:
        noise = results.noise(measure, case)
        return "" if noise is None else f"noise: ±{per_cent(noise)}"
    verdict = results.verdict(measure, case, way)
    return "" if verdict is None else str(verdict)


def sheet(results, measure, cases):
    """A header and rows: of each case the value and what is to be said of it."""
    header = ["", *(word for case in cases for word in (label(case), "beside bare"))]
    rows = [[way, *(text(results, measure, case, way) for case in cases for text in (value_text, verdict_text))]
            for way in results.ways()]
    return header, rows


def notes(results, measure, cases):
    """Why a way has no value, a line for each reason; the cases are named where it has others."""
    found = {}
    for way in results.ways():
        for case in cases:
            if results.spread(measure, case, way) is None:
                found.setdefault((way, results.reason(measure, case, way)), []).append(case)
    return "".join(f"- {way}{'' if missing == cases else ', ' + '; '.join(map(label, missing))}: {reason}\n"
                   for (way, reason), missing in found.items())


def report(results, form, heading):
    """All tables in one form."""
    parts = ["\n".join(results.about) + "\n"]
    for measure in results.measured():
        for workload, cases in sheets(results, measure):
            title = measure.heading + (f": {workload}" if workload else "")
            parts.append(f"{heading}{title}\n\n{form(*sheet(results, measure, cases))}")
            parts += filter(None, [notes(results, measure, cases)])
    return "\n".join(parts)


# Plots

def cost_bars(results, measure, case):
    """Of each way: what it costs beside bare, with what the rounds differ by, and the band of noise."""
    group = []
    for way in results.ways():
        verdict = results.verdict(measure, case, way)
        if verdict is None:
            group.append(plot.Bar(way, None, 0, 0, shorten(results.reason(measure, case, way)), INK))
            continue
        cost, least, most = (min(LONGEST, each) for each in
                             (verdict.cost.median, verdict.cost.least, verdict.cost.most))
        value = tables.number(results.spread(measure, case, way).median)
        text = f"{value}, {verdict}" if verdict.told or not verdict.enough else f"{value}, within noise"
        group.append(plot.Bar(way, cost, least, most, text, COLOURS[way]))
    noise = min(1, results.noise(measure, case) or 0)
    return label(case), group, (max(0, 1 - noise), min(LONGEST, 1 + noise))


INK = "#222"


def shorten(text, most=90):
    return text if len(text) <= most else text[:most - 1] + "…"


def usual(cases):
    """Of each workload one case: that with 16 connections, or the most below."""
    found = {}
    for workload, connections in cases:
        known = found.get(workload)
        if connections is None or known is None or known < connections <= 16:
            found[workload] = connections
    return list(found.items())


def bar_plot(results, measure, cases, title):
    return plot.bars(f"{title} (1 = bare; the band is noise)", [cost_bars(results, measure, case) for case in cases])


def plots(results):
    """{name of file: SVG}"""
    rate = MEASURES["rate"]
    found = {}
    if results.cases(rate):
        found["cost.svg"] = bar_plot(results, rate, usual(results.cases(rate)), "CPU time of a request beside bare")
    for measure in results.measured():
        cases = results.cases(measure)
        if measure.key in BARS:
            found[f"{measure.key}.svg"] = bar_plot(results, measure, cases, measure.heading)
        if measure.key in CURVES:
            for workload, of_workload in sheets(results, measure):
                if len(of_workload) > 1:
                    name = f"{measure.key}-{workload.split()[0].lower()}.svg"
                    found[name] = curves(results, measure, workload, of_workload)
    return found


def curves(results, measure, workload, cases):
    series = []
    for way in results.ways():
        spreads = {case[1]: results.spread(measure, case, way) for case in cases}
        series.append((way, COLOURS[way], {x: spread.median for x, spread in spreads.items() if spread}))
    return plot.lines(f"{measure.title}: {workload}", "connections", measure.unit, series)
