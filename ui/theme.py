"""One visual language: the palette, type and spacing behind Streamlit's theme and the components' CSS.

Contrast: text on its background is at least 4.5 to 1 in both modes, edges of controls at least 3 to 1
(tests/ui/test_theme.py computes it). Everything that is drawn comes from here or from Streamlit's own files;
nothing is loaded from outside.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st
from labeler_ui.words import t

from labeler.tasks.colors import PALETTE, color_of

LIGHT = {
    "accent": "#4f46e5",
    "background": "#ffffff",
    "surface": "#f5f6fb",
    "text": "#1b2133",
    "muted": "#596277",
    "border": "#d9dde8",
    "edge": "#858ea3",
    "link": "#4338ca",
    "good": "#0f766e",
    "warn": "#9a5b00",
    "bad": "#b42318",
    "danger": "#b42318",
}
DARK = {
    "accent": "#6062e6",
    "background": "#11141d",
    "surface": "#1a1f2c",
    "text": "#e9ecf5",
    "muted": "#a3acc2",
    "border": "#2f3648",
    "edge": "#6f7a94",
    "link": "#a5b4fc",
    "good": "#5eead4",
    "warn": "#fbbf6b",
    "bad": "#fda29b",
    "danger": "#d92d20",
}
CHART_COLORS = list(PALETTE)
# Ten steps for heat maps, by mode: the first is near the background, so that nothing is seen as nothing.
SEQUENTIAL = {
    "light": [
        "#eef0ff", "#dfe3ff", "#c7cdfe", "#aab2fb", "#8f97f6",
        "#767bef", "#6161e4", "#4f4acb", "#413da6", "#333183",
    ],
    "dark": [
        "#1a1e2d", "#212644", "#292e5c", "#323874", "#3c428d",
        "#474da7", "#5459c4", "#6a6fe0", "#8f95f5", "#b9befd",
    ],
}  # fmt: skip
# Of the figures on a heat map, by mode: up to which share which color is read, and which above it.
ON_HEAT = {"light": (0.59, "#1b2133", "#ffffff"), "dark": (0.77, "#ffffff", "#11141d")}

# Boxes around an input that clip what it draws outside itself: they show the focus for it.
BOXED = (
    ':is([data-testid="stTextInputRootElement"], [data-testid="stNumberInputContainer"], '
    '[data-testid="stTextAreaRootElement"], [data-testid="stSelectbox"] [role="group"], '
    '[data-testid="stMultiSelect"] [role="group"])'
)


def _mode_options(mode: str, palette: dict[str, str], charts: list[str]) -> dict[str, Any]:
    options = {
        "primaryColor": palette["accent"],
        "backgroundColor": palette["background"],
        "secondaryBackgroundColor": palette["surface"],
        "textColor": palette["text"],
        "borderColor": palette["border"],
        "dataframeBorderColor": palette["border"],
        "dataframeHeaderBackgroundColor": palette["surface"],
        "linkColor": palette["link"],
        "greenTextColor": palette["good"],
        "orangeTextColor": palette["warn"],
        "redTextColor": palette["bad"],
        "grayTextColor": palette["muted"],
        "grayBackgroundColor": palette["surface"],
        "chartCategoricalColors": charts,
        "chartSequentialColors": SEQUENTIAL[mode],
    }
    sidebar = {"backgroundColor": palette["surface"], "secondaryBackgroundColor": palette["background"]}
    return {f"theme.{mode}.{key}": value for key, value in options.items()} | {
        f"theme.{mode}.sidebar.{key}": value for key, value in sidebar.items()
    }


def streamlit_options() -> dict[str, Any]:
    """Streamlit's configuration for this site: option name -> value. Light and dark follow the browser."""
    return {
        "browser.gatherUsageStats": False,
        "client.showErrorDetails": "none",
        "client.showErrorLinks": False,
        "client.toolbarMode": "minimal",
        # A field drawn twice before the browser has seen it shows its default: that is given the value, too.
        "global.disableWidgetStateDuplicationWarning": True,
        # One run of a page at a time: two at once draw into each other ("Bad delta path"), and forget what was pressed.
        "runner.fastReruns": False,
        "runner.magicEnabled": False,
        "server.fileWatcherType": "none",
        "server.headless": True,
        "server.runOnSave": False,
        "theme.baseFontSize": 16,
        "theme.baseRadius": "0.625rem",
        "theme.buttonRadius": "0.625rem",
        "theme.headingFontSizes": ["1.75rem", "1.12rem", "1.05rem", "1rem", "0.95rem", "0.9rem"],
        "theme.headingFontWeights": [650, 600, 600, 600, 600, 600],
        "theme.linkUnderline": False,
        "theme.metricValueFontSize": "1.7rem",
        "theme.showWidgetBorder": True,
        "theme.showSidebarBorder": True,
        **_mode_options("light", LIGHT, CHART_COLORS),
        **_mode_options("dark", DARK, CHART_COLORS),
    }


