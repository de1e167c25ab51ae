"""Influence: how far a voice carries, and how likely it is a machine."""
