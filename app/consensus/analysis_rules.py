"""What would be agreed under other people's rules."""

from typing import Any

import numpy as np

from app.consensus.panel import Rated
from app.stats.edge import Real
from app.stats.rulesets import PUBLISHED, compare_rules


def describe_rules(panel: Rated, by_helix: Real, minimum: int = 1) -> dict[str, Any]:
    """Each item's fate under the published rules, from counts (initiatives, criteria, helices, levels).

    Robust: all rules agree, for or against; fragile: it depends on whose rule one takes. A group of fewer than
    `minimum` answers cannot meet a rule about every group, and one without answers never yields agreement.
    """
    found = compare_rules(by_helix, minimum=minimum)
    return {
        "rules": [rule.as_data() for rule in PUBLISHED],
        "rows": [
            {
                "initiative": panel.initiatives[at[0]],
                "criterion": panel.criteria[at[1]],
                "agreed": [
                    rule.code for rule, fate in zip(PUBLISHED, found.fates[:, at[0], at[1]], strict=True) if fate
                ],
                "result": "robust" if found.is_robust[at] else "fragile",
            }
            for at in np.ndindex(found.is_robust.shape)
        ],
    }
