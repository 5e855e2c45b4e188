"""Whether everybody can reach what a page shows: axe-core run in it."""

from __future__ import annotations

import json
from pathlib import Path

from playwright.sync_api import Page

AXE = Path(__file__).resolve().parents[2] / "node_modules/axe-core/axe.min.js"


def faults(page: Page) -> list[str]:
    """Return the serious and critical accessibility faults of the page, two places each at most."""
    # Over the debugger, so that the page's content security policy stays as it is.
    page.context.new_cdp_session(page).send("Runtime.evaluate", {"expression": AXE.read_text("utf-8")})
    found = json.loads(page.evaluate("axe.run().then(answer => JSON.stringify(answer.violations))"))
    return [
        f"{page.url} {item['id']}: {node['target']} {node['failureSummary'][:160]}"
        for item in found
        if item["impact"] in {"serious", "critical"}
        for node in item["nodes"][:2]
    ]
