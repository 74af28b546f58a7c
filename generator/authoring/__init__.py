"""What changes the curator's files, on request."""

from generator.authoring.init import init
from generator.authoring.new import new

__all__ = ["init", "new"]
