# SPDX-License-Identifier: EUPL-1.2
"""The story's paper: tables, lines and quotes, on the terminal and as one HTML page.

A beat is a title and a list of blocks; both renderers take the same blocks, so that the page and the
screen cannot tell different stories. Text is plain; a Cell may be grey (cut, with its reason).
"""

import html
import os
import shutil
import textwrap
from dataclasses import dataclass, field


@dataclass
class Cell:
    """Text of one table cell; grey where something was cut, with the reason below it."""

    text: str = ""
    cut: str = ""  # the reason, "" where nothing was cut


@dataclass
class Table:
    heads: list
    rows: list  # of lists of Cell, one a column
    labels: list = field(default_factory=list)  # one a row


@dataclass
class Lines:
    lines: list
    style: str = "plain"  # plain | strong | good | bad | grey


@dataclass
class Quote:
    source: str
    text: str


@dataclass
class Picture:
    """A file beside the page, and what it shows."""

    path: str
    text: str


@dataclass
class Beat:
    title: str
    intro: str
    blocks: list


class Terminal:
    """Writes beats to standard output, at most the window's width (80 where there is none)."""

    STYLES = {"plain": "", "strong": "1", "good": "32", "bad": "31", "grey": "90", "head": "1;36"}

    def __init__(self, stream):
        self.stream = stream
        self.colour = stream.isatty() or os.environ.get("DEMO_COLOUR") == "1"
        self.width = min(shutil.get_terminal_size((100, 24)).columns, 132)

    def paint(self, text, style):
        code = self.STYLES[style]
        return f"\033[{code}m{text}\033[0m" if self.colour and code else text

    def line(self, text="", style="plain"):
        self.stream.write(self.paint(text, style) + "\n")

    def beat(self, number, beat):
        self.line()
        self.line(f"{number}. {beat.title}", "head")
        self.line("=" * min(self.width, len(beat.title) + 3), "head")
        for text in textwrap.wrap(beat.intro, self.width):
            self.line(text)
        for block in beat.blocks:
            self.line()
            getattr(self, "show_" + type(block).__name__.lower())(block)
        self.stream.flush()

    def show_lines(self, block):
        for text in block.lines:
            for part in textwrap.wrap(text, self.width, subsequent_indent="  ") or [""]:
                self.line(part, block.style)

    def show_quote(self, block):
        self.line(block.source, "strong")
        for line in block.text.splitlines():
            for text in textwrap.wrap(line, self.width - 4) or [""]:
                self.line("  | " + text)

    def show_picture(self, block):
        self.line(f"{block.text}: {block.path}")

    def show_table(self, block):
        width = (self.width - 3 * (len(block.heads) - 1)) // len(block.heads)
        self.line(" | ".join(head[:width].ljust(width) for head in block.heads), "strong")
        self.line("-+-".join("-" * width for _ in block.heads), "grey")
        for label, row in zip(block.labels, block.rows):
            self.row(label, row, width)

    def row(self, label, row, width):
        columns = []
        for cell in row:
            text = f"{label}: {cell.text}" if cell.text else f"{label}: [{cell.cut}]"
            if cell.text and cell.cut:
                text += f" [{cell.cut}]"
            columns.append(textwrap.wrap(text, width) or [""])
        for i in range(max(len(column) for column in columns)):
            parts = []
            for cell, column in zip(row, columns):
                text = (column[i] if i < len(column) else "").ljust(width)
                parts.append(self.paint(text, "grey" if cell.cut else "plain"))
            self.line(" | ".join(parts))


STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; color: #1b1b1b; }
h1 { font-size: 1.6rem } h2 { margin-top: 2.5rem; border-bottom: 2px solid #154273; color: #154273 }
table { border-collapse: collapse; width: 100%; table-layout: fixed } th, td { text-align: left; vertical-align: top;
padding: .4rem .6rem; border-bottom: 1px solid #ccc; overflow-wrap: anywhere } th { background: #eef3f8 }
td .label { font-weight: 600 } td.cut { color: #595959; background: #f3f3f3; font-style: italic }
blockquote { border-left: 4px solid #154273; margin: 1rem 0; padding: .2rem 1rem; background: #f7f9fb }
pre { white-space: pre-wrap; font: inherit; margin: .6rem 0 } .good { color: #1d6b2a } .bad { color: #a3001f }
figure { margin: 1.5rem 0 } img { max-width: 100%; border: 1px solid #ccc }
.strong { font-weight: 600 } .grey { color: #595959 } .warn { background: #fff4c2; padding: .5rem 1rem }
"""


class Page:
    """Collects the same beats as one HTML page without scripts or outside references."""

    def __init__(self, title, language, warning):
        self.parts = [
            f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{html.escape(title)}</title><style>{STYLE}</style></head><body>",
            f'<h1>{html.escape(title)}</h1><p class="warn">{html.escape(warning)}</p>',
        ]

    def beat(self, number, beat):
        self.parts.append(f"<h2>{number}. {html.escape(beat.title)}</h2><p>{html.escape(beat.intro)}</p>")
        for block in beat.blocks:
            getattr(self, "show_" + type(block).__name__.lower())(block)

    def show_lines(self, block):
        self.parts.append(f'<pre class="{block.style}">{html.escape(chr(10).join(block.lines))}</pre>')

    def show_quote(self, block):
        self.parts.append(
            f"<p class=strong>{html.escape(block.source)}</p><blockquote><pre>{html.escape(block.text)}</pre></blockquote>"
        )

    def show_picture(self, block):
        name = html.escape(os.path.basename(block.path))
        self.parts.append(f'<figure><a href="{name}"><img src="{name}" alt="{html.escape(block.text)}"></a>'
                          f"<figcaption>{html.escape(block.text)}</figcaption></figure>")

    def show_table(self, block):
        heads = "".join(f'<th scope="col">{html.escape(head)}</th>' for head in block.heads)
        rows = []
        for label, row in zip(block.labels, block.rows):
            cells = []
            for cell in row:
                text = html.escape(cell.text)
                if cell.cut:
                    text += (" " if text else "") + f"[{html.escape(cell.cut)}]"
                kind = ' class="cut"' if cell.cut else ""
                cells.append(f'<td{kind}><span class="label">{html.escape(label)}</span>: {text}</td>')
            rows.append("<tr>" + "".join(cells) + "</tr>")
        self.parts.append(f"<table><thead><tr>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table>")

    def write(self, path):
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(self.parts) + "\n</body></html>\n")
