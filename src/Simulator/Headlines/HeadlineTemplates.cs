namespace Sentiment.Simulator.Headlines;

/// <summary>
/// Headline patterns. {N} company name with its symbol, {S} symbol, {P} percent, {M} money, {Q} quarter, {C} city,
/// {R} product line, {A} research house, {X} person, {D} count, {T} price.
/// </summary>
internal static class HeadlineTemplates
{
    public static readonly string[] Company =
    [
        // Good news.
        "{N} beats {Q} estimates as {R} revenue climbs {P} to {M}",
        "{N} raises full-year outlook after record {Q} orders of {M}",
        "{N} shares jump {P} on strong demand for {R}",
        "{A} upgrades {N} to buy, sees price at {T}",
        "{N} wins {M} contract to supply {R} in {C}",
        "{N} returns to profit with {M} in {Q}",
        "{N} lifts dividend by {P} and adds {M} to its buyback",
        "Margins at {N} widen {P} as {R} costs fall faster than expected",
        "{N} opens {C} plant ahead of schedule, creating {D} jobs",
        "Regulators clear {N}'s {R} line; {D} units ready to ship",
        "{N} posts best {Q} in a decade; {R} backlog reaches {M}",
        "“A turning point”: {X} on {N}'s {P} jump in {R} sales",
        "{N} settles patent case in its favour & collects {M}",
        "Investors cheer {N} after cash flow rises {P} to {M}",
        "{S} rallies {P} as {A} calls {R} launch a clear success",
        "{N} cuts debt by {M}, credit rating raised",
        "{N} secures supply deal worth {M} with {C} authority",
        "Customers flock to {N}: {R} subscriptions up {P}",

        // Bad news.
        "{N} misses {Q} estimates as {R} revenue slides {P}",
        "{N} cuts full-year outlook, blames weak {R} demand in {C}",
        "{N} shares tumble {P} after {X} resigns without notice",
        "{A} downgrades {N} to sell, warns of {P} downside in {R}",
        "{N} recalls {D} {R} units after safety complaints",
        "{N} to cut {D} jobs as losses widen to {M}",
        "Regulators fine {N} {M} over {R} disclosures",
        "{N} suspends dividend after {Q} loss of {M}",
        "Strike halts {N}'s {C} plant, {D} workers walk out",
        "{N} loses {M} contract to a rival, stock falls {P}",
        "Auditor flags doubts over {N}'s ability to refinance {M}",
        "{N} delays {R} again after {M} overrun; {A} calls it “a serious setback”",
        "Data breach at {N} exposes {D} customer records in {C}",
        "{S} sinks {P} on report of falling {R} prices",
        "Lawsuit over {M} accuses {N} of misleading investors about {R}",
        "{N} writes down {R} unit by {M} & closes {C} office",
        "Short seller targets {N}, claims {Q} sales were overstated by {P}",
        "{N}'s {Q} margins shrink {P} as freight & energy costs bite",

        // Plain facts.
        "{N} to report {Q} results next week; {A} expects {M}",
        "{N} names {X} head of {R} team of {D}",
        "{N} schedules annual meeting in {C}; {D} holders registered",
        "{X} to speak for {N} on {R} at the {C} investor conference",
        "{N} files to register {D} shares held by {C} employees",
        "{A} keeps {N} at hold with price of {T}",
        "{N} moves {D} {R} staff to another {C} office",
        "{S} little changed at {T} before {Q} figures",
        "{N} renews {M} credit line with {C} lenders on unchanged terms",
        "What to watch when {N} reports {Q} numbers: {R} sales near {M}",
        "{N} publishes {Q} filing; {R} segment is {P} of sales",
        "{N} appoints {X} to the board; stock at {T}",
        "{N} & partners begin {C} study of {R} with {D} participants",
        "{N} says {C} site visit by {X} to {R} unit is \"routine\"",
        "Options volume in {S} reaches {D} contracts at {T}",
        "{N} changes reporting calendar; {Q} sales of {M} unaffected",
        "{N} completes planned maintenance at {C} facility after {D} hours",
        "Ex-date for {N} dividend of {T} confirmed",
    ];

    public static readonly string[] MarketWide =
    [
        "Stocks end mixed as traders weigh {Q} earnings and rates",
        "Futures slip {P} ahead of inflation data",
        "Markets rally {P}, lenders and chip makers lead",
        "Oil falls {P}; {C} exchange extends losses",
        "Central bank leaves rates unchanged, as expected",
        "Morning brief: {D} companies report {Q} results today",
        "Bond yields ease after {C} auction draws {M}",
        "Sector watch: {R} makers under pressure, down {P}",
        "{A}: earnings season is better than feared",
        "Week ahead – {D} filings, {C} summit & jobs report",
        "Equity funds see {M} of outflows in worst week of the year",
        "Exporters gain {P} as currency weakens",
    ];

    public static readonly string[] Sentences =
    [
        "The company gave the figures in a statement from {C}.",
        "{A} had expected {M} for {Q}.",
        "{X} declined to comment beyond the filing.",
        "The stock last traded at {T} in {C}.",
        "About {D} people work on {R} there.",
        "Analysts polled by {A} see {P} growth next year.",
        "Trading volume was {P} above the monthly average.",
        "The {R} business accounts for {P} of group sales.",
    ];
}
