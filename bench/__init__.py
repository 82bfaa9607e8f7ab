"""Measures what a person feels and what an operator pays, on loopback; `python -m bench`."""
