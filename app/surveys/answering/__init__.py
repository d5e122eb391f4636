"""Answering: who answers under which code, their answers, and the one hot path that saves them."""
