"""How much Hubbub understands of what real services sent: a module a source, each with `measured`."""
