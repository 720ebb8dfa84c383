"""Our own training posts for the risk heads: lures in the words of forums, and innocent talk about the same things.

`compose` makes them of the YAML parts beside it. Nobody wrote these posts; every name, handle and amount is made up.
"""

from riskguard.evaluation.posts.composition import compose

__all__ = ["compose"]
