"""Accessibility, as axe-core 4.12 (in axe-playwright-python) judges a page in the state that it shows now."""

from importlib.resources import files

from playwright.sync_api import Page

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")

# WCAG 2.0 to 2.2, levels A and AA, and what is good practice besides.
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = "tags => axe.run(document, {runOnly: tags}).then(result => result.violations)"


def violations(page: Page) -> list[str]:
    """What is wrong with the page, one line for each rule: its name, what it asks, and where it is broken."""
    page.evaluate(AXE)
    return [
        f"{rule['id']}: {rule['help']} ({', '.join(str(node['target']) for node in rule['nodes'])})"
        for rule in page.evaluate(RUN, TAGS)
    ]
