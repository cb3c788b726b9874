"""What counts say and what they cannot: published methods for comparing sites, reading trends and judging a change."""

from __future__ import annotations

from libs.statistics.proportions import Comparison, Interval, compare, shown_without_failure, wilson

__all__ = ["Comparison", "Interval", "compare", "shown_without_failure", "wilson"]
