"""Review before launch: request, self-assessment, screening, opinions, answers, verification, archive."""
