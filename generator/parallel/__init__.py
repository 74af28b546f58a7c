"""Runs tasks in batches, on worker processes with a budget."""
