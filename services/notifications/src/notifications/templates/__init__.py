"""The words of the messages: templates of the region packs."""
