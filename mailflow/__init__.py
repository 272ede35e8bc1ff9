"""Email-driven intake and reminder daemon for written procedures."""
