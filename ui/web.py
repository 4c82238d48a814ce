"""The chat page: `create_app` builds it, `launch` serves it, from this machine alone."""

import os
import sys
from importlib.resources import files

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # before Gradio is imported: nothing is sent anywhere

import gradio as gr

from rag.answer import Assistant
from rag.offline.extractive import MODEL_NAME
from store.errors import CitewellError
from ui.markup import escape
from ui.tab_chat import build_chat
from ui.tab_draft import build_draft
from ui.tab_library import build_library


class PageError(CitewellError):
    """The page cannot be served."""


def create_app(assistant: Assistant) -> gr.Blocks:
    """The page over `assistant`; what a user asks is kept in that user's session only."""
    with gr.Blocks(title="Citewell", analytics_enabled=False, fill_width=True) as app:
        gr.HTML(_masthead(assistant), elem_id="masthead", apply_default_css=False)
        with gr.Tabs():
            with gr.Tab("Chat", id="chat"):
                build_chat(assistant)
            with gr.Tab("Draft", id="draft"):
                build_draft(assistant)
            with gr.Tab("Library", id="library") as tab:
                build_library(assistant.library, tab)
    return app


def launch(app: gr.Blocks, host: str, port: int, block: bool = True) -> str:
    """Serve `app` and give its address; with `block`, only when it was stopped. Port 0 takes a free one.

    Raises PageError when `host` and `port` cannot be listened on.
    """
    try:
        _, address, _ = app.launch(
            server_name=host,
            server_port=port or None,
            share=False,
            quiet=True,
            prevent_thread_lock=True,
            theme=_theme(),
            css=_read("page.css"),
            head=f"<script>{_read('page.js')}</script>",
            favicon_path=str(files(__package__) / "favicon.svg"),
            footer_links=[],
            ssr_mode=False,
            enable_monitoring=False,
            app_kwargs={"docs_url": None, "redoc_url": None, "openapi_url": None},
        )
    except OSError as error:
        raise PageError(f"{host}:{port} cannot be served ({error}); try another --port.") from None
    if block:
        print(f"Citewell is at {address} (Ctrl-C stops it)", file=sys.stderr, flush=True)
        app.block_thread()
    return address


def _masthead(assistant: Assistant) -> str:
    return (
        f'<header class="masthead"><h1>Citewell</h1><p>{len(assistant.library):,} papers · '
        f"{escape(_who(assistant.model))}</p></header>"
    )


def _who(model: str) -> str:
    offline = "offline model: it quotes, no language model is used"
    return offline if model == MODEL_NAME else f"answers by {model}"


def _read(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _theme() -> gr.themes.Base:
    """Plain colours and the reader's own fonts: the default theme loads its fonts from the web."""
    return gr.themes.Base(
        primary_hue="teal",
        neutral_hue="stone",
        radius_size="sm",
        font=["system-ui", "-apple-system", "Segoe UI", "Roboto", "Helvetica Neue", "sans-serif"],
        font_mono=["ui-monospace", "Menlo", "Consolas", "monospace"],
    )
