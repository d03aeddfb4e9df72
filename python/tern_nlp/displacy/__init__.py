"""displaCy: dependencies, entities and spans as SVG and HTML."""

from __future__ import annotations

import socket
import sys
import warnings
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ..errors import Errors, Warnings
from ..matcher.doclike import is_doc, is_span
from .parsing import get_doc_settings, parse_deps, parse_ents, parse_spans
from .render import DependencyRenderer, EntityRenderer, SpanRenderer

__all__ = [
    "app",
    "get_doc_settings",
    "parse_deps",
    "parse_ents",
    "parse_spans",
    "render",
    "serve",
    "set_render_wrapper",
]

_html: dict[str, str] = {}
RENDER_WRAPPER: Callable[[str], str] | None = None
_STYLES: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "dep": (DependencyRenderer, parse_deps),
    "ent": (EntityRenderer, parse_ents),
    "span": (SpanRenderer, parse_spans),
}


def render(
    docs: Any,
    style: str = "dep",
    page: bool = False,
    minify: bool = False,
    jupyter: bool | None = None,
    options: Mapping[str, Any] | None = None,
    manual: bool = False,
) -> Any:
    """Markup of a Doc, a Span, or several. style: dep, ent or span. page: a whole HTML page. manual: docs are dicts, as
    parse_deps, parse_ents and parse_spans make them. In a notebook (jupyter) it is shown there."""
    if style not in _STYLES:
        raise ValueError(Errors.E087.format(style=style))
    listed = [docs] if isinstance(docs, dict) or is_doc(docs) or is_span(docs) else list(docs)
    listed = [one.as_doc() if is_span(one) else one for one in listed]
    if not all(isinstance(one, dict) or is_doc(one) for one in listed):
        raise ValueError(Errors.E096)
    make_renderer, parse = _STYLES[style]
    options = options or {}
    renderer = make_renderer(options=options)
    if manual:
        _sort_entities(listed)
    parsed = listed if manual else [parse(doc, options) for doc in listed]
    html = _html["parsed"] = renderer.render(parsed, page=page, minify=minify).strip()
    if RENDER_WRAPPER is not None:
        html = RENDER_WRAPPER(html)
    if jupyter or (jupyter is None and is_in_jupyter()):
        from IPython.display import HTML, display

        # without this class formulas would be looked for in the text
        return display(HTML(f'<span class="tex2jax_ignore">{html}</span>'))
    return html


def _sort_entities(parsed: Iterable[Any]) -> None:
    for one in parsed:
        if isinstance(one, dict) and "ents" in one:
            one["ents"] = sorted(one["ents"], key=lambda entity: (entity["start"], entity["end"]))


def serve(
    docs: Any,
    style: str = "dep",
    page: bool = True,
    minify: bool = False,
    options: Mapping[str, Any] | None = None,
    manual: bool = False,
    port: int = 5000,
    host: str = "0.0.0.0",  # noqa: S104  spaCy's default
    auto_select_port: bool = False,
) -> None:
    """Serves what render gives until it is interrupted. auto_select_port: the next free port, if that one is in use."""
    from wsgiref import simple_server

    port = _free_port(port, host, auto_select_port)
    if is_in_jupyter():
        warnings.warn(Warnings.W011, stacklevel=2)
    render(docs, style=style, page=page, minify=minify, options=options, manual=manual)
    server = simple_server.make_server(host, port, app)
    print(f"\nUsing the '{style}' visualizer\nServing on http://{host}:{port} ...\n")
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        print(f"Shutting down server on port {port}.")
    finally:
        server.server_close()


def app(environ: Any, start_response: Any) -> list[bytes]:
    """The WSGI application that serves what was rendered last."""
    start_response("200 OK", [("Content-type", "text/html; charset=utf-8")])
    return [_html["parsed"].encode()]


def _is_in_use(port: int, host: str) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind((host, port))
        except OSError:
            return True
    return False


def _free_port(start: int, host: str, auto_select: bool) -> int:
    if not _is_in_use(start, host):
        return start
    if not auto_select:
        raise ValueError(Errors.E1050.format(port=start))
    port = next((port for port in range(start + 1, 1 << 16) if not _is_in_use(port, host)), None)
    if port is None:
        raise ValueError(Errors.E1049.format(host=host))
    warnings.warn(Warnings.W124.format(host=host, port=start, serve_port=port), stacklevel=3)
    return port


def set_render_wrapper(func: Callable[[str], str]) -> None:
    """A function that is given the markup of render, and whose result render gives."""
    global RENDER_WRAPPER
    if not callable(func):
        raise ValueError(Errors.E110.format(obj=type(func)))
    RENDER_WRAPPER = func


def is_in_jupyter() -> bool:
    """Is this a notebook of Jupyter or Colab?"""
    if "google.colab" in sys.modules:
        return True
    get_ipython = getattr(sys.modules.get("IPython"), "get_ipython", None)
    shell = type(get_ipython()) if get_ipython is not None else None
    return shell is not None and (shell.__name__ == "ZMQInteractiveShell" or shell.__module__ == "google.colab._shell")
