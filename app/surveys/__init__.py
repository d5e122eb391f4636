"""Surveys: authoring writes one, rounds runs it, answering fills it in."""
