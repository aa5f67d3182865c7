"""The card and its first section, the questionnaire."""

from cases.card.queries.card import FileCard, file_card

__all__ = ["FileCard", "file_card"]
