"""The KPI board: every unit and head, goal, value, due date, trend and status, each number down to its cases."""
