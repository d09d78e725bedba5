"""Chaos: real processes that are killed, frozen and cut off while guests book, and a judge of what came of it."""
