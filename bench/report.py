"""Results as a text table, as Markdown and as an SVG plot. `results` is {tool: {workload: Cost}}, cooper first."""

import html
import math
import os
import platform
from pathlib import Path

COLOURS = ("#1f6f5c", "#c7842b", "#7a5ca8", "#b0413e", "#4b78b5")


def machine() -> str:
    model = next((line.split(":", 1)[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                  if line.startswith("model name")), platform.machine())
    memory = next(int(line.split()[1]) for line in Path("/proc/meminfo").read_text().splitlines()
                  if line.startswith("MemTotal:"))
    kernel = platform.release().split("-")[0]
    return f"{os.cpu_count()} cores of {model}, {memory / 1e6:.0f} GB, Linux {kernel}"


def rows(results):
    """The header, then a row for each workload, as text."""
    tools = list(results)
    yield ["workload", *(f"{tool} s" for tool in tools), *(f"{tool} MB" for tool in tools),
           *(f"{tool} / cooper" for tool in tools[1:])]
    for title in dict.fromkeys(title for tool in tools for title in results[tool]):
        costs = [results[tool].get(title) for tool in tools]
        row = [title, *(f"{cost.seconds:.3f}" if cost else "-" for cost in costs),
               *(f"{cost.peak_megabytes:.0f}" if cost else "-" for cost in costs)]
        yield row + [f"{cost.seconds / costs[0].seconds:.1f}" if cost and costs[0] else "-" for cost in costs[1:]]


def text_table(results) -> str:
    lines = list(rows(results))
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in lines)


def markdown_table(results) -> str:
    header, *body = rows(results)
    lines = ["| " + " | ".join(header) + " |", "|---" + "|---:" * (len(header) - 1) + "|"]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in body])


def plot(results) -> str:
    """Horizontal bars, seconds on a logarithmic scale."""
    tools = list(results)
    titles = list(dict.fromkeys(title for tool in tools for title in results[tool]))
    left, width, bar = 270, 560, 13
    group = bar * len(tools) + 12
    height = 50 + group * len(titles)
    low = math.floor(math.log10(min(cost.seconds for costs in results.values() for cost in costs.values())))
    high = math.ceil(math.log10(max(cost.seconds for costs in results.values() for cost in costs.values())))

    def place(seconds: float) -> float:
        return left + width * (math.log10(seconds) - low) / max(high - low, 1)

    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + width + 70}" height="{height}" '
           'font-family="sans-serif" font-size="12">', '<rect width="100%" height="100%" fill="#ffffff"/>']
    for power in range(low, high + 1):
        x = place(10.0 ** power)
        out.append(f'<line x1="{x:.1f}" y1="30" x2="{x:.1f}" y2="{height - 10}" stroke="#dddddd"/>'
                   f'<text x="{x:.1f}" y="24" text-anchor="middle" fill="#555555">{10.0 ** power:g} s</text>')
    for number, tool in enumerate(tools):
        colour = COLOURS[number % len(COLOURS)]
        out.append(f'<rect x="{10 + 90 * number}" y="6" width="10" height="10" fill="{colour}"/>'
                   f'<text x="{24 + 90 * number}" y="15">{html.escape(tool)}</text>')
    for line, title in enumerate(titles):
        top = 38 + group * line
        out.append(f'<text x="{left - 8}" y="{top + bar * len(tools) / 2 + 4:.1f}" text-anchor="end">'
                   f'{html.escape(title)}</text>')
        for number, tool in enumerate(tools):
            cost = results[tool].get(title)
            if cost is None:
                continue
            y, end = top + bar * number, place(cost.seconds)
            out.append(f'<rect x="{left}" y="{y}" width="{max(end - left, 1):.1f}" height="{bar - 2}" '
                       f'fill="{COLOURS[number % len(COLOURS)]}"/>'
                       f'<text x="{end + 4:.1f}" y="{y + bar - 3}" font-size="10" fill="#333333">{cost.seconds:.3g}</text>')
    return "\n".join(out) + "\n</svg>\n"


def put_between(text: str, name: str, content: str) -> str:
    """`text` with `content` between the comments <!-- name --> and <!-- /name -->, which must be there."""
    begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    before, rest = text.split(begin, 1)
    _, after = rest.split(end, 1)
    return f"{before}{begin}\n{content}\n{end}{after}"
