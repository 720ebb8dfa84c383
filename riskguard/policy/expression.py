"""The language of `when:`: a small part of Python's expressions, checked when a policy is loaded and compiled once.

    score("ad.contact")      highest score of a label, 0 when nothing was found; "ad.*" takes the label and its children
    count("pii.*")           how many places of the text carry the label
    fact("similar.near_duplicate", "accounts", 0)    what a detector knows besides; the last part is the default
    risk("pii.*")            how bad the worst finding would be if public: compare with low, medium, high, critical
    whose("pii.*", "other")  whether it is information of such a one: self, other, business, public, unknown
    author.trust             0 (unknown) to 4
    author.age_days          days from the account's creation to the post; 0 when unknown, see author.age_known
    author.age_known         whether the platform told when the account was created
    scene  community  text.length
    and or not  == != < <= > >=  in  not in   numbers, "texts", ("lists", "of", "them")

Nothing else is allowed: no other names, calls or attributes, so that a policy can only look, never act.
"""

from __future__ import annotations

import ast
import operator
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from riskguard.domain.post import Scene
from riskguard.domain.privacy import Risk, Whose
from riskguard.domain.taxonomy import Taxonomy
from riskguard.policy.condition import (
    Condition,
    ConditionInvalid,
    Flaw,
    Kind,
    Scope,
    kind_of,
    lineage,
    nearest,
    within,
)

MAX_CHARS = 2_000


def parse_condition(source: str, taxonomy: Taxonomy) -> Condition:
    """The condition, with types and names checked. ConditionInvalid carries every flaw."""
    compiler = _Compiler(source, taxonomy)
    try:
        term = compiler.term(_tree(source))
    except (RecursionError, MemoryError):
        raise ConditionInvalid([Flaw(0, "the condition is nested too deeply", "split it into rules")]) from None
    if not compiler.flaws and term.kind is not Kind.TRUTH:
        compiler.flaws.append(Flaw(0, f"a condition must be true or false, this is {term.kind.value}", "compare it"))
    if compiler.flaws:
        raise ConditionInvalid(compiler.flaws)
    return Condition(source, term.value, tuple(compiler.labels))


@dataclass(frozen=True, slots=True)
class _Term:
    """A compiled part: its kind, how to get its value, and for what is written out the value itself."""

    kind: Kind
    value: Callable[[Scope], Any]
    literal: Any = None
    about: str = ""


_BROKEN = _Term(Kind.BROKEN, lambda _: False)


def _same(value: int, _: Scope) -> int:
    return value


_NAMES: dict[str, tuple[Kind, Callable[[Scope], Any]]] = {
    "author.trust": (Kind.NUMBER, lambda scope: scope.post.author.trust),
    "author.age_days": (Kind.NUMBER, Scope.age_days),
    "author.age_known": (Kind.TRUTH, lambda scope: scope.post.author.created_at is not None),
    "scene": (Kind.TEXT, lambda scope: scope.post.scene.value),
    "community": (Kind.TEXT, lambda scope: scope.post.community),
    "text.length": (Kind.NUMBER, lambda scope: len(scope.post.text)),
    **{risk.word: (Kind.NUMBER, partial(_same, int(risk))) for risk in Risk},
}
_CALLS = {
    "score": 'score("label")',
    "count": 'count("label")',
    "fact": 'fact("label", "name", default)',
    "risk": 'risk("label")',
    "whose": 'whose("label", "other")',
}
_ARGUMENTS = {"fact": 3, "whose": 2}
"""Of the others there is one."""

_ORDERINGS: dict[type[ast.cmpop], tuple[str, Callable[[Any, Any], bool]]] = {
    ast.Lt: ("<", operator.lt),
    ast.LtE: ("<=", operator.le),
    ast.Gt: (">", operator.gt),
    ast.GtE: (">=", operator.ge),
}
_EQUALITIES: dict[type[ast.cmpop], tuple[str, Callable[[Any, Any], bool]]] = {
    ast.Eq: ("==", operator.eq),
    ast.NotEq: ("!=", operator.ne),
}
_MEMBERSHIPS: dict[type[ast.cmpop], tuple[str, Callable[[Any, Any], bool]]] = {
    ast.In: ("in", lambda one, many: one in many),
    ast.NotIn: ("not in", lambda one, many: one not in many),
}


