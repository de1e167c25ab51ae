"""The rules of staffing: arrays in, arrays out."""
