"""The rooms: one package for one part of the office's procedure."""
