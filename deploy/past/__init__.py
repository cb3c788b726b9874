"""How things stood: governance's own pages over its own views, kept once more from the events of a moment."""
