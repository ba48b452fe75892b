"""How sure a forecast of a share is: a prediction interval from what the last days were like.

The coming cases are taken to be like those of the last days, of which there are only so many (sampling), and days
differ from each other by more than chance (overdispersion), and more or fewer cases may come (volume). The interval
covers all three.

- Share: invert the score test that the coming cases and the last ones have one share in common. Of all of them together
  this is the interval of E. B. Wilson (1927, J. Am. Stat. Assoc. 22, 209-212) with the variance of a finite population;
  as a prediction interval: K. Krishnamoorthy, J. Peng (2011, J. Stat. Plan. Inference 141, 1709-1718).
- Overdispersion: the variance is multiplied by Pearson's chi-squared over its degrees of freedom, where that is more
  than 1, and Student's t stands in for the normal (P. McCullagh, J. A. Nelder, *Generalized Linear Models*, 2nd ed.
  1989, 4.5).
- Volume: the sum of as many further days, from the mean and the variance of the last ones.

See ``docs/explanation/targets.md``, which also says how often the interval held in drawn histories.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

CONFIDENCE = 95
"""Percent of due dates whose figure lies inside, if the coming days are like the last ones."""
_NORMAL = 1.959964
_STUDENT = (12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060, 2.2622)
"""The 97.5% quantile of Student's t with 1, 2, 3, … degrees of freedom (any statistical table)."""
Day = tuple[float, float]
"""Numerator and denominator of one day."""


def coming_cases(days: Sequence[Day], left: int) -> tuple[float, float, float]:
    """How many cases come in the days that are left: at least, as expected, and at most.

    Args:
        days: the last days, also those without cases.
        left: days that are left.
    """
    counts = [denominator for _, denominator in days]
    mean = sum(counts) / len(counts)
    if len(counts) < 2:  # noqa: PLR2004  # one day has no variance
        return mean * left, mean * left, mean * left
    variance = sum((count - mean) ** 2 for count in counts) / (len(counts) - 1)
    spread = _student(len(counts) - 1) * math.sqrt(variance * left * (1 + left / len(counts)))
    return max(0.0, mean * left - spread), mean * left, mean * left + spread


def coming_share(days: Sequence[Day], coming: float) -> tuple[float, float]:
    """Between which shares, 0 to 1, the coming cases will lie; all of them where too few days say anything.

    Args:
        days: the last days.
        coming: how many cases come.
    """
    with_cases = [day for day in days if day[1] > 0]
    seen = sum(denominator for _, denominator in with_cases)
    if len(with_cases) < 2 or coming <= 0:  # noqa: PLR2004  # one day does not say how days differ
        return 0.0, 1.0
    share = sum(numerator for numerator, _ in with_cases) / seen
    width = _student(len(with_cases) - 1) ** 2 * overdispersion(with_cases) * coming / (seen * (seen + coming))
    middle = share + width / 2
    half = math.sqrt(width * share * (1 - share) + width**2 / 4)
    return tuple(_of_coming((middle + sign * half) / (1 + width), share, seen, coming) for sign in (-1, 1))  # type: ignore[return-value]  # two of them


def overdispersion(days: Sequence[Day]) -> float:
    """How much more days differ from each other than chance would have it; 1 where they do not."""
    seen = sum(denominator for _, denominator in days)
    share = sum(numerator for numerator, _ in days) / seen
    if len(days) < 2 or not 0 < share < 1:  # noqa: PLR2004  # one day, or all days alike
        return 1.0
    squares = sum(
        (numerator - denominator * share) ** 2 / denominator for numerator, denominator in days if denominator
    )
    return max(1.0, squares / (share * (1 - share)) / (len(days) - 1))


def _of_coming(together: float, share: float, seen: float, coming: float) -> float:
    """Return the share of the coming cases alone, from that of all together."""
    return min(1.0, max(0.0, share + (seen + coming) / coming * (together - share)))


def _student(freedom: int) -> float:
    return _STUDENT[freedom - 1] if freedom <= len(_STUDENT) else _NORMAL + (_NORMAL**3 + _NORMAL) / (4 * freedom)
