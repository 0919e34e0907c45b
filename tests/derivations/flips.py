"""Wrong derivations, made by turning one sign in one expression."""

import ast
import copy


class _Flip(ast.NodeTransformer):
    """Turn the k-th sign: + and - of two terms, and a minus in front."""

    def __init__(self, k):
        self.k, self.count = k, 0

    def _is_next(self):
        self.count += 1
        return self.count - 1 == self.k

    def visit_BinOp(self, node):
        self.generic_visit(node)
        if isinstance(node.op, (ast.Add, ast.Sub)) and self._is_next():
            node.op = ast.Sub() if isinstance(node.op, ast.Add) else ast.Add()
        return node

    def visit_UnaryOp(self, node):
        self.generic_visit(node)
        return node.operand if isinstance(node.op, ast.USub) and self._is_next() else node

    def visit_keyword(self, node):      # axis=-1 is no sign
        return node

    def visit_Subscript(self, node):    # nor is an index
        node.value = self.visit(node.value)
        return node


def flips(code):
    """Return the expression with each of its signs turned, and with a minus in front of the whole."""
    tree = ast.parse(code.strip(), mode="eval")
    found = [f"-1 * ({code.strip()})"]
    k = 0
    while True:
        flip = _Flip(k)
        turned = ast.unparse(ast.fix_missing_locations(flip.visit(copy.deepcopy(tree))))
        if flip.count <= k:
            return found
        found.append(turned)
        k += 1
