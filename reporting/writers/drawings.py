"""Charts as pictures that stand alone, with the words that go with them."""

import typst
from django.template.loader import render_to_string

from reporting.charts import Part
from reporting.document import LineChart, StackedChart

SWATCH, LETTER = 38, 7  # pixels for the swatch with its gaps, and for a letter
DOTS_PER_INCH = 150.0


def drawing(chart: StackedChart | LineChart) -> str:
    """The chart as a picture that stands alone (SVG)."""
    if isinstance(chart, StackedChart):
        context = {"chart": chart.drawing, "id": chart.key, "legend": _legend(chart.drawing.legend)}
        return render_to_string("reporting/stacked_bars.svg", context)
    return render_to_string("reporting/line_with_interval.svg", {"chart": chart.drawing})


def description_of(chart: StackedChart | LineChart) -> str:
    """What somebody who does not see the chart is told."""
    return f"{chart.title}. {chart.description} The figures are in the table beneath."


def as_png(chart: StackedChart | LineChart) -> bytes:
    """For programs that show no drawings."""
    page = b'#set page(width: auto, height: auto, margin: 4pt)\n#image(bytes(sys.inputs.svg), format: "svg")'
    png: bytes = typst.compile(page, sys_inputs={"svg": drawing(chart)}, format="png", ppi=DOTS_PER_INCH)
    return png


def _legend(parts: tuple[Part, ...]) -> list[tuple[int, Part]]:
    """Where each entry of the legend begins, one beside the other."""
    places, x = [], 0
    for part in parts:
        places.append((x, part))
        x += SWATCH + LETTER * len(part.label)
    return places
