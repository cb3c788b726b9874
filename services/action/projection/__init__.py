"""What action remembers for reading: plans, how their factors are answered, and every action; words under seal."""

from services.action.projection.keeping import project
from services.action.projection.plans import Plans

__all__ = ["Plans", "project"]
