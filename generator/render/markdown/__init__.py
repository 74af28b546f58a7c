"""Convert Markdown to HTML: plain CommonMark, and the body of a clipping for its page."""

from generator.render.markdown.body import Body, body_html, fitting_html, plain, shows_anything
from generator.render.place import Place

__all__ = ["Body", "Place", "body_html", "fitting_html", "plain", "shows_anything"]
