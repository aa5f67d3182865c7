"""Programmes of a child: IPPSU as issued, IPRP and IKSRA as drawn up, signed, approved and corrected."""
