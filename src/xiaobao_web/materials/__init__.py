"""What the institution says: materials, their versions and readings, screenings, approvals and placements."""
