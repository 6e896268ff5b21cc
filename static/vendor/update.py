"""Vendor govuk-frontend from an unpacked npm package, without what a council may not use.

Usage: npm pack govuk-frontend@6 && tar xf govuk-frontend-*.tgz && python static/vendor/update.py package

GDS Transport and the crest may only be used on the central government website, and nothing here needs
Node at run time. So the fonts, the crest and the source-map references (which manifest storage would try
to resolve) are taken out, and the text falls back on fonts every machine has.
"""

import json
import re
import sys
from pathlib import Path

TARGET = Path(__file__).parent / "govuk-frontend"
SYSTEM_FONTS = "Arial,Helvetica,sans-serif"
FORBIDDEN = ("GDS Transport", "@font-face", "url(", "sourceMappingURL", "govuk-crest")


def without_source_map(text: str) -> str:
    """Drop the trailing source-map comment of CSS or JavaScript."""
    return (
        re.sub(r"(/\*#\s*sourceMappingURL=[^*]*\*/|//#\s*sourceMappingURL=\S*)\s*", "", text).rstrip() + "\n"
    )


def clean_css(css: str) -> str:
    """The stylesheet with system fonts and without web fonts and images."""
    css = re.sub(r"@font-face\{[^}]*\}", "", css)
    css = re.sub(r'"?GDS Transport"?,arial,sans-serif', SYSTEM_FONTS, css)
    css = re.sub(r"[^{}]*\{[^{}]*govuk-crest[^{}]*\}", "", css)
    return without_source_map(css)


def main(package: Path) -> None:
    """Copy what we use; raise SystemExit when something forbidden is left in it."""
    dist = package / "dist" / "govuk"
    css = clean_css((dist / "govuk-frontend.min.css").read_text(encoding="utf-8"))
    script = without_source_map((dist / "govuk-frontend.min.js").read_text(encoding="utf-8"))
    left = [word for word in FORBIDDEN if word in css]
    if left:
        raise SystemExit(f"govuk-frontend.min.css still contains {', '.join(left)}: mend clean_css()")
    TARGET.mkdir(exist_ok=True)
    (TARGET / "govuk-frontend.min.css").write_text(css, encoding="utf-8")
    (TARGET / "govuk-frontend.min.js").write_text(script, encoding="utf-8")
    version = json.loads((package / "package.json").read_text(encoding="utf-8"))["version"]
    (TARGET / "VERSION").write_text(f"{version}\n", encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("Give the folder of the unpacked npm package: update.py package")
    main(Path(sys.argv[1]))
