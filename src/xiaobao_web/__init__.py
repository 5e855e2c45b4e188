"""The Xiaobao platform: Django over the engine."""
