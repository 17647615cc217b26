"""Today (今日): what is to be done, finding homes and people, the card of a home. Keeps X-5, X-12, PRI-5."""
