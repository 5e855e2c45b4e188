"""Template filters of loan costs."""
