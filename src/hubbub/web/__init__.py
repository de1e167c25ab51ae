"""Pages: parse, call one function, render."""
