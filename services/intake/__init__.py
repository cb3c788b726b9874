"""Intake: something happened at a site; it is recorded, made safe, and weighed."""
