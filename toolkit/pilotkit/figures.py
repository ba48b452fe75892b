"""Figures: KPI values, targets, sign-offs, costs, and the engines that count."""

from pilotkit.lazy_names import lazy_names

_MODULES = {
    "errors": "TargetError",
    "measures.costs": "CostChange cost_changes year_total",
    "measures.engines": "Answer Engine FactFiles merge_answers",
    "measures.escalation": "escalations",
    "measures.formulas": "FormulaValue IndexValue InputValue index_values",
    "measures.measures": "CasePage Measures",
    "measures.plan": "Plan Quantile Sum",
    "measures.signoffs": "SignOffs SignedFigure",
    "measures.target_status": "TargetReport",
    "model.accountability": "Escalation EscalationRule Occasion SignOff",
    "model.kpi": "FormulaInput Goal KpiValue ReportedCount ReportedFigure TargetStatus",
}
__getattr__, _HOMES = lazy_names(__name__, _MODULES)
__all__ = sorted(_HOMES)  # noqa: PLE0605  # a list, but computed from the modules above
