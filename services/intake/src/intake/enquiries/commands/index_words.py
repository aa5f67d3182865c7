"""What an entry of the journal is found by."""

from __future__ import annotations

from chassis.work import Unit
from sqlalchemy.dialects.postgresql import insert

from intake.enquiries.model.enquiry import Enquiry
from intake.enquiries.model.papers import EnquiryWord
from intake.enquiries.stems import digests


async def index_words(enquiry: Enquiry, texts: list[str | None], unit: Unit) -> None:
    """Make the enquiry findable by these words too."""
    found = digests(unit.settings, enquiry.organisation_id, texts)
    if found:
        rows = [{"word": w, "enquiry_id": enquiry.id, "organisation_id": enquiry.organisation_id} for w in found]
        await unit.session.execute(insert(EnquiryWord).values(rows).on_conflict_do_nothing())