def component_css() -> str:
    """CSS variables for a component's shadow root. They follow Streamlit's own, so light and dark follow too.

    `light-dark()` needs a color scheme; Streamlit sets none, so the components set the attribute `data-mode`
    from the background's lightness.
    """

    def variables(palette: dict[str, str]) -> str:
        return " ".join(f"--lb-{name}: {value};" for name, value in palette.items())

    return f"""
.lb {{ {variables(LIGHT)} color-scheme: light;
  --lb-font: var(--st-font, "Source Sans", system-ui, sans-serif); --lb-code: var(--st-code-font, monospace);
  --lb-radius: 0.625rem; --lb-gap: 1rem; font-family: var(--lb-font); color: var(--lb-text); font-size: 1rem;
  line-height: 1.5; text-align: start; }}
.lb[data-mode="dark"] {{ {variables(DARK)} color-scheme: dark; }}
"""


def page_css() -> str:
    """What Streamlit's theme options can't say: widths, focus, the chrome that an end user does not need."""
    away = t("No connection to the service. The page goes on by itself when it is back.")
    return f"""<style>
:root {{ --lb-accent: {LIGHT["accent"]}; --lb-bad: {LIGHT["bad"]}; --lb-danger: {LIGHT["danger"]}; }}
@media (prefers-color-scheme: dark) {{ :root {{ --lb-bad: {DARK["bad"]}; --lb-danger: {DARK["danger"]}; }} }}
[class*="st-key-danger-"] button:not(:disabled) {{ color: var(--lb-bad) !important; }}
[class*="st-key-danger-"] button:not(:disabled):hover {{ border-color: var(--lb-bad) !important;
  background: color-mix(in srgb, var(--lb-bad) 12%, transparent) !important; }}
[class*="st-key-danger-"] button[data-testid^="stBaseButton-primary"]:not(:disabled) {{ color: #fff !important;
  background: var(--lb-danger) !important; border-color: var(--lb-danger) !important; }}
[class*="st-key-danger-"] button[data-testid^="stBaseButton-primary"]:not(:disabled):hover {{
  filter: brightness(0.9); }}
[data-testid="stMainBlockContainer"] {{ max-width: 74rem; padding: 2.25rem 2rem 4rem; }}
[data-testid="stAppDeployButton"], [data-testid="stMainMenu"], [data-testid="stDecoration"],
[data-testid="stStatusWidget"] {{ display: none !important; }}
[data-testid="stHeader"] {{ pointer-events: none; }}
[data-testid="stApp"]:has([data-testid="stSidebar"][data-collapsed="false"]) [data-testid="stHeader"] {{
  background: transparent; }}
[data-testid="stHeader"] * {{ pointer-events: auto; }}
[data-testid="stSidebarUserContent"] {{ padding-bottom: 1rem; }}
[data-testid="stSidebarUserContent"] > div > [data-testid="stVerticalBlock"] {{ gap: 0.55rem; }}
.st-key-myself {{ border-top: 1px solid rgb(128 136 155 / 30%); padding-top: 0.5rem; flex-wrap: nowrap; }}
.st-key-myself > :first-child {{ flex: 1; min-width: 0; }}
:where(a, button, input, textarea, select, summary, [tabindex]):focus-visible {{
  outline: 3px solid var(--lb-accent) !important; outline-offset: 2px !important; }}
{BOXED} :is(input, textarea):focus-visible {{ outline: none !important; }}
{BOXED}:has(:is(input, textarea):focus-visible) {{ outline: 3px solid var(--lb-accent); outline-offset: 2px; }}
:is([data-testid="stText"] *, [data-testid="stMarkdownContainer"] :is(p, li), .lb-guideline :is(p, li, h1, h2, h3),
.lb-diff td) {{ unicode-bidi: plaintext; }}
[data-testid="stMetricValue"] {{ font-variant-numeric: tabular-nums; }}
[data-testid="stMetricLabel"] {{ opacity: 1; }}
[data-testid="stMetricDelta"], [data-testid="stMetricDelta"] * {{ white-space: normal !important; height: auto; }}
[data-testid="stCaptionContainer"] {{ color: inherit !important; opacity: 0.76; }}
[data-testid="stHeading"] h1 {{ padding-bottom: 0.25rem; }}
[class*="st-key-forget-"], [class*="st-key-keeper-"]:has([data-testid="keeper"][hidden]) {{ position: absolute; }}
[class*="st-key-live-"] [data-stale="true"] {{ opacity: 1 !important; }}
[data-testid="stFileUploaderDropzoneInstructions"] * {{ white-space: normal !important; }}
[class*="st-key-job-"] {{ border-bottom: 1px solid rgb(128 136 155 / 25%); padding-bottom: 0.6rem; }}
[class*="st-key-job-"]:has(> [class*="st-key-short-"]) {{ padding-bottom: 0.3rem; }}
[class*="st-key-live-"] > :is([class*="st-key-job-"], [class*="st-key-fold-"]):has(> [class*="st-key-short-"]) {{
  margin-bottom: -0.7rem; }}
[class*="st-key-fold-"] {{ border-bottom: 1px solid rgb(128 136 155 / 25%); padding-bottom: 0.3rem; }}
[class*="st-key-fold-"] [class*="st-key-job-"] {{ border-bottom: 0; padding-left: 1.5rem; }}
[class*="st-key-short-"] button {{ min-height: 2.25rem; padding-block: 0.1rem; }}
.st-key-log-out button {{ padding-inline: 0.5rem; }}
[data-testid="stSidebar"] [data-testid="stCaptionContainer"] {{ margin-bottom: -1.5rem; font-weight: 600; }}
[data-testid="stTab"][aria-selected="true"], [data-testid="stTab"][aria-selected="true"] *,
[data-testid="stButtonGroup"] button[data-selected="true"] * {{
  color: inherit !important; }}
[data-testid="stTab"][aria-selected="true"] {{ font-weight: 600; }}
[data-testid="stButtonGroup"] button[data-selected="true"] {{ color: inherit !important; font-weight: 600; }}
[data-testid="stMarkdownContainer"] p a {{ text-decoration: underline !important; }}
[data-testid="stMarkdownContainer"] table {{ display: block; overflow-x: auto; max-width: 100%; }}
@media (max-width: 640px) {{ [data-testid="stMarkdownContainer"] :is(td, th):not(:first-child) {{ min-width: 8rem; }} }}
[data-testid="stApp"]:is([data-test-connection-state="PINGING_SERVER"],
[data-test-connection-state="DISCONNECTED_FOREVER"]):not(:has([data-testid="card"]))::after {{
  content: "{away}"; position: fixed;
  inset: auto 1rem 1rem; margin: auto; width: fit-content; max-width: calc(100% - 4rem); padding: 0.7rem 1.1rem;
  border-radius: 0.625rem; z-index: 999999; background: {LIGHT["text"]}; color: #fff; animation: lb-late 2s step-end; }}
@keyframes lb-late {{ from {{ opacity: 0; }} }}
[class*="st-key-guideline-"] textarea, .st-key-guideline-preview, :has(> .st-key-guideline-preview) {{
  --tall: clamp(16rem, calc(100vh - 27rem), 44rem);
  height: var(--tall) !important; flex-basis: var(--tall) !important; }}
[class*="st-key-once-"] [data-testid="stCodeCopyButton"] {{ opacity: 1 !important; transform: none !important; }}
.lb-guideline {{ line-height: 1.65; overflow-wrap: anywhere; }}
.lb-guideline h1 {{ font-size: 1.4rem; padding: 0.25rem 0 0.5rem; }}
.lb-guideline h2 {{ font-size: 1.15rem; padding: 0.75rem 0 0.25rem; }}
.lb-guideline h3 {{ font-size: 1.02rem; }}
.lb-changes {{ display: grid; gap: 0.5rem; max-height: 22rem; overflow: auto; }}
.lb-change {{ border-left: 4px solid rgb(128 136 155 / 60%); padding: 0.3rem 0.8rem; }}
.lb-change > b {{ font-size: 0.82rem; opacity: 0.75; }}
.lb-change :is(p, ul, ol, h1, h2, h3) {{ margin: 0; padding: 0; font-size: 1rem; }}
.lb-change > :is(del, ins) {{ display: block; text-decoration: none; padding: 0.1rem 0.4rem; border-radius: 0.3rem; }}
.lb-change > del {{ background: rgb(220 60 50 / 13%); text-decoration: line-through; }}
.lb-change > ins {{ background: rgb(15 150 120 / 15%); }}
.lb-diff {{ overflow: auto; border: 1px solid rgb(128 136 155 / 35%); border-radius: 0.625rem;
  max-height: 36rem; }}
.lb-diff table {{ width: 100%; border-collapse: collapse; font-size: 0.92rem; table-layout: fixed;
  min-width: 38rem; }}
.lb-diff :is(td, th) {{ padding: 0.2rem 0.6rem; vertical-align: top; white-space: pre-wrap;
  overflow-wrap: anywhere; text-align: left; border: 0; border-bottom: 1px solid rgb(128 136 155 / 15%); }}
.lb-diff thead th {{ font-weight: 600; border-bottom: 1px solid rgb(128 136 155 / 35%); }}
.lb-diff .m, .lb-diff .n {{ opacity: 0.7; text-align: right; }}
.lb-diff .gap td {{ opacity: 0.6; }}
.lb-diff .added .right, .lb-diff .changed .right {{ background: rgb(15 150 120 / 15%); }}
.lb-diff .removed .left, .lb-diff .changed .left {{ background: rgb(220 60 50 / 13%); }}
@media (min-width: 40.01rem) {{
  [class*="st-key-job-"] [data-testid="stHorizontalBlock"] {{ flex-wrap: nowrap; }}
  [class*="st-key-job-"] [data-testid="stHorizontalBlock"] > :first-child {{ min-width: 0; flex-shrink: 1; }}
  :is([class*="st-key-wants-"], [class*="st-key-session-"]) {{ flex-wrap: nowrap; }}
  :is([class*="st-key-wants-"], [class*="st-key-session-"]) > :first-child {{ min-width: 0; flex-shrink: 1; }} }}
@media (max-width: 40rem) {{
  [data-testid="stMainBlockContainer"] {{ padding: 3.25rem 1rem 3rem; }}
  [data-testid="stButtonGroup"] [role="radiogroup"] {{ flex-wrap: wrap !important; }}
  [class*="st-key-short-"] {{ flex-wrap: nowrap !important; gap: 0.4rem !important; }}
  [class*="st-key-short-"] > :first-child {{ min-width: 0 !important; flex-shrink: 1; }}
  [class*="st-key-short-"] p {{ font-size: 0.9rem; line-height: 1.35; }}
  [class*="st-key-short-"] button {{ min-width: 2.75rem; min-height: 2.75rem; padding: 0; }}
  [class*="st-key-short-"] button [data-testid="stMarkdownContainer"] {{ position: absolute; width: 1px; height: 1px;
    overflow: hidden; clip-path: inset(50%); }} }}
@media (hover: none), (pointer: coarse) {{
  [data-has-shortcut] kbd {{ display: none; }}
  [data-testid="stElementContainer"]:has([data-testid="stDataFrame"] [data-testid="stElementToolbar"]) {{
    margin-top: 2.75rem; }} }}
@media (prefers-reduced-motion: reduce) {{ * {{ transition: none !important; animation: none !important; }} }}
</style>"""


def label_color(index: int, color: str | None = None) -> str:
    """A label's own color, or the one that its position gives it: no two positions have the same."""
    return color or color_of(index)


def colors_of(labels: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """The color of each label by its name."""
    return {one["name"]: label_color(place, one.get("color")) for place, one in enumerate(labels)}


def mark_buttons(key: str, colors: Sequence[str | None]) -> None:
    """The color of a label at the edge of its button. key: of the container of the buttons, in this order; called in
    it, before them."""
    nth = f".st-key-{key} > :nth-child"
    rules = [
        f"{nth}({place} of :has(button)) button {{ border-left: 0.4rem solid {color} !important; }}"
        for place, color in enumerate(colors, start=1)
        if color
    ]
    st.html(f"<style>{' '.join(rules)}</style>")
