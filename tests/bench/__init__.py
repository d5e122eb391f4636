"""Measurements: `make bench` prints them, a quick tier runs with the tests."""
