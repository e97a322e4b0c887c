"""What two texts say, compared: figures, the words beside them, negations, plans, what can be reckoned."""
