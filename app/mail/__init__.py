"""Mails: promised in the act's own transaction, sent by the worker, forgotten once sent."""
