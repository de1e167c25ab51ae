"""What is known: answers that helped once, without names, for whoever has the problem next."""
