"""Charts drawn on the server as plain vector pictures, each with the sentence it says and the numbers it is made of."""

from __future__ import annotations

from libs.charts.figure import Cell, Figure, Linked

__all__ = ["Cell", "Figure", "Linked"]
