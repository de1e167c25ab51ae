"""Calls, chats and work that may wait, served by teams with different skills; days that are played."""
