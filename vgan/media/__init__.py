"""Whole files, frame by frame: read, passed through a model of clips, written with their sound."""
