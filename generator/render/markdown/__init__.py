"""Markdown to HTML: the plain rendering of CommonMark, and a clipping's body as a page shows it."""

from generator.render.markdown.body import Body, body_html, fitting_html, plain, shows_anything
from generator.render.place import Place

__all__ = ["Body", "Place", "body_html", "fitting_html", "plain", "shows_anything"]
