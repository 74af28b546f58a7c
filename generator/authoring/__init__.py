"""Commands that change the curator's files."""

from generator.authoring.init import init
from generator.authoring.new import new

__all__ = ["init", "new"]
