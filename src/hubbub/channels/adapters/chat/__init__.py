"""Web chat: our own widget on pages of other origins."""
