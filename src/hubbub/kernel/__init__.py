"""Words that every part of Hubbub shares. Pure: no Django, no I/O, no clock."""
