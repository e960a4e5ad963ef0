namespace Sentiment.Simulator.Feed;

/// <summary>The records of one symbol as a pure function of the slot number.</summary>
internal sealed class SymbolStream
{
    private const ulong MarketWideTexts = 64;

    // Ids stay below 2^52, so that every JSON reader keeps them exact.
    private const int IdShift = 12;

    private static readonly BadKind[] BadKinds =
    [
        BadKind.MissingId, BadKind.MissingId, BadKind.MissingId, BadKind.MissingId,
        BadKind.MissingTitle, BadKind.MissingTitle, BadKind.MissingTitle, BadKind.MissingTitle,
        BadKind.EmptyTitle, BadKind.EmptyTitle, BadKind.EmptyTitle, BadKind.EmptyTitle,
        BadKind.UnparseableDate, BadKind.UnparseableDate, BadKind.UnparseableDate, BadKind.UnparseableDate,
        BadKind.FutureDate, BadKind.FutureDate, BadKind.FutureDate,
        BadKind.OversizeTitle,
    ];

    // Market news is paged by id, so its ids grow with arrival: milliseconds, then bits that tell equal ones apart.
    private const int IdBits = 11;

    private readonly SimulatorOptions _options;
    private readonly bool _idsGrow;
    private readonly FeedSchedule _schedule;
    private readonly string _symbol;
    private readonly string[] _alone;
    private readonly SymbolGroup _group;
    private readonly ulong _vendorKey;
    private readonly ulong _symbolKey;
    private readonly ulong _groupKey;

    public SymbolStream(SimulatorOptions options, FeedSchedule schedule, Vendor vendor, string symbol)
    {
        _options = options;
        _schedule = schedule;
        _symbol = symbol;
        _idsGrow = vendor == Vendor.FinnhubMarket;
        _alone = [symbol];
        _group = SymbolGroup.Of(symbol);
        _vendorKey = SeededDraw.Mix((ulong)options.Seed, SeededDraw.Of(vendor.ToString()));
        _symbolKey = SeededDraw.Mix(_vendorKey, SeededDraw.Of(symbol));
        _groupKey = SeededDraw.Mix(_vendorKey, SeededDraw.Of("group " + _group.Name));
    }

    public DateTimeOffset? SlotStart(int slot) => _schedule.Slot(slot)?.Start;

    public FeedItem Item(int slot)
    {
        var shared = SharedSymbols(slot);
        return shared is null ? Own(slot) : Create(slot, SeededDraw.Mix(_groupKey, (ulong)slot), shared, shared[0], bad: BadKind.None);
    }

    public FeedItem Added(AddedItem added)
    {
        var key = SeededDraw.Mix(SeededDraw.Mix(_symbolKey, SeededDraw.Of("added")), (ulong)added.Ordinal);
        return new FeedItem
        {
            Key = key,
            Id = _idsGrow ? GrowingId(added.CrawledAt, (ulong)added.Ordinal) : IdOf(key),
            Symbol = _symbol,
            Symbols = _alone,
            CrawledAt = added.CrawledAt,
            PublishedAt = added.PublishedAt,
            TextKey = key,
            NamingSymbol = _symbol,
            FixedTitle = added.Title,
        };
    }

    private static long IdOf(ulong key) => (long)(key >> IdShift) + 1;

    private static long GrowingId(DateTimeOffset crawled, ulong key) =>
        (crawled.ToUnixTimeMilliseconds() << IdBits) | (long)(key & ((1UL << IdBits) - 1));

    private FeedItem Own(int slot)
    {
        var key = SeededDraw.Mix(_symbolKey, (ulong)slot);
        var bad = BadOf(key);
        if (bad != BadKind.None || !Repeats(key))
        {
            return Create(slot, key, _alone, _symbol, bad);
        }

        var draw = new SeededDraw(SeededDraw.Mix(key, 3));
        if (draw.Chance(0.5) && FreshBefore(slot, draw.Below(20)) is { } earlier)
        {
            return Create(slot, key, _alone, _symbol, BadKind.None, SeededDraw.Mix(_symbolKey, (ulong)earlier));
        }

        var marketWide = SeededDraw.Mix((ulong)_options.Seed, draw.Next() % MarketWideTexts);
        return Create(slot, key, _alone, namingSymbol: null, BadKind.None, marketWide);
    }

    private FeedItem Create(int slot, ulong key, string[] symbols, string? namingSymbol, BadKind bad, ulong? textKey = null)
    {
        var (start, length) = _schedule.Slot(slot) ?? throw new ArgumentOutOfRangeException(nameof(slot));
        var draw = new SeededDraw(SeededDraw.Mix(key, 1));
        var crawled = start + (length * draw.Unit());
        var published = crawled - Delay(ref draw);
        var whole = RecordDates.InWholeSeconds(key) ? TimeSpan.TicksPerSecond : TimeSpan.TicksPerMicrosecond;
        return new FeedItem
        {
            Key = key,
            Id = _idsGrow ? GrowingId(Truncate(crawled, whole), key) : IdOf(key),
            Symbol = _symbol,
            Symbols = symbols,
            CrawledAt = Truncate(crawled, whole),
            PublishedAt = Truncate(published, whole),
            TextKey = textKey ?? key,
            NamingSymbol = namingSymbol,
            Bad = bad,
        };
    }

    private TimeSpan Delay(ref SeededDraw draw)
    {
        var kind = draw.Unit();
        var size = draw.Unit();
        if (kind < _options.FarBackdatedShare)
        {
            return TimeSpan.FromHours(74 + (66 * size));
        }

        return kind < _options.FarBackdatedShare + _options.BackdatedShare
            ? TimeSpan.FromHours(1 + (46.9 * size))
            : TimeSpan.FromSeconds(5 + (1200 * size));
    }

    private string[]? SharedSymbols(int slot)
    {
        if (_group.Members.Length < 2)
        {
            return null;
        }

        var draw = new SeededDraw(SeededDraw.Mix(SeededDraw.Mix(_groupKey, (ulong)slot), 2));

        // Some records leave one of the three members out: a slightly higher share keeps each symbol's share as asked.
        if (!draw.Chance(_options.SharedShare * (_group.Members.Length == 3 ? 1.2 : 1)))
        {
            return null;
        }

        var leftOut = _group.Members.Length == 3 && draw.Chance(0.5) ? draw.Below(3) : -1;
        var symbols = _group.Members.Where((_, index) => index != leftOut).ToArray();
        return symbols.Contains(_symbol) ? symbols : null;
    }

    private int? FreshBefore(int slot, int skip)
    {
        for (var earlier = slot - 1 - skip; earlier >= 0 && earlier > slot - 100; earlier--)
        {
            var key = SeededDraw.Mix(_symbolKey, (ulong)earlier);
            if (SharedSymbols(earlier) is null && BadOf(key) == BadKind.None && !Repeats(key))
            {
                return earlier;
            }
        }

        return null;
    }

    private bool Repeats(ulong key) => new SeededDraw(SeededDraw.Mix(key, 4)).Chance(1 - _options.DistinctShare);

    private BadKind BadOf(ulong key)
    {
        var draw = new SeededDraw(SeededDraw.Mix(key, 5));
        return draw.Chance(_options.BadShare) ? draw.Pick(BadKinds) : BadKind.None;
    }

    private static DateTimeOffset Truncate(DateTimeOffset time, long ticks) => time.AddTicks(-(time.Ticks % ticks));
}
