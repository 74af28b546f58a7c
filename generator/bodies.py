"""Texts of articles as sanitised HTML: read again from their clippings when a page or a feed wants one."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from markupsafe import Markup

from generator.config import Site
from generator.desk import Desk
from generator.errors import Problem
from generator.model import Article, TextPolicy, Verdict
from generator.reading import article_of, read_clipping
from generator.reading.discover import is_ignored
from generator.render.images import Image, image_beside
from generator.render.markdown import Place, body_html, relative_images
from generator.render.pages import Plan


class Bodies:
    """Reads and renders one text at a time, so that memory does not grow with the digest.

    `images` and `problems` collect what was met on the way: local images by address, and missing ones.
    """

    def __init__(self, site: Site, plan: Plan, desk: Desk) -> None:
        self._site = site
        self._plan = plan
        self._desk = desk
        self.images: dict[str, Path] = {}
        self.problems: set[Problem] = set()
        # A source's feeds are made just before its pages, newest first in both: the texts are at hand.
        self.html = lru_cache(site.config.source_feed_items)(self._html)

    def text(self, article: Article) -> str:
        """Read the Markdown that an article's page carries; empty where it may not or cannot carry any."""
        policy = self._plan.source_of(article).text
        if policy is TextPolicy.LINK or article.verdict is Verdict.LINK:
            return ""
        if policy is TextPolicy.EXCERPT:
            return article.excerpt
        clipping, _ = read_clipping(self._site.content, article.path)
        # A clipping that went away during the build costs its text; the next build leaves it out.
        return article_of(clipping, self._desk.rules, self._desk.cleaning).text if clipping else ""

    def _html(self, article: Article) -> Markup:
        if self._plan.source_of(article).text is TextPolicy.EXCERPT:
            return Markup("<p>{}</p>").format(article.excerpt)
        text = self.text(article)
        images = {}
        if article.url is None:  # else they belong to the original's page, not to the clipping
            images = {src: image for src in relative_images(text) if (image := self._image(article, src))}
        return body_html(text, Place(original=article.url, id=article.id, images=images))

    def _image(self, article: Article, src: str) -> Image | None:
        image = image_beside(self._site.content, article.path, src)
        if image is not None and is_ignored(image.path, self._site.config.ignore):
            image = None
        if image is None:
            self.problems.add(
                Problem(
                    path=article.path,
                    message=f"image {src!r} is no image beside the clipping",
                    advice="put a PNG, JPEG, GIF, WebP, AVIF or plain SVG file there",
                    kind="image",
                )
            )
        else:
            self.images[image.address] = self._site.content / image.path
        return image
