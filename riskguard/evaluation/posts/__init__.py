"""Our own training posts for the risk heads: lures in the words of forums, and innocent talk about the same things.

`compose` makes them of the YAML parts beside it, `written` reads those that we wrote one by one. No member of any
community wrote them; every name, handle and amount is made up.
"""

from riskguard.evaluation.posts.composition import compose
from riskguard.evaluation.posts.written import written

__all__ = ["compose", "written"]
