"""A year of complaints for the demonstration, told through the services."""
