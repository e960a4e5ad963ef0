using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Sentiment.Simulator.Access;
using Sentiment.Simulator.Faults;
using Sentiment.Simulator.Feed;
using Sentiment.Simulator.Headlines;
using Sentiment.Simulator.Prices;
using Sentiment.Simulator.Truth;

namespace Sentiment.Simulator.SideDoor;

/// <summary>The endpoints under /_sim that tests and demos steer the simulator with; no key is asked.</summary>
internal sealed class SideDoorEndpoints(
    FeedStore store,
    SimulatorClock clock,
    FaultPlan faults,
    CallStatistics statistics,
    CallLimits limits,
    TruthReport truth,
    PriceTruth prices)
{
    private const int MostAdded = 100_000;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/_sim/truth", GetTruth);
        routes.MapGet("/_sim/stats", context => Reply(context, statistics.Read(limits.Violations), SideDoorJson.Default.StatisticsDocument));
        routes.MapDelete("/_sim/stats", context =>
        {
            statistics.Reset();
            limits.Reset();
            return Reply(context, statistics.Read(limits.Violations), SideDoorJson.Default.StatisticsDocument);
        });
        routes.MapGet("/_sim/faults", context => Reply(context, faults.Settings, SideDoorJson.Default.FaultSettings));
        routes.MapPost("/_sim/faults", context => Read(context, SideDoorJson.Default.FaultChange, change => ChangeFaults(context, change)));
        routes.MapPost("/_sim/items", context => Read(context, SideDoorJson.Default.AddRequest, request => AddItems(context, request)));
        routes.MapGet("/_sim/clock", ReplyClock);
        routes.MapPost("/_sim/clock", context => Read(context, SideDoorJson.Default.ClockChange, change => ChangeClock(context, change)));
    }

    private Task GetTruth(HttpContext context)
    {
        var query = context.Request.Query;
        if (!Enum.TryParse<Vendor>(query["vendor"], ignoreCase: true, out var vendor))
        {
            return Refuse(context, $"vendor must be one of {string.Join(", ", Enum.GetValues<Vendor>().Select(JsonNames.Of))}");
        }

        if (!Instants.TryParse(query["from"], out var from)
            || !Instants.TryParse(query["to"], out var to)
            || !Instants.TryParse(query["now"], out var now))
        {
            return Refuse(context, "from, to and now must be dates like 2026-11-01 or 2026-11-01T12:00:00Z");
        }

        var symbols = FeedStore.Symbols(query["symbols"]);
        return symbols.Length == 0
            ? Refuse(context, "symbols must name at least one symbol")
            : Reply(
                context,
                PriceTable.Of(vendor) is { } table
                    ? prices.Of(table, symbols, from, to, now ?? clock.Now) : truth.Of(vendor, symbols, from, to, now ?? clock.Now),
                SideDoorJson.Default.TruthDocument);
    }

    private Task ChangeFaults(HttpContext context, FaultChange change)
    {
        var changed = faults.Change(settings => Merge(settings, change), out var problem);
        return problem is null ? Reply(context, changed, SideDoorJson.Default.FaultSettings) : Refuse(context, problem);
    }

    // A limit counts from the change on, so it never outlives the change that set it; the filters likewise.
    private static FaultSettings Merge(FaultSettings settings, FaultChange change) => new()
    {
        Share = change.Share ?? settings.Share,
        Kinds = change.Kinds ?? settings.Kinds,
        RetryAfterSeconds = change.RetryAfterSeconds ?? settings.RetryAfterSeconds,
        LatencyMs = change.LatencyMs ?? settings.LatencyMs,
        SlowBodyMs = change.SlowBodyMs ?? settings.SlowBodyMs,
        IgnoreDates = change.IgnoreDates ?? settings.IgnoreDates,
        Limit = change.Limit,
        KeyPrefix = change.KeyPrefix,
        Vendor = change.Vendor,
    };

    private Task AddItems(HttpContext context, AddRequest request)
    {
        var count = request.Count ?? 1;
        var hours = request.BackdateHours ?? 0;
        if (FeedStore.Symbols(request.Symbol) is not [var symbol])
        {
            return Refuse(context, "symbol must name one symbol");
        }

        if (PriceTable.Of(request.Vendor ?? Vendor.Tiingo) is not null)
        {
            return Refuse(context, "vendor must be one that serves texts");
        }

        if (count is < 1 or > MostAdded || hours is not (>= 0 and <= 87_600))
        {
            return Refuse(context, "count must be between 1 and 100000, backdateHours between 0 and 87600");
        }

        var added = store.Add(request.Vendor ?? Vendor.Tiingo, symbol, count, clock.Now, TimeSpan.FromHours(hours), request.Title);
        var documents = added.Select(item =>
            new AddedDocument(item.Id, item.Symbol, HeadlineWriter.Title(item), item.PublishedAt, item.CrawledAt));
        return Reply(context, new AddReply([.. documents]), SideDoorJson.Default.AddReply);
    }

    private Task ChangeClock(HttpContext context, ClockChange change)
    {
        if (change.AdvanceSeconds is { } seconds && !(Math.Abs(seconds) <= TimeSpan.FromDays(3_650).TotalSeconds))
        {
            return Refuse(context, "advanceSeconds must lie within ten years");
        }

        clock.Change(change.Now, TimeSpan.FromSeconds(change.AdvanceSeconds ?? 0), change.Frozen);
        return ReplyClock(context);
    }

    private Task ReplyClock(HttpContext context) =>
        Reply(context, new ClockDocument(clock.Now, clock.Frozen), SideDoorJson.Default.ClockDocument);

    private static async Task Read<T>(HttpContext context, JsonTypeInfo<T> type, Func<T, Task> use)
        where T : class
    {
        T? body;
        try
        {
            body = await JsonSerializer.DeserializeAsync(context.Request.Body, type, context.RequestAborted);
        }
        catch (JsonException problem)
        {
            await Refuse(context, problem.Message);
            return;
        }

        await (body is null ? Refuse(context, "a JSON object is needed") : use(body));
    }

    private static Task Refuse(HttpContext context, string error)
    {
        context.Response.StatusCode = StatusCodes.Status400BadRequest;
        return Reply(context, new Refusal(error), SideDoorJson.Default.Refusal);
    }

    private static Task Reply<T>(HttpContext context, T document, JsonTypeInfo<T> type)
    {
        context.Response.ContentType = "application/json";
        return JsonSerializer.SerializeAsync(context.Response.Body, document, type, context.RequestAborted);
    }
}
