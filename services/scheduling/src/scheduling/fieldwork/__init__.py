"""What a brigade takes along and what it brings back."""
