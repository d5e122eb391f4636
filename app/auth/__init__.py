"""Signing in by a one-time link, sessions kept on the server, guards of routes, and who may do what."""
