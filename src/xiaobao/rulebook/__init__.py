"""The rulebook: one offence a file, with its law and its proofs."""
