"""Bring the browser's chart library up to date: one module with Vega, Vega-Lite and Vega-Embed, served by ourselves.

    pip install vl-convert-python && python tools/vega.py

The version of Vega-Lite has to be the one whose charts Altair writes: `altair.SCHEMA_VERSION`.
"""

from pathlib import Path

TARGET = Path(__file__).parent.parent / "src/hubbub/web/static/hubbub/vendor/vega.js"


def main() -> None:
    """Write the module anew."""
    import altair
    import vl_convert

    version = ".".join(altair.SCHEMA_VERSION.lstrip("v").split(".")[:2])
    bundle = vl_convert.javascript_bundle("export { vegaEmbed as embed };", vl_version=version)
    head = (
        f"/* Vega-Lite {version} with Vega and Vega-Embed; BSD-3-Clause, see LICENSE.vega. Made by tools/vega.py. */\n"
    )
    TARGET.write_text(head + bundle)


if __name__ == "__main__":
    main()
