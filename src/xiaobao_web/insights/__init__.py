"""Hear complaints as a whole: warnings, words, clusters, maps, causes and their removal, the regulators' tables."""
