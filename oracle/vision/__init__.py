"""Camera frames: intake and label reading."""
