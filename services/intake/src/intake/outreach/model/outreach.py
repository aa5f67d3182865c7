"""Outreach to one family that was found: the ladder it is gone, and what came of it (D3-14…D3-21)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

import workdays
from chassis.aggregate import Aggregate
from contracts import intake as told
from contracts.event import Moment
from contracts.identifiers import Code, ContactOutcome, ContactStep, DeliveryMode, OutreachOutcome
from sqlalchemy.orm import Mapped, WriteOnlyMapped, relationship

from intake.outreach.ladder import HEARD, IN_VAIN, NEXT, Ladder, Meeting, Travel, check_outcome
from intake.outreach.model import telling
from intake.outreach.model.found import Found
from intake.outreach.model.steps import INDEXES, Attempt, Columns, LadderStep, Letter, StageDone
from intake.outreach.states import OutreachState, require_state, wrong_step
from intake.tables import Base


class Outreach(Columns, Aggregate, Base):
    """Work with one found family. Personal data stand sealed in the three record columns only."""

    __tablename__ = "outreaches"
    __table_args__ = INDEXES

    steps: Mapped[list[LadderStep]] = relationship(lazy="selectin", order_by=LadderStep.position)
    attempts: WriteOnlyMapped[Attempt] = relationship()
    letters: WriteOnlyMapped[Letter] = relationship()
    stages: WriteOnlyMapped[StageDone] = relationship()

    @classmethod
    def open(cls, found: Found, ladder: Ladder) -> Outreach:
        """A family was found; work starts within its term, counted from then (D3-15)."""
        start = ladder.due("start", found.found_at)
        outreach = cls(
            id=found.id,
            region=found.region,
            territory=found.territory,
            organisation_id=found.organisation_id,
            responsible_id=found.responsible_id,
            child_id=found.child_id,
            representative_id=found.representative_id,
            person_digest=found.person_digest,
            age_band=found.age_band,
            way=found.way,
            origin_id=found.origin_id,
            ground=found.ground,
            found_at=found.found_at,
            child=found.child,
            family=found.family,
            words=found.words,
            state=OutreachState.OPEN,
            step=ContactStep.PHONE,
            start_due_at=start.due_at,
            due_at=start.due_at,
        )
        step = telling.opened(outreach.id, 1, ContactStep.PHONE, found.found_at, "found", start)
        outreach.steps = [step]
        outreach.record(telling.told_opened(outreach, step))
        return outreach

    @property
    def current(self) -> LadderStep:
        """The step the ladder stands at, or stood at last."""
        return self.steps[-1]

    def assign(self, responsible_id: UUID, now: datetime) -> None:
        """Another person responsible for finding has the family now (D3-13)."""
        require_state("assign", self.state)
        if responsible_id != self.responsible_id:
            self.responsible_id = responsible_id
            self.record(told.OutreachAssigned(outreach_id=self.id, responsible_id=responsible_id, assigned_at=now))

    def attempt(
        self, made: Attempt, ladder: Ladder, travel: Travel, meeting: Meeting | None, reason: Code | None
    ) -> None:
        """One call or visit. A step with nothing left to try opens the next one by itself (D3-19, D3-20)."""
        require_state("attempt", self.state)
        step = self.current
        check_outcome(made.means, made.outcome, step.step)
        if made.outcome is ContactOutcome.AGREED and made.means is ContactStep.PHONE and meeting is None:
            raise telling.meeting_missing()
        on_time = self._started(made.attempted_at)
        if made.means is step.step:
            step.attempts += 1
        used_up = made.means is step.step and ladder.exhausted(step.step, made.outcome, step.attempts)
        if made.outcome in {*IN_VAIN, ContactOutcome.ASKED_LATER} and not (made.outcome in IN_VAIN and used_up):
            made.next_try_at = made.next_try_at or ladder.due("next_try", made.attempted_at).due_at
        else:
            made.next_try_at = None
        self.attempts.add(made)
        self.record(telling.told_attempt(self, made, step.position, on_time))
        self._heard(made.outcome, made.means, made.attempted_at)
        self._go_on(made, ladder, travel, meeting, reason, used_up)

    def _go_on(
        self,
        made: Attempt,
        ladder: Ladder,
        travel: Travel,
        meeting: Meeting | None,
        reason: Code | None,
        used_up: bool,
    ) -> None:
        at, step = made.attempted_at, self.current
        match made.outcome:
            case ContactOutcome.AGREED if meeting is None:
                self.current.end("agreed", at)
                self._met(at, DeliveryMode.HOME, ladder)
            case ContactOutcome.AGREED if meeting is not None:
                self.current.end("agreed", at)
                self._agree(meeting, at)
            case ContactOutcome.REFUSED:
                self.refuse(reason, at)
            case ContactOutcome.CANNOT_COME if step.step is ContactStep.PHONE:
                self.current.end("cannot-come", at)
                self._open(ContactStep.VISIT, "cannot-come", at, ladder, travel, meeting=True)
            case _ if used_up and made.outcome in IN_VAIN:
                self._next(f"{step.step}-exhausted", at, ladder, travel)
            case _ if telling.tried_again(made, step):
                self._try_again(made, ladder)

    def post_letter(self, letter: Letter, now: datetime, ladder: Ladder) -> None:
        """The letter was handed to the post; its answer is waited for by the pack's term (D3-20)."""
        require_state("post", self.state)
        if self.current.step is not ContactStep.POST:
            raise wrong_step(ContactStep.POST, self.current.step)
        self._started(now)
        self.letters.add(letter)
        self.current.attempts += 1
        self._due(ladder.due("letter_answer", now))
        fact = told.OutreachLetterPosted(outreach_id=self.id, letter_id=letter.id, posted_on=letter.posted_on)
        self.record(fact)

    def letter_came(self, letter: Letter, outcome: ContactOutcome, on: date, now: datetime) -> None:
        """The post says the letter was delivered, or gave it back."""
        if letter.outcome is not None:
            raise telling.letter_settled()
        letter.outcome, letter.outcome_on = outcome, on
        running = self.state is OutreachState.OPEN and self.current.step is ContactStep.POST
        self.record(telling.told_letter(self, outcome, now))
        self._heard(outcome, ContactStep.POST, now)
        if running and outcome is ContactOutcome.RETURNED:
            self._not_reached(now, "post-exhausted")

    def letter_unanswered(self, now: datetime) -> None:
        """The term for an answer to the letter has passed: the ladder is gone to its end."""
        require_state("post", self.state)
        self._not_reached(now, "post-exhausted")

    def skip(self, reason: Code, now: datetime, ladder: Ladder, travel: Travel) -> None:
        """Pass over the step the ladder stands at, with a reason of the pack; the next one opens."""
        require_state("skip", self.state)
        step = self.current.step
        self.record(told.OutreachStepSkipped(outreach_id=self.id, step=step, reason=reason, skipped_at=now))
        self._next("skipped", now, ladder, travel, reason)

    def break_off(self, reason: Code, now: datetime) -> None:
        """End the ladder early, with a reason of the pack."""
        require_state("break_off", self.state)
        if self.state is OutreachState.OPEN:
            self.current.end("broken-off", now, reason)
        self._close(OutreachState.BROKEN_OFF, OutreachOutcome.BROKEN_OFF, reason, now)

    def refuse(self, reason: Code | None, now: datetime) -> None:
        """The family refused; its word is kept with the day and nothing more is asked of it."""
        require_state("refuse", self.state)
        if self.state is OutreachState.OPEN:
            self.current.end("refused", now)
        self.decided_at = now
        self._close(OutreachState.REFUSED, OutreachOutcome.REFUSED, reason, now)

    def miss(self, now: datetime, ladder: Ladder) -> None:
        """The family did not come to the meeting: the ladder begins again with a call."""
        require_state("miss", self.state)
        self.state, self.meets_at, self.place = OutreachState.OPEN, None, None
        self._open(ContactStep.PHONE, "meeting-missed", now, ladder, None)

    def meet(self, at: datetime, place: DeliveryMode, ladder: Ladder) -> None:
        """The meeting took place; the survey is due the same day (D3-21)."""
        require_state("meet", self.state)
        self._met(at, place, ladder)

    def survey(self, words: dict[str, Any] | None, at: datetime, ladder: Ladder) -> None:
        """The survey is entered. A later day is kept as such, never refused."""
        require_state("survey", self.state)
        if self.met_at is None:
            raise AssertionError("an outreach that was met has its time")
        self.words, self.surveyed_at, self.state = words, at, OutreachState.SURVEYED
        same_day = ladder.same_day(self.met_at, at)
        self.record(told.OutreachSurveyed(outreach_id=self.id, surveyed_at=at, same_day=same_day))

    def lead(self, application_id: UUID, now: datetime) -> None:
        """An application was filed for the family: what follows goes by the existing path."""
        require_state("lead", self.state)
        self.state, self.application_id, self.closed_at = OutreachState.LED, application_id, now
        self.record(told.OutreachLed(outreach_id=self.id, application_id=application_id, led_at=now))

    def stage(self, done: StageDone) -> None:
        """Note one of the seven stages of finding as done (D3-43)."""
        require_state("stage", self.state)
        self.stages.add(done)
        self.record(told.OutreachStageDone(outreach_id=self.id, stage=done.stage, done_at=done.done_at))

    def move_start(self, found: workdays.Deadline, now: datetime) -> bool:
        """Take over the term of the first attempt computed again with a changed calendar; whether it moved (D3-15)."""
        if found.due_at == self.start_due_at:
            return False
        self.start_due_at = found.due_at
        self._due(found)
        due = Moment(due_at=found.due_at, provisional=found.provisional)
        self.record(told.OutreachDueMoved(outreach_id=self.id, due=due, moved_at=now))
        return True

    def escalate(self, now: datetime) -> None:
        """The step's term passed without the attempt it was for; told once per due time."""
        self.escalated_at = now
        self.record(told.OutreachOverdue(outreach_id=self.id, step=self.current.step, due_at=self.due_at))

    def _started(self, at: datetime) -> bool | None:
        if self.started_at is not None:
            return None
        self.started_at = at
        return at <= self.start_due_at

    def _heard(self, outcome: ContactOutcome, means: ContactStep, at: datetime) -> None:
        if outcome in HEARD and self.notified_at is None:
            self.notified_at, self.notified_by = at, means
            self.record(told.OutreachNotified(outreach_id=self.id, step=means, notified_at=at))

    def _agree(self, meeting: Meeting, at: datetime) -> None:
        self.state, self.decided_at = OutreachState.AGREED, at
        self.meets_at, self.place, self.due_at, self.escalated_at = meeting.at, meeting.place, meeting.at, None
        self.record(telling.told_agreed(self, meeting))

    def _met(self, at: datetime, place: DeliveryMode, ladder: Ladder) -> None:
        due = ladder.end_of_day(at)
        self.state, self.met_at, self.place, self.decided_at = OutreachState.MET, at, place, self.decided_at or at
        self.due_at, self.escalated_at = due.due_at, None
        self.record(told.OutreachMet(outreach_id=self.id, met_at=at, place=place, survey_due=due))

    def _try_again(self, made: Attempt, ladder: Ladder) -> None:
        if made.next_try_at is not None:
            self._due(telling.asked_for(ladder.due("next_try", made.attempted_at), made.next_try_at))

    def _next(self, by: str, at: datetime, ladder: Ladder, travel: Travel | None, reason: Code | None = None) -> None:
        following = NEXT[self.current.step]
        if following is None:
            self._not_reached(at, by, reason)
            return
        self.current.end(by, at, reason)
        self._open(following, by, at, ladder, travel)

    def _open(
        self,
        step: ContactStep,
        because: str,
        at: datetime,
        ladder: Ladder,
        travel: Travel | None,
        *,
        meeting: bool = False,
    ) -> None:
        term = {ContactStep.PHONE: "next_try", ContactStep.VISIT: "visit", ContactStep.POST: "post"}[step]
        row = telling.opened(self.id, len(self.steps) + 1, step, at, because, ladder.due(term, at), meeting)
        self.steps.append(row)
        self.step, self.due_at, self.escalated_at = step, row.due_at, None
        self.record(telling.told_step(self, row, travel))

    def _due(self, found: Any) -> None:
        self.current.run_to(found)
        self.due_at, self.escalated_at = found.due_at, None

    def _not_reached(self, now: datetime, by: str, reason: Code | None = None) -> None:
        self.current.end(by, now, reason)
        self._close(OutreachState.NOT_REACHED, OutreachOutcome.NOT_REACHED, reason, now)

    def _close(self, state: OutreachState, outcome: OutreachOutcome, reason: Code | None, now: datetime) -> None:
        self.state, self.reason, self.closed_at = state, reason, now
        self.record(telling.told_closed(self, outcome, now))
