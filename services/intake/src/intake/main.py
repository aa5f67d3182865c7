"""The intake service: its rooms, put together."""

from chassis.run import Room, Service

from intake.access import GUARDED
from intake.accounts import api as accounts
from intake.agencies import api as agencies
from intake.applications import api as applications
from intake.applications import subscribers, worklist
from intake.applications.pack import IntakePack
from intake.directory import api as directory
from intake.directory.background import load_directories
from intake.directory.pack import DirectoryPack
from intake.enquiries import api as enquiries
from intake.enquiries import subscribers as enquiry_subscribers
from intake.enquiries import worklist as enquiry_worklist
from intake.enquiries.mailbox import read_mailboxes
from intake.enquiries.pack import EnquiriesPack
from intake.extracts import api as extracts
from intake.extracts.commands.import_extracts import work_off_imports
from intake.finding.ladder_pack import OutreachPack
from intake.finding.packs import check_packs
from intake.finding.referrals_pack import ReferralsPack
from intake.outreach import api as outreach
from intake.outreach import subscribers as outreach_subscribers
from intake.outreach import worklist as outreach_worklist
from intake.outreach.watch import name_finders_of_packs, recompute_starts
from intake.portal import api as portal
from intake.portal import subscribers as portal_subscribers
from intake.portal import worklist as portal_worklist
from intake.portal.pack import PortalPack
from intake.referrals import api as referrals
from intake.referrals import subscribers as referral_subscribers
from intake.referrals import worklist as referral_worklist
from intake.referrals.callbacks import call_agencies_back
from intake.settings import IntakeSettings
from intake.tables import Base
from intake.worklist import api

rooms = (
    Room("directory", api=directory.router, background=(load_directories,), packs=(DirectoryPack,)),
    Room(
        "applications",
        packs=(IntakePack,),
        api=applications.router,
        events=subscribers.events,
        timers=subscribers.timers,
        worklist=worklist.work,
        background=(subscribers.recompute_deadlines,),
    ),
    Room("accounts", api=accounts.router),
    Room(
        "portal",
        packs=(PortalPack,),
        api=portal.router,
        timers=portal_subscribers.timers,
        worklist=portal_worklist.work,
        background=(portal_subscribers.recompute_consultants_terms,),
    ),
    Room(
        "enquiries",
        packs=(EnquiriesPack,),
        api=enquiries.router,
        events=enquiry_subscribers.events,
        timers=enquiry_subscribers.timers,
        worklist=enquiry_worklist.work,
        background=(enquiry_subscribers.recompute_due_times, read_mailboxes),
    ),
    Room(
        "referrals",
        packs=(ReferralsPack, OutreachPack),
        pack_rules=(check_packs,),
        api=referrals.router,
        events=referral_subscribers.events,
        timers=referral_subscribers.timers,
        worklist=referral_worklist.work,
        background=(referral_subscribers.recompute_answer_terms, call_agencies_back),
    ),
    Room("extracts", api=extracts.router, background=(work_off_imports,)),
    Room("agencies", api=agencies.router),
    Room(
        "outreach",
        api=outreach.router,
        timers=outreach_subscribers.timers,
        worklist=outreach_worklist.work,
        background=(name_finders_of_packs, recompute_starts),
    ),
    Room("assigning", api=api.router),
)
service = Service("intake", IntakeSettings, rooms, base=Base, guarded=GUARDED, owns_keys=True)

if __name__ == "__main__":
    from chassis.run.process import main

    main(service)
