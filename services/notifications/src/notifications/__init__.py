"""What was said to whom, and the proof."""
