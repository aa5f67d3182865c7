"""The child, its representatives and family, and the register of consents."""
