"""Sivient: self-hosted scheduling with one Zoom link per booking."""
