"""Every figure of results and priorities: what it says, its formula, range, edges and source.

The one structured source of the method page and its files; `docs/statistics.md` explains the same functions at length.
"""

from dataclasses import dataclass

EDGE_WORDS = {
    "no_answers": "Empty without an answer.",
    "one_answer": "Empty with a single answer.",
    "few": "Empty under the smallest group.",
    "merged": "Groups too small to show count together as one.",
    "no_pairs": "Empty where too few answered both rounds.",
}


@dataclass(frozen=True)
class Measure:
    """One figure: `name` and `words` are said to people, `formula`, `limits` and `source` are the same everywhere.

    `functions` compute it, in `app/stats`.
    """

    code: str
    name: str
    words: str
    formula: str
    limits: str
    edges: tuple[str, ...]
    source: str
    functions: tuple[str, ...] = ()


MEASURES: tuple[Measure, ...] = (
    Measure(
        "answers",
        "Answers",
        "How many people rated the initiative by the criterion.",
        "n = n₁ + n₂ + … + n_L",
        "0, 1, 2, …",
        ("few",),
        "–",
        ("total",),
    ),
    Measure(
        "cannot_judge",
        "Can't judge",
        "How many were asked and said that they cannot judge. They are in no share and no average.",
        "a − n",
        "0, 1, 2, …",
        ("few",),
        "–",
    ),
    Measure(
        "shares",
        "Shares of low, middle and high ratings",
        "Each group's share first, then the plain average of the groups, so that a large group does not outvote a "
        "small one.",
        "S = (s₁ + s₂ + … + s_H) / H",
        "0 … 1",
        ("no_answers", "few", "merged"),
        "Kish, Survey Sampling, 1965",
        ("balance", "top_box", "bottom_box"),
    ),
    Measure(
        "box_share",
        "Share of high ratings, all together",
        "The share of all answers in the upper levels, whatever group they come from.",
        "p = n₊ / n",
        "0 … 1",
        ("no_answers", "few"),
        "–",
        ("share_in",),
    ),
    Measure(
        "interval",
        "Interval of the share",
        "Which shares a panel of this size could come from. It says how little few answers tell, and nothing of who "
        "did not answer.",
        "(p + z²/2n ± z √(p(1−p)/n + z²/4n²)) / (1 + z²/n), z = 1.96",
        "0 … 1",
        ("no_answers", "few"),
        "Wilson, JASA 22, 1927",
        ("wilson",),
    ),
    Measure(
        "mean",
        "Average rating",
        "The average of all answers; beside it the average of the groups' averages, which the ranking follows.",
        "m = Σ l·n_l / n;  M = (m₁ + … + m_H) / H",
        "1 … L",
        ("no_answers", "few", "merged"),
        "Kish, Survey Sampling, 1965",
        ("mean", "balance"),
    ),
    Measure(
        "spread",
        "Spread of the ratings",
        "How far answers lie from the average: the standard deviation, and the standard error of the groups' average.",
        "s² = Σ n_l (l − m)² / (n − 1);  SE = √(Σ s_h²/n_h) / H",
        "0 …",
        ("one_answer", "few"),
        "Kish, Survey Sampling, 1965",
        ("standard_deviation", "balance"),
    ),
    Measure(
        "median",
        "Middle answer and quartiles",
        "Half of the answers lie at or below the middle answer; the middle half lies between the quartiles.",
        "x₍ₖ₊₁₎ + (g − k)(x₍ₖ₊₂₎ − x₍ₖ₊₁₎), g = (n − 1)q, k = ⌊g⌋;  IQR = Q3 − Q1",
        "1 … L",
        ("no_answers", "few"),
        "Hyndman and Fan, The American Statistician 50, 1996, type 7",
        ("median", "quantile", "interquartile_range"),
    ),
    Measure(
        "verdict",
        "Opinion",
        "Consensus, leaning, divided, low support or too few, by the rule fixed before the first round.",
        "S ≥ a ∧ s_h ≥ b;  max s_h − min s_h ≥ g;  S < c",
        "–",
        ("merged",),
        "INNAXE, decision 8",
        ("judge",),
    ),
    Measure(
        "standing",
        "Whether the answers are enough",
        "Whether the intervals lie wholly above or wholly below what the rule asks; else it cannot be told.",
        "L(S) ≥ a ∧ L(s_h) ≥ b;  U(S) < a ∨ U(s_h) < b",
        "–",
        ("merged",),
        "INNAXE, decision 8",
        ("stand", "wilson"),
    ),
    Measure(
        "gap",
        "Gap between groups",
        "The distance between the highest and the lowest share of high ratings among groups that may be shown.",
        "max s_h − min s_h",
        "0 … 1",
        ("few",),
        "–",
        ("judge",),
    ),
    Measure(
        "agreed_under",
        "What other rules would say",
        "Under how many of the rules that others have published the initiative counts as agreed.",
        "–",
        "0 … 10",
        ("few",),
        "app/stats/rulesets.py",
        ("compare_rules",),
    ),
    Measure(
        "rank",
        "Rank",
        "1 is the highest average; initiatives with the same average share a rank.",
        "1 + #(M_j > M) + ½·#(M_j = M)",
        "1 … N",
        ("few",),
        "–",
        ("rank",),
    ),
    Measure(
        "likely_rank",
        "Likely rank",
        "The ranks an initiative takes in nine of ten re-samples, and in half of them. Whole people are drawn again "
        "within their group.",
        "Q₀.₀₅ … Q₀.₉₅;  Q₀.₂₅ … Q₀.₇₅",
        "1 … N",
        ("few",),
        "Efron, Annals of Statistics 7, 1979",
        ("rank_uncertainty", "draw_again"),
    ),
    Measure(
        "rank_set",
        "Likely rank of all at once",
        "The ranks that each initiative can hold, so that all of these statements together are right nineteen times of "
        "twenty. Of two initiatives, one is ahead only where their difference is larger than chance explains.",
        "1 + #(surely better) … N − #(surely worse)",
        "1 … N",
        ("few",),
        "Mogstad, Romano, Shaikh and Wilhelm, Review of Economic Studies 91, 2024",
        ("confidence_sets",),
    ),
    Measure(
        "methods",
        "Rank by another way of adding up",
        "The same averages and weights, added up otherwise. An initiative that only some ways put first depends on the "
        "method.",
        "rank of Σ w·m, TOPSIS, PROMETHEE II, Borda, CHNRI",
        "1 … N",
        ("few", "merged"),
        "Hwang and Yoon 1981; Brans and Vincke 1985; Rudan et al. 2008",
        ("weighted_sum", "closeness_to_ideal", "outranking_flows", "borda", "research_priority", "rank_agreement"),
    ),
    Measure(
        "bridging",
        "Bridging score",
        "What all groups share: how likely a person of each group rates high, multiplied over the groups. The root "
        "compares initiatives with different numbers of groups.",
        "Π (x_g + 1) / (n_g + 2)",
        "0 … 1",
        ("few",),
        "Small et al., Recerca 26, 2021",
        ("group_informed_consensus",),
    ),
    Measure(
        "firmness",
        "Firmness of the top",
        "In how many re-samples the first places are held by the same initiatives, and how often each is among them.",
        "#(T* = T_k) / B",
        "0 … 1",
        ("few",),
        "Efron, Annals of Statistics 7, 1979",
        ("same_shortlist_share", "in_shortlist_shares"),
    ),
    Measure(
        "score",
        "Score",
        "The weighted average over the criteria, in units of the scale, with the weights fixed with the survey or "
        "chosen on the page of priorities.",
        "Σ w_c · M_c, Σ w_c = 1;  Q₀.₀₂₅ … Q₀.₉₇₅",
        "1 … L",
        ("few", "merged"),
        "Keeney and Raiffa, Decisions with Multiple Objectives, 1976",
        ("composite", "percentile_intervals"),
    ),
    Measure(
        "change",
        "Change between rounds",
        "The share of high ratings before and now, of the same people: those who rated it in both rounds.",
        "(S₂ − S₁) · 100",
        "−100 … 100",
        ("no_pairs", "few"),
        "Scheibe, Skutsch and Schofer, The Delphi Method, 1975",
        ("change",),
    ),
    Measure(
        "dissent",
        "How far groups stand apart",
        "How often a person of one group rates higher than one of the others, less how often lower (Cliff's delta).",
        "δ = (#(x > y) − #(x < y)) / (n_x · n_y)",
        "−1 … 1",
        ("few",),
        "Cliff, Psychological Bulletin 114, 1993",
        ("compare_pairs", "delta_interval", "find_camps"),
    ),
    Measure(
        "response",
        "Answers by group",
        "How many answered in each group, beside how many were invited.",
        "n_h / i_h",
        "0 … 1",
        ("few",),
        "–",
    ),
)
BY_CODE = {measure.code: measure for measure in MEASURES}
