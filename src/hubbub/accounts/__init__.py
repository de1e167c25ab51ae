"""Workspaces and the people who work here: roles, teams, tokens, audit. Every read and write enters here."""
