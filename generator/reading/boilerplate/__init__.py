"""Remove boilerplate from a clipping's body, and decide whether an article is left."""

from generator.reading.boilerplate.judge import Cleaning, article_markdown, judge_blocks

__all__ = ["Cleaning", "article_markdown", "judge_blocks"]
