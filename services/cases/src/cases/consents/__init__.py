"""The register of consents: ticked with the application, signed at the first appointment, withdrawn at any time."""
