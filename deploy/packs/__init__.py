"""Evidence packs: one file that tells what was learned and done, proves it, and checks itself without this software."""