def _tree(source: str) -> ast.expr:
    if len(source) > MAX_CHARS:
        raise ConditionInvalid([Flaw(0, f"the condition is longer than {MAX_CHARS} characters", "split it into rules")])
    if not source.strip():
        raise ConditionInvalid([Flaw(0, "the condition is empty")])
    blank = len(source) - len(source.lstrip())
    line = source[blank:].replace("\n", " ")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(line, mode="eval").body
    except SyntaxError as error:
        offset = blank + max(0, (error.offset or 1) - 1)
        raise ConditionInvalid([Flaw(min(offset, len(source) - 1), "not an expression here", _hint(line))]) from None
    except ValueError:
        raise ConditionInvalid([Flaw(blank, "not an expression")]) from None


def _hint(line: str) -> str:
    if "&&" in line or "||" in line or "!" in line.replace("!=", ""):
        return "write and, or, not"
    if any(mark in line for mark in "（）“”，＞＜＝"):
        return "use half-width brackets, quotes and commas"
    if "=" in line.replace("==", "").replace(">=", "").replace("<=", "").replace("!=", ""):
        return "compare with =="
    return 'such as: score("abuse") >= 0.6 and author.trust < 2'


class _Compiler:
    """Walks the tree once; a broken part is noted and stands as BROKEN, so that the rest is checked too."""

    def __init__(self, source: str, taxonomy: Taxonomy) -> None:
        self._line = source.lstrip().replace("\n", " ")
        self._blank = len(source) - len(source.lstrip())
        self._taxonomy = taxonomy
        self.flaws: list[Flaw] = []
        self.labels: dict[str, None] = {}

    def term(self, node: ast.expr) -> _Term:
        """The compiled part for one node of the tree."""
        match node:
            case ast.BoolOp():
                return self._joined(node)
            case ast.UnaryOp(op=ast.Not()):
                return self._negated(node)
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
                return _literal(-value)
            case ast.BinOp(op=ast.Add()):
                return self._added(node)
            case ast.Compare():
                return self._compared(node)
            case ast.Call():
                return self._called(node)
            case ast.Name() | ast.Attribute():
                return self._named(node)
            case ast.Constant(value=str() | bool() | int() | float() as value):
                return _literal(value)
            case ast.List() | ast.Tuple() | ast.Set():
                return self._listed(node)
        return self._flaw(node, f"'{_short(ast.unparse(node))}' is not part of the language of conditions")

    def _flaw(self, node: ast.expr, message: str, hint: str = "") -> _Term:
        before = self._line.encode()[: node.col_offset].decode(errors="ignore")
        self.flaws.append(Flaw(self._blank + len(before), message, hint))
        return _BROKEN

    def _joined(self, node: ast.BoolOp) -> _Term:
        terms = tuple(self._truth(value).value for value in node.values)
        return _Term(Kind.TRUTH, _all(terms) if isinstance(node.op, ast.And) else _any(terms))

    def _added(self, node: ast.BinOp) -> _Term:
        left, right = self.term(node.left), self.term(node.right)
        if Kind.BROKEN in (left.kind, right.kind):
            return _BROKEN
        if not left.kind is right.kind is Kind.NUMBER:
            return self._flaw(node, f"'+' adds numbers, not {_odd(left, right).value}")
        one, other = left.value, right.value
        return _Term(Kind.NUMBER, lambda scope: one(scope) + other(scope))

    def _negated(self, node: ast.UnaryOp) -> _Term:
        value = self._truth(node.operand).value
        return _Term(Kind.TRUTH, lambda scope: not value(scope))

    def _truth(self, node: ast.expr) -> _Term:
        term = self.term(node)
        if term.kind in (Kind.TRUTH, Kind.BROKEN):
            return term
        return self._flaw(node, f"and, or, not join what is true or false; this is {term.kind.value}", "compare it")

    def _named(self, node: ast.Name | ast.Attribute) -> _Term:
        name = ast.unparse(node)
        if name in _NAMES:
            kind, value = _NAMES[name]
            return _Term(kind, value, about=name)
        if name in _CALLS:
            return self._flaw(node, f"'{name}' needs its brackets", _CALLS[name])
        return self._flaw(node, f"unknown name '{_short(name)}'", nearest(name, [*_NAMES, *_CALLS]))

    def _listed(self, node: ast.List | ast.Tuple | ast.Set) -> _Term:
        terms = [self.term(each) for each in node.elts]
        if any(term.kind is Kind.BROKEN for term in terms):
            return _BROKEN
        if not terms or any(term.literal is None or term.kind is not terms[0].kind for term in terms):
            return self._flaw(node, "a list holds written-out values of one type", '("post", "comment")')
        values = tuple(term.literal for term in terms)
        return _Term(Kind.LIST, lambda _: values, literal=values)

    # --- calls

    def _called(self, node: ast.Call) -> _Term:
        name = ast.unparse(node.func)
        if name not in _CALLS:
            return self._flaw(node, f"unknown function '{_short(name)}'", nearest(name, _CALLS))
        if node.keywords or len(node.args) != _ARGUMENTS.get(name, 1):
            return self._flaw(node, f"'{name}' is called otherwise", _CALLS[name])
        label = self._label(node.args[0], family=name != "fact")
        if label is None:
            return _BROKEN
        if name == "fact":
            return self._fact(node, label)
        return self._whose(node, label) if name == "whose" else _MEASURES[name](label)

    def _label(self, node: ast.expr, *, family: bool) -> str | None:
        if not (isinstance(node, ast.Constant) and isinstance(node.value, str)):
            self._flaw(node, "a label is written out in quotes", 'score("abuse")')
            return None
        label = node.value
        if not (label in self._taxonomy or (family and _is_family(label, self._taxonomy))):
            self._flaw(node, f"unknown label '{_short(label)}'", self._near_label(label, family=family))
            return None
        self.labels[label] = None
        return label

    def _near_label(self, label: str, *, family: bool) -> str:
        known = [each.id for each in self._taxonomy]
        if family:
            known += [f"{parent}.*" for parent in dict.fromkeys(name for each in known for name in lineage(each)[1:])]
        return nearest(label, known) or "labels are listed in taxonomy.yaml"

    def _fact(self, node: ast.Call, label: str) -> _Term:
        name, default = (self.term(argument) for argument in node.args[1:])
        if Kind.BROKEN in (name.kind, default.kind):
            return _BROKEN
        if name.kind is not Kind.TEXT or name.literal is None or default.literal is None or default.kind is Kind.LIST:
            return self._flaw(node, "a fact has a name in quotes and a written-out default", _CALLS["fact"])
        key, otherwise = name.literal, default.literal
        return _Term(default.kind, lambda scope: scope.fact(label, key, otherwise))

    def _whose(self, node: ast.Call, label: str) -> _Term:
        word, known = self.term(node.args[1]), [each.value for each in Whose]
        if word.kind is Kind.BROKEN:
            return _BROKEN
        if word.literal not in known:
            said = _short(ast.unparse(node.args[1]))
            return self._flaw(node.args[1], f"{said} is nobody", nearest(str(word.literal), known) or _CALLS["whose"])
        return _Term(Kind.TRUTH, lambda scope: scope.whose(label, word.literal))

    # --- comparisons

    def _compared(self, node: ast.Compare) -> _Term:
        nodes = [node.left, *node.comparators]
        terms = [self.term(each) for each in nodes]
        if any(term.kind is Kind.BROKEN for term in terms):
            return _BROKEN
        tests = [
            self._test(operation, terms[at], terms[at + 1], nodes[at + 1]) for at, operation in enumerate(node.ops)
        ]
        whole = [test for test in tests if test is not None]
        if len(whole) < len(tests):
            return _BROKEN
        return _Term(Kind.TRUTH, whole[0] if len(whole) == 1 else _all(tuple(whole)))

    def _test(self, op: ast.cmpop, left: _Term, right: _Term, node: ast.expr) -> Callable[[Scope], bool] | None:
        kind = type(op)
        if kind in _MEMBERSHIPS:
            sign, holds = _MEMBERSHIPS[kind]
            fits = right.kind is Kind.LIST and kind_of(right.literal[0]) is left.kind
            wanted = f"'{sign}' looks for {left.kind.value} in a list of such"
        elif kind in _ORDERINGS:
            sign, holds = _ORDERINGS[kind]
            fits = left.kind is right.kind is Kind.NUMBER
            wanted = f"'{sign}' compares numbers, not {_odd(left, right).value}"
        elif kind in _EQUALITIES:
            sign, holds = _EQUALITIES[kind]
            fits = left.kind is right.kind
            wanted = f"'{sign}' compares two of a kind, not {left.kind.value} with {right.kind.value}"
        else:
            self._flaw(node, "'is' is not part of the language of conditions", "compare with ==")
            return None
        if not fits:
            self._flaw(node, wanted)
            return None
        return _comparison(left, right, holds) if self._scenes_known(left, right, node) else None

    def _scenes_known(self, left: _Term, right: _Term, node: ast.expr) -> bool:
        known = [scene.value for scene in Scene]
        for name, other in ((left, right), (right, left)):
            if name.about == "scene" and other.literal is not None:
                words = other.literal if other.kind is Kind.LIST else (other.literal,)
                for word in words:
                    if word not in known:
                        self._flaw(node, f"unknown scene '{_short(word)}'", nearest(word, known))
                        return False
        return True


