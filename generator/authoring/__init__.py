"""Commands that change the curator's files, or explain what becomes of them."""

from generator.authoring.init import init
from generator.authoring.new import new, where_shown

__all__ = ["init", "new", "where_shown"]
