"""A living demonstration: a bank with a year of history, played through the services as its people would."""