def _comparison(left: _Term, right: _Term, holds: Callable[[Any, Any], bool]) -> Callable[[Scope], bool]:
    one, other, fixed = left.value, right.value, right.literal
    if fixed is None:
        return lambda scope: holds(one(scope), other(scope))
    if left.about.startswith("score:") and holds is operator.ge:  # what most rules ask: spare a call
        label = left.about.removeprefix("score:")
        return lambda scope: bool(scope.scores.get(label, 0.0) >= fixed)
    return lambda scope: holds(one(scope), fixed)


def _all(terms: tuple[Callable[[Scope], bool], ...]) -> Callable[[Scope], bool]:
    def hold(scope: Scope) -> bool:
        for term in terms:  # noqa: SIM110 (a generator costs twice as much on this hot path)
            if not term(scope):
                return False
        return True

    return hold


def _any(terms: tuple[Callable[[Scope], bool], ...]) -> Callable[[Scope], bool]:
    def hold(scope: Scope) -> bool:
        for term in terms:  # noqa: SIM110
            if term(scope):
                return True
        return False

    return hold


def _score(label: str) -> _Term:
    if label.endswith(".*"):
        parent = label[:-2]
        return _Term(Kind.NUMBER, lambda scope: scope.highest(parent))
    return _Term(Kind.NUMBER, lambda scope: scope.scores.get(label, 0.0), about=f"score:{label}")


def _count(label: str) -> _Term:
    if label.endswith(".*"):
        parent = label[:-2]
        return _Term(Kind.NUMBER, lambda scope: scope.count_all(parent))
    return _Term(Kind.NUMBER, lambda scope: scope.count(label))


def _risk(label: str) -> _Term:
    return _Term(Kind.NUMBER, lambda scope: scope.risk(label))


_MEASURES: dict[str, Callable[[str], _Term]] = {"score": _score, "count": _count, "risk": _risk}


def _literal(value: str | float | bool) -> _Term:
    return _Term(kind_of(value), lambda _: value, literal=value)


def _odd(left: _Term, right: _Term) -> Kind:
    return left.kind if left.kind is not Kind.NUMBER else right.kind


def _is_family(label: str, taxonomy: Taxonomy) -> bool:
    if not label.endswith(".*"):
        return False
    parent = label[:-2]
    return parent == "custom" or label in taxonomy or any(within(each.id, parent) for each in taxonomy)


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"
