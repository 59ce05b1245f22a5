"""A second simulation, to check the first: it walks through a night minute by minute, and looks at everything in each.

It is slow and plain, knows the default assumptions only, and shares no code with what it checks. All times are whole
minutes. A night is a list of tasks, each a dict; the answer says for each node when it began and ended, and how.
"""

from math import floor

LAST_MINUTE = 5000
TOTAL_TIME_OUT = 120
RUNS = ("AUTOMATION", "LAMBDA", "STEP_FUNCTIONS")


class Place:
    """A node in a task."""

    def __init__(self, minutes, outcome):
        self.minutes, self.outcome = minutes, outcome
        self.began = self.ended = None
        self.how = "Pending"

    @property
    def is_running(self):
        return self.began is not None and self.ended is None

    def end(self, minute, how):
        self.ended, self.how = minute, how


def number(rate, nodes):
    return floor(int(rate[:-1]) * nodes / 100) if rate.endswith("%") else int(rate)


class Turn:
    """A task that has its turn."""

    def __init__(self, task, minute, alarms):
        self.task, self.began, self.ended = task, minute, None
        self.status = "IN_PROGRESS"
        self.is_command = task["type"] == "RUN_COMMAND"
        self.targets = [[Place(*node) for node in target] for target in task["targets"] if target]
        self.place = -1  # of the target that is served
        self.errors = 0
        self.command_began = None
        self.commands = []
        self.is_stopped = self.is_cut = self.refused = False
        if self.alarm_rings(minute, alarms):
            self.status, self.ended, self.refused = "FAILED", minute, True
        elif not self.targets:
            self.status, self.ended = "SUCCESS", minute
        else:
            self.next_target(minute)

    def alarm_rings(self, minute, alarms):
        state = "OK"
        for when, changed in alarms.get(self.task["alarm"], []):
            if when <= minute:
                state = changed
        return state == "ALARM"

    @property
    def current(self):
        return self.targets[self.place]

    @property
    def limit(self):
        total = self.current if self.is_command else [it for target in self.targets for it in target]
        return number(self.task["max_errors"], len(total))

    @property
    def is_over_limit(self):
        return self.errors > self.limit

    def next_target(self, minute):
        self.place += 1
        if self.is_command:
            self.errors, self.command_began = 0, minute

    def step(self, minute, cutoff):
        """End and start what is due. Whether anything changed."""
        if self.ended is not None:
            return False
        changed = False
        for place in self.current:
            if place.is_running and place.began + place.minutes == minute:
                place.end(minute, place.outcome)
                self.errors += place.outcome == "Failed"
                changed = True
        if self.is_command and self.is_over_limit:
            self.cancel_waiting("Terminated")
        running = sum(place.is_running for place in self.current)
        waiting = [place for place in self.current if place.how == "Pending"]
        in_time = self.task["cutoff_behavior"] == "CONTINUE_TASK" or minute < cutoff
        may_start = in_time and not self.is_over_limit and not self.is_stopped and not self.is_cut
        at_once = max(1, number(self.task["max_concurrency"], len(self.current)))
        while may_start and waiting and running < at_once:
            place = waiting.pop(0)
            place.began, place.how = minute, "InProgress"
            running += 1
            changed = True
        if running == 0:
            self.end_of_target(minute, cutoff, waiting, in_time)
            changed = True
        return changed

    def cancel_waiting(self, how):
        for place in self.current:
            if place.how == "Pending":
                place.how = how

    def end_of_target(self, minute, cutoff, waiting, in_time):
        if self.is_command:
            self.cancel_waiting("Cancelled")
            late = sum(place.how == "DeliveryTimedOut" for place in self.current)
            if self.is_stopped or self.is_cut or any(place.how == "Cancelled" for place in self.current):
                self.commands.append("Cancelled")
            elif self.is_over_limit:
                self.commands.append("Failed")
            elif late and late >= self.limit:
                self.commands.append("DeliveryTimedOut")
            else:
                self.commands.append("Fine")
        is_last = self.place == len(self.targets) - 1
        blocked = self.is_stopped or self.is_cut or self.is_over_limit or not in_time
        if not is_last and not blocked:
            self.next_target(minute)
            return
        left = bool(waiting) or not is_last
        self.ended = minute
        if self.is_stopped:
            self.status = "CANCELLED"
        elif self.is_over_limit or "Failed" in self.commands:
            self.status = "FAILED"
        elif left or self.is_cut or {"DeliveryTimedOut", "Cancelled"} & set(self.commands):
            self.status = "TIMED_OUT"
        else:
            self.status = "SUCCESS"

    def look(self, minute, cutoff, alarms):
        """What looks at the clock, after all that was due has been done."""
        if self.ended is not None:
            return
        if minute == cutoff and self.task["cutoff_behavior"] == "CANCEL_TASK":
            self.is_cut = True
            if self.is_command:
                self.end_running(minute, "Cancelled")
        elif self.is_command and minute == self.command_began + TOTAL_TIME_OUT:
            self.end_running(minute, "DeliveryTimedOut")
            self.cancel_waiting("DeliveryTimedOut")
        elif minute > self.began and not self.is_stopped and self.alarm_rings(minute, alarms):
            self.is_stopped = True
            if self.is_command:
                self.cancel_waiting("Cancelled")
            elif self.task["type"] == "AUTOMATION":
                self.end_running(minute, "Cancelled")

    def end_running(self, minute, how):
        for place in self.current:
            if place.is_running:
                place.end(minute, how)


def night(tasks, duration, cutoff, alarms):
    """Walk through a night; tasks come by priority."""
    cutoff = duration - cutoff
    levels = sorted({task["priority"] for task in tasks})
    turns = {}
    for minute in range(LAST_MINUTE):
        settle(tasks, levels, turns, minute, cutoff, alarms)
        for turn in turns.values():
            turn.look(minute, cutoff, alarms)
        settle(tasks, levels, turns, minute, cutoff, alarms)
        if all_ended(turns) and (not levels or minute >= cutoff):
            break
    statuses = {turn.status for turn in turns.values()}
    if statuses & {"FAILED", "CANCELLED"}:
        status = "FAILED"
    elif "TIMED_OUT" in statuses or len(turns) < len(tasks):
        status = "TIMED_OUT"
    else:
        status = "SUCCESS"
    return status, minute, [turns.get(place) for place in range(len(tasks))]


def settle(tasks, levels, turns, minute, cutoff, alarms):
    """Do all that is due, and all that follows from it in the same minute."""
    is_changing = True
    while is_changing:
        changes = [turn.step(minute, cutoff) for turn in turns.values()]
        is_changing = any(changes)
        if all_ended(turns) and levels and minute < cutoff:
            priority = levels.pop(0)
            for place, task in enumerate(tasks):
                if task["priority"] == priority:
                    turns[place] = Turn(task, minute, alarms)
            is_changing = True


def all_ended(turns):
    return all(turn.ended is not None for turn in turns.values())
