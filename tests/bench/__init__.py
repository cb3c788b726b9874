"""How fast the platform is, told as ratios of rounds interleaved in one run; never as a pass or a fail."""
