"""Who works here: organisations, staff, posts, delegations."""
