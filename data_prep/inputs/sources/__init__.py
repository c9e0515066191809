"""What can be prepared: one file a kind, each giving the frames of a file as they come."""
