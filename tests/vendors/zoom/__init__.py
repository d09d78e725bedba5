"""Tests of Zoom and its emulator."""
