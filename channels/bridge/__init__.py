"""Carries handoffs to another help desk, and its replies back."""
