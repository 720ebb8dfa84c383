"""HANDS: the line of waiting posts, the calls to workers and the roll of those at work, in Redis."""

from riskguard.queue.call import Duty, RqBell, rq_queue
from riskguard.queue.connection import connect
from riskguard.queue.line import RedisLine
from riskguard.queue.roll import RedisRoll
from riskguard.queue.traces import NoTraces, RedisTraces

__all__ = ["Duty", "NoTraces", "RedisLine", "RedisRoll", "RedisTraces", "RqBell", "connect", "rq_queue"]
