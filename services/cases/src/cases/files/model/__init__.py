"""The file with what it holds itself: documents, consents, issued programmes, team."""

from cases.files.model.case_file import CaseFile, Eligibility, SeenDocuments
from cases.files.model.consent import Consent, TickedConsent
from cases.files.model.ippsu import Ippsu
from cases.files.model.specialist import Specialist

__all__ = ["CaseFile", "Consent", "Eligibility", "Ippsu", "SeenDocuments", "Specialist", "TickedConsent"]
