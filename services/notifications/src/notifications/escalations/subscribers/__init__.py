"""What starts, moves and ends terms, by the aggregate that tells it."""

from chassis.bus import EventRouter

from notifications.escalations.subscribers import answers, applications, consultants, finding

events = EventRouter().including(answers.events, finding.events, consultants.events, applications.events)
timers = applications.timers
