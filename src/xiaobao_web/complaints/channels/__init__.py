"""Where complaints come in: one module a channel, each ending in `services.register`."""
