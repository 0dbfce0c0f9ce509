"""Draws the chart of docs/speed.svg from a record of whole scans.

    python3 benches/chart.py [benches/record/scan-….json]

Without an argument it takes the newest record. The chart has colours for light and for dark pages, and its own background.
"""

from __future__ import annotations

import json
import sys
from html import escape
from math import log10
from pathlib import Path
from typing import Any, Dict, List, Optional

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "docs" / "speed.svg"

# Who is shown, and the beginning of its name in the record; the quickest of several is taken.
BARS = [("parse", "parse"), ("re", "re"), ("polars", "polars"), ("regex crate", "regex,"), ("parsimd", "parsimd {isa}")]

LEFT, WIDTH, TOP = 96, 760, 62
BAR, GAP, GROUP = 9, 2, 16
LEAST, MOST = 1, 10_000  # megabytes per second

STYLE = """
.page { fill: #ffffff } text { fill: #1f2328; font: 11px system-ui, sans-serif } .title { font-size: 14px; font-weight: 600 }
.quiet { fill: #59636e } .line { stroke: #d1d9e0 } .name { font-weight: 600 } .small { font-size: 9px }
.b0 { fill: #8c959f } .b1 { fill: #b08800 } .b2 { fill: #1b7c83 } .b3 { fill: #8250df } .b4 { fill: #cf222e }
@media (prefers-color-scheme: dark) {
.page { fill: #0d1117 } text { fill: #f0f6fc } .quiet { fill: #9198a1 } .line { stroke: #3d444d }
.b0 { fill: #7d8590 } .b1 { fill: #d29922 } .b2 { fill: #39c5cf } .b3 { fill: #a371f7 } .b4 { fill: #ff7b72 }
}
"""


def speed(log: Dict[str, Any], name: str) -> Optional[float]:
    """The greatest speed of those in a log whose name is `name`, or begins with it where it ends in a comma."""
    found = [row["megabytes per second"] for row in log["rows"] if row["name"] == name or name.endswith(",") and row["name"].startswith(name)]
    return max(found, default=None)


def place(value: float) -> float:
    """Where a speed stands, in pixels from the left."""
    share = log10(min(max(value, LEAST), MOST) / LEAST) / log10(MOST / LEAST)
    return LEFT + share * (WIDTH - LEFT - 64)


def chart(record: Dict[str, Any]) -> str:
    bars = [(shown, name.format(isa=record["isa"])) for shown, name in BARS]
    group = len(bars) * (BAR + GAP) + GROUP
    bottom = TOP + len(record["logs"]) * group
    parts: List[str] = []
    for power in range(int(log10(LEAST)), int(log10(MOST)) + 1):
        x = place(10**power)
        label = f"{10**power} MB/s" if power < 3 else f"{10 ** (power - 3)} GB/s"
        parts.append(f'<line class="line" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP - 6}" y2="{bottom - GROUP + 4}"/>')
        parts.append(f'<text class="quiet" x="{x:.1f}" y="{bottom + 6}" text-anchor="middle">{label}</text>')
    x = float(LEFT)
    for number, (shown, _) in enumerate(bars):
        parts.append(f'<rect class="b{number}" x="{x:.0f}" y="34" width="10" height="10"/><text x="{x + 14:.0f}" y="43">{escape(shown)}</text>')
        x += 34 + 6.5 * len(shown)
    for row, log in enumerate(record["logs"]):
        y = TOP + row * group
        middle = y + (group - GROUP) / 2 + 4
        parts.append(f'<text class="name" x="{LEFT - 8}" y="{middle:.1f}" text-anchor="end">{escape(log["name"])}</text>')
        for number, (shown, name) in enumerate(bars):
            value = speed(log, name)
            if value is None:
                sys.exit(f"the record has no {name} for {log['name']}")
            wide = place(value) - LEFT
            figure = f"{value:.0f}" if value >= 10 else f"{value:.1f}"
            parts.append(f'<rect class="b{number}" x="{LEFT}" y="{y}" width="{wide:.1f}" height="{BAR}"/>')
            parts.append(f'<text class="quiet small" x="{LEFT + wide + 4:.1f}" y="{y + BAR - 1}">{figure}</text>')
            y += BAR + GAP
    height = bottom + 34
    machine = record["machine"].split(";")[0]
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img">
<title>Megabytes a second of whole scans, on a scale of powers of ten: {escape(", ".join(shown for shown, _ in bars))}</title>
<style>{STYLE}</style>
<rect class="page" width="100%" height="100%"/>
<text class="title" x="{LEFT}" y="20">Lines in, typed columns out: MB/s on one thread, on a scale of powers of ten</text>
{chr(10).join(parts)}
<text class="quiet" x="{LEFT}" y="{bottom + 26}">{escape(machine)}; parsimd on {escape(record["isa"])}</text>
</svg>
"""


def main() -> None:
    records = sorted((ROOT / "benches" / "record").glob("scan-*.json"), key=lambda path: path.stem[-10:])
    if len(sys.argv) < 2 and not records:
        sys.exit("there is no record: python benches/python/peers.py --record makes one")
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else records[-1]
    OUT.write_text(chart(json.loads(path.read_text(encoding="utf-8"))), encoding="utf-8")
    print(f"{path.name} drawn in {OUT.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
