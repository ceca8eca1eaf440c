"""Tables in two forms: as text for a terminal, and as Markdown."""
# SPDX-License-Identifier: Apache-2.0


def text(header, rows):
    """Columns as wide as their widest cell, the first flush left."""
    widths = [max(map(len, column)) for column in zip(header, *rows)]
    lines = [[cell.ljust(width) if index == 0 else cell.rjust(width)
              for index, (cell, width) in enumerate(zip(row, widths))]
             for row in (header, ["-" * width for width in widths], *rows)]
    return "".join(f"  {'  '.join(line)}".rstrip() + "\n" for line in lines)


def markdown(header, rows):
    """The same for a document; numbers are flush right."""
    lines = [header, ["---", *("---:" for _ in header[1:])], *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def number(value, digits=3):
    """With that many digits that say something, and thousands set apart: 0.123, 12.3, 1,234."""
    if value == 0:
        return "0"
    before = len(f"{abs(value):.0f}") if abs(value) >= 1 else 0
    return f"{value:,.{max(0, digits - before)}f}"
