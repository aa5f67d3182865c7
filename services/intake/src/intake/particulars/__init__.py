"""Words every room takes: phones, names, numbers, ages, places, what a request may say."""
