"""A mixed-integer program, put together column by column, and what HiGHS makes of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hubbub.kernel.errors import HubbubError

SEED = 7
"""The solver's own; fixed, so that a roster can be had again."""
Floats = NDArray[np.float64]
Columns = NDArray[np.int64]


class Unsolved(HubbubError):
    """The solver stopped without an answer."""

    status = 503
    message = "No roster was found in the time given ({why}). Give it more time."


@dataclass
class Program:
    """Minimise cost over columns within bounds, with rows of linear conditions."""

    cost: list[float] = field(default_factory=list)
    most: list[float] = field(default_factory=list)
    whole_columns: list[int] = field(default_factory=list)
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    entries: list[tuple[int, int, float]] = field(default_factory=list)

    def column(self, most: float, cost: float = 0.0, whole: bool = True) -> int:
        """Add a variable from 0 on."""
        self.cost.append(cost)
        self.most.append(most)
        if whole:
            self.whole_columns.append(len(self.cost) - 1)
        return len(self.cost) - 1

    def row(self, terms: Iterable[tuple[int, float]], low: float = -np.inf, high: float = np.inf) -> int:
        """Add a condition."""
        row = len(self.low)
        self.entries.extend((row, column, factor) for column, factor in terms)
        self.low.append(low)
        self.high.append(high)
        return row


@dataclass(frozen=True)
class Solved:
    """What the solver found."""

    values: NDArray[np.float64]
    duals: NDArray[np.float64]
    """What one unit more of each row's need costs; of a program without whole numbers only."""
    objective: float
    bound: float
    """No answer can be cheaper."""


def solve(
    program: Program,
    *,
    seconds: float = 30.0,
    gap: float = 0.0,
    whole: Sequence[int] | Columns | None = None,
    within: tuple[Floats, Floats] | None = None,
    start: Floats | None = None,
    enough: float = -np.inf,
) -> Solved:
    """Return an answer that is within `gap` of the best one, or the best that is found in time.

    Parameters
    ----------
    whole : columns, optional
        Those that take whole numbers; none: the relaxed program.
    within : two arrays of shape (columns,), optional
        Narrower bounds of the columns.
    start : array of shape (columns,), optional
        An answer to improve.
    enough : float
        An answer that costs no more is taken at once.

    Raises
    ------
    Unsolved
        If none is found in time.
    """
    import highspy

    solver: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    columns = np.asarray(program.whole_columns if whole is None else whole, np.int64)
    for option, value in (
        ("output_flag", False), ("threads", 1), ("random_seed", SEED), ("time_limit", max(0.1, float(seconds))),
        ("mip_rel_gap", float(gap)), ("mip_abs_gap", 1e-6), ("objective_target", float(enough)),
        ("solver", "choose" if len(columns) else "ipm"), ("mip_lp_solver", "ipm"),
    ):  # fmt: skip
        solver.setOptionValue(option, value)
    solver.passModel(_model(highspy, program, columns, within))
    if start is not None:
        known = highspy.HighsSolution()
        known.col_value = start
        solver.setSolution(known)
    solver.run()
    info, solution = solver.getInfo(), solver.getSolution()
    if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        raise Unsolved(why=solver.modelStatusToString(solver.getModelStatus()))
    objective = float(info.objective_function_value)
    bound = float(info.mip_dual_bound) if len(columns) else objective
    return Solved(np.array(solution.col_value), np.array(solution.row_dual), objective, bound)


def _model(highspy: Any, program: Program, whole: Columns, within: tuple[Floats, Floats] | None) -> Any:
    model, many = highspy.HighsLp(), len(program.cost)
    model.num_col_, model.num_row_ = many, len(program.low)
    model.col_cost_ = np.array(program.cost)
    model.col_lower_, model.col_upper_ = within or (np.zeros(many), np.array(program.most))
    model.row_lower_, model.row_upper_ = np.array(program.low), np.array(program.high)
    table = np.array(program.entries).reshape(-1, 3)
    table = table[np.lexsort((table[:, 1], table[:, 0]))]
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = np.searchsorted(table[:, 0], np.arange(len(program.low) + 1)).astype(np.int32)
    model.a_matrix_.index_ = table[:, 1].astype(np.int32)
    model.a_matrix_.value_ = table[:, 2]
    if len(whole):
        types = np.full(many, highspy.HighsVarType.kContinuous, object)
        types[whole] = highspy.HighsVarType.kInteger
        model.integrality_ = types.tolist()
    return model
