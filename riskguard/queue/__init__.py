"""HANDS: the line of waiting posts and the calls to workers, in Redis."""

from riskguard.queue.call import Duty, RqBell, rq_queue
from riskguard.queue.connection import connect
from riskguard.queue.line import RedisLine

__all__ = ["Duty", "RedisLine", "RqBell", "connect", "rq_queue"]
