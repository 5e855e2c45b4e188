"""What the apps of the platform share, with no business noun in it."""
