"""The shape of the input at a move-in, one module per part of the procedure."""
