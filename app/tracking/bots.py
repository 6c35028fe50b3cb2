"""The rules on user agents: our own in bots.yaml, and the public list of crawlers, compiled into one automaton."""

from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path

import re2
import yaml
from crawleruseragents import CRAWLER_USER_AGENTS_DATA
from pydantic import BaseModel, ConfigDict, ValidationError

from app.kernel.errors import Invalid, Problem
from app.tracking.core import Agent, app_of, device_of

OWN_RULES = Path(__file__).with_name("bots.yaml")
REMEMBERED = 8192
LONGEST_READ = 1000


class AgentRule(BaseModel):
    """A pattern of user agents, the reason that visits by them carry, and the sentences it is tested by."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reason: str
    pattern: str
    must_hit: tuple[str, ...]
    must_pass: tuple[str, ...]


class AgentRules(BaseModel):
    """What bots.yaml holds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    agents: tuple[AgentRule, ...]


class AgentReader:
    """Knows bots by their user agent; what was read lately is remembered."""

    def __init__(self, patterns: Sequence[tuple[str, str]]) -> None:
        options = re2.Options()
        options.log_errors = False
        options.never_capture = True
        self._reasons = [reason for reason, _ in patterns]
        self._set = re2.Set.SearchSet(options)
        for _, pattern in patterns:
            self._set.Add(pattern)
        self._set.Compile()
        self.read = lru_cache(REMEMBERED)(self._read)

    def _read(self, user_agent: str) -> Agent:
        looked_at = user_agent[:LONGEST_READ]
        hits = self._set.Match(looked_at) or ()
        reason = self._reasons[min(hits)] if hits else ""
        return Agent(reason, device_of(looked_at), app_of(looked_at))


@cache
def load_agents(path: Path = OWN_RULES) -> AgentReader:
    """The rules, read once and tried on their own examples; the last of our own speaks after the public list.

    *Raises* Invalid with every rule that fails an example.
    """
    try:
        own = AgentRules.model_validate(yaml.safe_load(path.read_text(encoding="utf-8"))).agents
    except ValidationError as error:
        raise Invalid.of(
            [Problem(".".join(map(str, one["loc"])), "bad_bot_rule", one["msg"]) for one in error.errors()]
        ) from error
    problems = [problem for rule in own for problem in _failures(rule)]
    if problems:
        raise Invalid.of(problems)
    public = [(f"crawler:{(one.get('tags') or ['other'])[0]}", one["pattern"]) for one in CRAWLER_USER_AGENTS_DATA]
    *named, program = [(rule.reason, rule.pattern) for rule in own]
    return AgentReader([*named, *public, program])


def _failures(rule: AgentRule) -> list[Problem]:
    path = f"agents.{rule.reason}"
    try:
        reader = AgentReader([(rule.reason, rule.pattern)])
    except re2.error as error:
        return [Problem(path, "bad_bot_rule", f"this is no pattern: {error}")]
    missed = [text for text in rule.must_hit if not reader.read(text).bot]
    wrong = [text for text in rule.must_pass if reader.read(text).bot]
    return [Problem(path, "bad_bot_rule", f"does not hit “{text}”") for text in missed] + [
        Problem(path, "bad_bot_rule", f"hits “{text}”") for text in wrong
    ]
