"""What is attached: the recorded talk (D1-19), the letter, a document. Sealed like everything a person says."""

from __future__ import annotations

from uuid import UUID

from chassis.work import Unit

from intake.enquiries.errors import anonymous_not_recorded
from intake.enquiries.model.enquiry import Enquiry
from intake.enquiries.model.papers import EnquiryFile, EnquiryFileKind
from intake.enquiries.states import require_state


async def attach(
    enquiry_id: UUID, content: bytes, name: str | None, declared: str | None, kind: EnquiryFileKind, unit: Unit
) -> EnquiryFile:
    """Keep a file with the enquiry. An anonymous talk is not kept as a recording (D1-12).

    Raises what `chassis.privacy.files.check` raises: too large, disguised, harmful.
    """
    enquiry = await unit.get(Enquiry, enquiry_id, "enquiry:attach", under=True)
    require_state("attach", enquiry.state)
    if enquiry.anonymous and kind is EnquiryFileKind.RECORDING:
        raise anonymous_not_recorded()
    return await keep(enquiry, content, name, declared, kind, unit)


async def keep(
    enquiry: Enquiry, content: bytes, name: str | None, declared: str | None, kind: EnquiryFileKind, unit: Unit
) -> EnquiryFile:
    """Seal and store it under the key of the enquiry's records."""
    blob = await unit.blobs.put(
        enquiry.person_id, content, name=name, declared=declared, audio=kind is EnquiryFileKind.RECORDING
    )
    row = EnquiryFile(
        blob_id=blob.id,
        enquiry_id=enquiry.id,
        anonymous=enquiry.anonymous,
        kind=kind,
        media_type=blob.media_type,
        size=blob.size,
        attached_at=unit.now,
        attached_by=unit.actor.id,
    )
    unit.session.add(row)
    return row
