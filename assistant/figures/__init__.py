"""Figures as texts say them: amounts with units, shares, dates, numbers."""
