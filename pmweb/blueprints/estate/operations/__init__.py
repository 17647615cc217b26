"""What the office does with its estate: found it, describe its buildings and homes, take over a home roll."""
